#include "churn/churn_page.h"

#include "churn/page.h"
#include "lake/model.h"

namespace cadenza::churn {
namespace {

constexpr const char* kPageTables[] = {"churn_scores",      "churn_reasons", "churn_models",
                                       "churn_calibration", "churn_lift",    "churn_segments",
                                       "churn_tests",       "churn_labels"};

constexpr SectionOf kChurnSections[] = {
    {"Who is at risk", "The 25 listeners most likely to cancel, with the first reason.",
     "churn_page_risk"},
    {"Why",
     "What raises the risk of the tenth with the highest risk: one of the first three "
     "reasons of so many listeners.",
     "churn_page_reasons", "bars", R"({"x":"feature","y":["listeners"]})"},
    {"Who stays",
     "By tenths of the risk at the test: the share that stays, as foretold and as it "
     "came.",
     "churn_page_survival", "curves", R"({"x":"days","y":["share_who_stay"],"series":"line"})"},
    {"Foretold and happened",
     "Each point is a tenth of the tested listeners; on the dashed line "
     "both are equal.",
     "churn_page_calibration", "curves",
     R"({"x":"foretold","y":["happened"],"series":"horizon","percent":true,"diagonal":0.3})"},
    {"Lift",
     "Who contacts that share of the listeners, those of the highest risk first, finds that "
     "share of those who cancel.",
     "churn_page_lift", "curves",
     R"({"x":"share_contacted","y":["share_found"],"series":"horizon","percent":true,"diagonal":true})"},
    {"ROC", "All models, cancellations within 10 days, on listeners that they did not learn from.",
     "churn_page_curves", "curves",
     R"({"x":"false_positive_rate","y":["recall"],"series":"model","percent":true,"diagonal":true})"},
    {"Precision and recall", "The same models.", "churn_page_curves", "curves",
     R"({"x":"recall","y":["precision"],"series":"model","percent":true})"},
    {"Models", "With 95 % intervals of the AUC, listeners drawn again.", "churn_page_models"},
    {"Groups", "Foretold and happened, cancellations within the main horizon.",
     "churn_page_segments", "columns", R"({"x":"group_of_listeners","y":["foretold","happened"]})"},
    {"Value of an offer", "To all of each tenth of the risk.", "churn_page_value", "columns",
     R"({"x":"decile","y":["expected_value"],"below":[]})"},
    {"What became of earlier scores", "Scores of cut-offs of which 10 days are known by now.",
     "churn_page_past", "columns", R"({"x":"cut_off","y":["foretold","happened"]})"},
};

}  // namespace

Status WriteChurnPage(lake::Lake* lake, const std::string& path) {
  engine::Engine& here = lake->engine().here();
  for (const char* table : kPageTables) {
    const lake::Model& model = *lake::FindModel(table);
    CADENZA_ASSIGN(const lake::TableState state, lake->Load(model));
    if (!state.exists && model.name == "churn_scores") {
      return MakeError(ErrorKind::kNotFound, "no scores yet (cadenza churn makes them): {}",
                       lake->root());
    }
    CADENZA_TRY(state.exists && !state.files.empty()
                    ? here.BindFiles(model.name, state.Relation())
                    : here.BindQuery(model.name, engine::EmptySelect(model.engine_columns())));
  }
  CADENZA_ASSIGN(const engine::RowSet of,
                 here.Query("SELECT CAST(max(cut_off) AS VARCHAR), count(DISTINCT cut_off) FROM "
                            "churn_scores"));
  CADENZA_ASSIGN(
      Page page,
      Page::Begin("Churn", fmt::format("Listeners at risk from {} (UTC), by what the lake "
                                       "knew before. Lake: {}, run {}.",
                                       of.Text(0, 0), lake->root(), lake->manifest().run)));
  for (const SectionOf& section : kChurnSections) CADENZA_TRY(page.Add(&here, section));
  return page.WriteTo(path);
}

}  // namespace cadenza::churn
