#include "churn/churn_job.h"

#include <algorithm>
#include <set>

#include "base/digest.h"
#include "churn/audit_run.h"
#include "churn/churn_inputs.h"
#include "churn/churn_model.h"
#include "churn/feature_model.h"
#include "churn/feature_tables.h"
#include "churn/known_events.h"
#include "churn/listener_days.h"
#include "churn/model_tables.h"
#include "churn/truth.h"
#include "engine/sql_text.h"
#include "lake/model.h"
#include "lake/table_rows.h"
#include "warehouse/model_refresh.h"

namespace cadenza::churn {
namespace {

constexpr int64_t kLeastOutcomes = 50;
constexpr int64_t kListenersToLearnFrom = 200'000;

/// A date as days since 1970; kUsage when it is none.
Result<int32_t> DayOf(engine::Engine* engine, const char* flag, const std::string& date) {
  const Result<engine::RowSet> day = engine->here().Query(fmt::format(
      "SELECT days_between(CAST({} AS DATE), DATE '1970-01-01')", engine::QuoteText(date)));
  if (!day.ok() || !engine::HasNoTimeOfDay(date)) {
    return MakeError(ErrorKind::kUsage, "{} takes a date such as 2018-11-30, not: {}", flag, date);
  }
  return static_cast<int32_t>(day->Number());
}

class ChurnJob {
 public:
  ChurnJob(lake::Lake* lake, const ChurnOptions& options)
      : lake_(lake), engine_(&lake->engine()), options_(options) {}

  Result<ChurnSummary> Work() {
    // What is wrong with a feature model is said before anything runs.
    CADENZA_ASSIGN(models_, FeatureModelsWith(options_.features_folder));
    if (!options_.truth_folder.empty()) CADENZA_TRY(CheckTruth(engine_, options_.truth_folder));
    CADENZA_ASSIGN(job_, warehouse::Job::Begin(lake_, lake_->manifest().format, options_));
    gold_.emplace(lake_, &job_->run(), std::set<std::string>());
    CADENZA_ASSIGN(before_, ReadInputs(lake_));
    now_ = before_;
    job_->Stage("days");
    CADENZA_TRY(RefreshDays());
    if (options_.part == Part::kExplore) {
      job_->Stage("explore");
      CADENZA_TRY(Explore());
    } else {
      job_->Stage("features");
      CADENZA_TRY(RefreshFeatures());
    }
    const bool scores = options_.part == Part::kScore || options_.part == Part::kAll;
    if (scores || options_.part == Part::kTrain) {
      job_->Stage("learning");
      CADENZA_TRY(Train());
    }
    if (scores) {
      job_->Stage("scores");
      CADENZA_TRY(Score());
    }
    if (options_.as_published) {
      job_->Stage("published");
      CADENZA_TRY(Publish());
    }
    CADENZA_TRY(Commit());
    summary_.model = now_.model;
    return std::move(summary_);
  }

 private:
  Status RefreshDays() {
    days_.emplace(lake_, &job_->run());
    CADENZA_TRY(days_->BindEvents());
    CADENZA_TRY(days_->Refresh(before_.days, !before_.days.empty()));
    now_.days = days_->digests();
    summary_.first_day = DateText(days_->span().first_day);
    summary_.end_of_data = DateText(days_->span().end);
    return {};
  }

  Status Explore() {
    for (const char* model : {"listener_profiles", "churn_people"}) {
      CADENZA_TRY(engine_->Materialize(model, lake::FindModel(model)->select));
    }
    const char* days = "churn_people_days";
    CADENZA_TRY(engine_->BindQuery(days, lake::FindModel(days)->select));
    const lake::Model& table = *lake::FindModel("churn_explore");
    return gold_->StageRows(table.name, table.select);
  }

  Status RefreshFeatures() {
    int32_t first = 0;
    if (!options_.first_cut_off.empty()) {
      CADENZA_ASSIGN(first, DayOf(engine_, "--from", options_.first_cut_off));
    }
    cut_offs_ = CutOffsOf(days_->span(), options_.every_days, first);
    if (!options_.cut_off.empty()) {
      CADENZA_ASSIGN(cut_offs_.scored, DayOf(engine_, "--cut-off", options_.cut_off));
      const LogSpan& span = days_->span();
      if (cut_offs_.scored <= span.first_day || cut_offs_.scored > span.end) {
        return MakeError(ErrorKind::kUsage, "--cut-off lies after {} and not after {}, not at: {}",
                         DateText(span.first_day), DateText(span.end), options_.cut_off);
      }
    }
    LeaveOutHorizons();
    now_.features = HashOf(models_);
    now_.grid = fmt::format("{} {}", cut_offs_.grid.empty() ? 0 : cut_offs_.grid.front(),
                            options_.every_days);
    tables_.emplace(lake_, &job_->run(), models_);
    CADENZA_TRY(tables_->Bind(cut_offs_, days_->span().end));
    CADENZA_TRY(FindKnown());
    // Which features are the program's own is in the table; the hash tells of all.
    CADENZA_TRY(tables_->Refresh(days_->changed_from(), Outdated(),
                                 before_.features == now_.features, known_ ? &*known_ : nullptr));
    CADENZA_TRY(gold_->StageRows("churn_labels", "SELECT * FROM churn_labels_made"));
    for (const FeatureModel& model : models_) summary_.features += model.columns.size();
    return CountOutcomes();
  }

