#include "churn/explore_page.h"

#include "churn/page.h"
#include "lake/model.h"

namespace cadenza::churn {
namespace {

constexpr const char* kBoth = R"({"x":"value","y":["cancelled","stayed"]})";

constexpr SectionOf kExploreSections[] = {
    {"Level", "At the first event; shares of those who cancelled and of those who did not.",
     "churn_page_level", "columns", kBoth},
    {"Gender", "Shares of both.", "churn_page_gender", "columns", kBoth},
    {"Devices", "At the first event; shares of both.", "churn_page_device", "columns", kBoth},
    {"States", "The 20 with the most listeners; shares of both.", "churn_page_state", "columns",
     kBoth},
    {"Days of the week", "Shares of the events of both.", "churn_page_weekday", "columns", kBoth},
    {"Time of the day", "Shares of the events of both, hours in UTC.", "churn_page_hours",
     "columns", kBoth},
    {"What a day has", "Means of the days on which a listener came.", "churn_page_day", "columns",
     kBoth},
    {"Missing", "Shares of listeners whose first event does not tell.", "churn_page_missing"},
};

}  // namespace

Status WriteExplorePage(lake::Lake* lake, const std::string& path) {
  engine::Engine& here = lake->engine().here();
  const lake::Model& model = *lake::FindModel("churn_explore");
  CADENZA_ASSIGN(const lake::TableState state, lake->Load(model));
  if (!state.exists) {
    return MakeError(ErrorKind::kUsage, "nothing explored yet (cadenza churn explore does): {}",
                     lake->root());
  }
  CADENZA_TRY(here.BindFiles(model.name, state.Relation()));
  CADENZA_ASSIGN(
      Page page,
      Page::Begin("Who listens, who cancels",
                  fmt::format("All that the lake knows, to look at: what is seen here only after a "
                              "listener has left foretells nothing. Lake: {}, run {}.",
                              lake->root(), lake->manifest().run)));
  for (const SectionOf& section : kExploreSections) CADENZA_TRY(page.Add(&here, section));
  return page.WriteTo(path);
}

}  // namespace cadenza::churn