  /// A model has nothing to say of days that no cut-off is followed by.
  void LeaveOutHorizons() {
    std::vector<int>& horizons = options_.evaluation.horizons;
    if (options_.part != Part::kFeatures && !cut_offs_.grid.empty()) {
      const int32_t most = days_->span().end - cut_offs_.grid.front();
      std::vector<int> kept;
      for (const int horizon : horizons) {
        if (horizon <= most) {
          kept.push_back(horizon);
        } else {
          summary_.notes.push_back(
              fmt::format("the log covers no horizon of {} days: left out", horizon));
        }
      }
      is_covered_ = !kept.empty();
      if (is_covered_) horizons = kept;
    }
    summary_.main_horizon = options_.evaluation.main_horizon();
  }

  Status FindKnown() {
    now_.known.clear();
    if (!options_.as_known) return {};
    std::set<int32_t> all(cut_offs_.grid.begin(), cut_offs_.grid.end());
    all.insert(cut_offs_.scored);
    known_.emplace(lake_);
    CADENZA_TRY(known_->Find(all));
    now_.known = known_->digests();
    if (!now_.known.empty()) {
      summary_.notes.push_back(
          fmt::format("features leave out events that came later, at {} of {} cut-offs",
                      now_.known.size(), all.size()));
    }
    return {};
  }

  /// Cut-offs of which something else is left out than before.
  std::set<std::string> Outdated() const {
    std::set<std::string> outdated;
    const auto collect = [&](const auto& these, const auto& others) {
      for (const auto& [cut_off, digest] : these) {
        const auto found = others.find(cut_off);
        if (found == others.end() || found->second != digest) outdated.insert(cut_off);
      }
    };
    collect(before_.known, now_.known);
    collect(now_.known, before_.known);
    return outdated;
  }

  Status CountOutcomes() {
    CADENZA_ASSIGN(
        const engine::RowSet counts,
        engine_->Query(
            "SELECT count(DISTINCT user_id), count(*), count(DISTINCT CASE WHEN cancel_day IS NOT "
            "NULL THEN user_id END), count(DISTINCT CASE WHEN downgrade_day IS NOT NULL THEN "
            "user_id END) FROM churn_labels_made"));
    summary_.listeners = counts.Number(0, 0);
    summary_.snapshots = counts.Number(0, 1);
    summary_.cancellations = counts.Number(0, 2);
    summary_.downgrades = counts.Number(0, 3);
    summary_.cut_offs = static_cast<int64_t>(cut_offs_.grid.size());
    return {};
  }

  /// A part of the listeners where there are very many.
  std::string LearningCondition() {
    std::string condition = "labels.observed_days > 0";
    if (summary_.listeners > kListenersToLearnFrom) {
      const int64_t part = (summary_.listeners + kListenersToLearnFrom - 1) / kListenersToLearnFrom;
      condition += fmt::format(" AND abs(xxhash64(churn_features.user_id, '') % {}) = 0", part);
      summary_.notes.push_back(
          fmt::format("learned from one listener in {}; all are scored", part));
    }
    return condition;
  }

  Status Train() {
    const bool is_asked = options_.retrain || options_.part == Part::kTrain;
    if (!now_.model.empty() && !is_asked) return {};
    if (summary_.cancellations < kLeastOutcomes) {
      summary_.why_not = fmt::format(
          "{} listeners cancelled after a cut-off; at least {} are needed to learn from",
          summary_.cancellations, kLeastOutcomes);
      return {};
    }
    if (!is_covered_) {
      summary_.why_not = "the log covers none of the horizons";
      return {};
    }
    CADENZA_ASSIGN(Snapshots data, ReadSnapshots(engine_, tables_->Select(LearningCondition())));
    const std::vector<std::string> dropped = DropConstantFeatures(&data);
    if (!dropped.empty()) {
      summary_.notes.push_back(fmt::format("features that say nothing here were left out: {}",
                                           fmt::join(dropped, ", ")));
    }
    CADENZA_ASSIGN(summary_.evaluation, Evaluate(data, options_.evaluation));
    if (!options_.truth_folder.empty()) {
      CADENZA_TRY(AddTruth(engine_, options_.truth_folder, data, options_.evaluation,
                           &summary_.evaluation));
    }
    for (const std::string& note : summary_.evaluation.notes) summary_.notes.push_back(note);
    CADENZA_ASSIGN(const ChurnModel model,
                   FitModel(data, OriginOf(data), summary_.evaluation, options_.evaluation));
    NoteSettings(model.settings);
    CADENZA_TRY(StageEvaluation(engine_, &*gold_, data, summary_.evaluation, options_.evaluation));
    CADENZA_ASSIGN(now_.model, SaveModel(lake_, model));
    summary_.is_trained = true;
    return {};
  }

  void NoteSettings(const SettingsSearch& searched) {
    if (searched.tried == 0) return;
    const TreeSettings& best = searched.best;
    summary_.notes.push_back(fmt::format(
        "of {} settings that were tried, {}: {} trees of depth {}, rate {:.3f}, {:.0f} % of the "
        "features, leaves of {} (log loss {:.5f}, the usual settings {:.5f})",
        searched.tried,
        searched.best_log_loss < searched.usual_log_loss ? "the best are"
                                                         : "none is better than the usual ones",
        best.rounds, best.depth, best.learning_rate, 100 * best.features_share, best.least_weight,
        searched.best_log_loss, searched.usual_log_loss));
  }

  ModelOrigin OriginOf(const Snapshots& data) const {
    ModelOrigin origin;
    origin.seed = options_.evaluation.seed;
    origin.days_max = std::max(30, *std::ranges::max_element(options_.evaluation.horizons));
    origin.known_until = DateText(days_->span().end);
    std::set<int32_t> cut_offs;
    for (const Snapshot& row : data.rows) cut_offs.insert(row.cut_off);
    for (const int32_t cut_off : cut_offs) origin.cut_offs.push_back(DateText(cut_off));
    origin.feature_hash = now_.features;
    origin.leaves_out_late = !now_.known.empty();
    origin.snapshots = static_cast<int64_t>(data.size());
    const auto events = lake_->manifest().tables.find("events");
    if (events != lake_->manifest().tables.end()) {
      origin.table_versions["events"] = events->second.version;
    }
    return origin;
  }

  Status Score() {
    if (now_.model.empty()) return {};
    if (!is_covered_) {
      return MakeError(ErrorKind::kUsage, "--horizons: the log covers none of them: {}",
                       fmt::join(options_.evaluation.horizons, ","));
    }
    const OfferTerms& terms = options_.evaluation.terms;
    const auto left_out = now_.known.find(DateText(cut_offs_.scored));
    now_.scores = ToHex(Sha256(fmt::format(
        "{} {} {} {} {} {} {} {}{}", now_.model, cut_offs_.scored, now_.features,
        options_.evaluation.main_horizon(), terms.value, terms.offer_cost, terms.contact_cost,
        terms.acceptance, left_out == now_.known.end() ? "" : " " + left_out->second)));
    const bool is_due = now_.scores != before_.scores || !days_->changed_from().empty();
    if (!is_due) return {};
    CADENZA_ASSIGN(const ChurnModel model, LoadModel(lake_, now_.model));
    CADENZA_ASSIGN(
        const Snapshots data,
        ReadSnapshots(engine_, tables_->Select(fmt::format("churn_features.cut_off = DATE '{}'",
                                                           DateText(cut_offs_.scored)))));
    CADENZA_ASSIGN(summary_.scores,
                   StageScores(lake_, &job_->run(), data, model, now_.model, models_, terms,
                               options_.evaluation.main_horizon()));
    return {};
  }

  /// The table of the published study, judged as anybody's.
  Status Publish() {
    const lake::Model& table = *lake::FindModel("churn_published");
    CADENZA_TRY(gold_->StageRows(table.name, table.select));
    CADENZA_ASSIGN(const engine::RowSet labels,
                   engine_->Query("SELECT min(churn), max(churn) FROM churn_published"));
    if (labels.Number(0, 0) == labels.Number(0, 1)) {
      summary_.notes.emplace_back("the published table has one label only: no score of it");
      return {};
    }
    CADENZA_ASSIGN(
        const AuditedTable published,
        ReadTableToAudit(
            &engine_->here(),
            {.file = table.name, .is_relation = true, .label = "churn", .id = "user_id"}));
    LeakAuditOptions options;
    options.seed = options_.evaluation.seed;
    options.threads = options_.evaluation.threads;
    CADENZA_ASSIGN(summary_.published, AuditLeaks(published, options));
    return StageAudit(lake_, &*gold_, table.name, *summary_.published);
  }

  Status Commit() {
    if (!(now_ == before_)) {
      CADENZA_TRY(gold_->StageRows("churn_inputs", InputRows(now_)));
    }
    summary_.changed =
        !gold_->changed().empty() || (tables_ && tables_->changed()) || summary_.scores.has_value();
    if (summary_.changed) CADENZA_TRY(job_->Record("churn"));
    return job_->Commit(&summary_, {});
  }

  lake::Lake* lake_;
  engine::Engine* engine_;
  ChurnOptions options_;
  std::vector<FeatureModel> models_;
  std::unique_ptr<warehouse::Job> job_;
  std::optional<warehouse::ModelRefresh> gold_;
  std::optional<ListenerDays> days_;
  std::optional<KnownEvents> known_;
  std::optional<FeatureTables> tables_;
  CutOffs cut_offs_;
  bool is_covered_ = true;  ///< a horizon is, by the log
  ChurnInputs before_, now_;
  ChurnSummary summary_;
};

}  // namespace

Result<ChurnSummary> RunChurn(lake::Lake* lake, const ChurnOptions& options) {
  return ChurnJob(lake, options).Work();
}

}  // namespace cadenza::churn
