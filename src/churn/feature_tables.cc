#include "churn/feature_tables.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "lake/model.h"
#include "lake/table_rows.h"

namespace cadenza::churn {
namespace {

constexpr int kWeighedDays = 112;  ///< 16 times halved
constexpr size_t kFewCutOffs = 2;
constexpr const char* kCutOff = "cut_off";

/// Half the weight each 7 days, in whole numbers: a power would differ in its last bits from engine
/// to engine, and a sum of such from thread to thread.
std::string WeightRows() {
  std::string rows;
  for (int age = 1; age <= kWeighedDays; ++age) {
    rows += fmt::format("{}({}, {})", rows.empty() ? "" : ", ", age,
                        std::lround(65536 * std::exp2(-(age - 0.5) / 7)));
  }
  return "SELECT CAST(age AS BIGINT) AS age, CAST(weight AS BIGINT) AS weight FROM (VALUES " +
         rows + ") AS weights(age, weight)";
}

std::string CutOffRows(const std::set<int32_t>& days) {
  std::string rows;
  for (const int32_t day : days) {
    rows += fmt::format("{}(DATE '{}')", rows.empty() ? "" : ", ", DateText(day));
  }
  return "SELECT cut_off FROM (VALUES " + rows + ") AS days(cut_off)";
}

/// The counts of listener_days: what can be summed up.
std::vector<std::string> Counts() {
  std::vector<std::string> names;
  for (const lake::ModelColumn& column : lake::FindModel("listener_days")->columns) {
    const bool is_count = column.type == "BIGINT" && column.name != "first_ms" &&
                          column.name != "pays_at_end" && column.name != "left_at_end";
    if (is_count) names.push_back(column.name);
  }
  return names;
}

/// Sums up to each cut-off, from day to day: of many cut-offs.
std::string RunningTotals() {
  const char* until =
      "OVER (PARTITION BY user_id ORDER BY event_date ROWS BETWEEN UNBOUNDED "
      "PRECEDING AND CURRENT ROW)";
  std::string inner, outer;
  for (const std::string& name : Counts()) {
    inner += fmt::format(", CAST(sum({0}) {1} AS BIGINT) AS {0}", name, until);
    outer += ", " + name;
  }
  return fmt::format(
      "SELECT user_id, cut_off, days_between(cut_off, first_date) AS days_known, active_days, "
      "pays_at_end{0} FROM (SELECT user_id, event_date, pays_at_end, lead(event_date) OVER "
      "(PARTITION BY user_id ORDER BY event_date) AS next_date, count(*) {1} AS active_days, "
      "min(event_date) {1} AS first_date{2} FROM listener_days) AS days JOIN cut_offs_wanted ON "
      "cut_off > event_date AND (next_date IS NULL OR cut_off <= next_date)",
      outer, until, inner);
}

/// The same for each cut-off by itself: of few it costs less.
std::string TotalsOfEach() {
  std::string sums;
  for (const std::string& name : Counts()) {
    sums += fmt::format(", CAST(sum({0}) AS BIGINT) AS {0}", name);
  }
  return fmt::format(
      "SELECT days.user_id, cut_offs_wanted.cut_off, days_between(cut_offs_wanted.cut_off, "
      "min(event_date)) AS days_known, count(*) AS active_days, max(CASE WHEN event_date = "
      "last_date THEN pays_at_end END) AS pays_at_end{} FROM listener_days AS days JOIN "
      "cut_offs_wanted ON cut_offs_wanted.cut_off > event_date JOIN (SELECT user_id, cut_off, "
      "max(event_date) AS last_date FROM listener_days JOIN cut_offs_wanted ON cut_off > "
      "event_date GROUP BY user_id, cut_off) AS lasts ON lasts.user_id = days.user_id AND "
      "lasts.cut_off = "
      "cut_offs_wanted.cut_off GROUP BY days.user_id, cut_offs_wanted.cut_off",
      sums);
}

std::string TotalsSelect(size_t cut_offs) {
  return cut_offs <= kFewCutOffs ? TotalsOfEach() : RunningTotals();
}

/// The date of a text like 2018-11-08 or 2018-11-08 00:00:00.
std::string DateOf(const std::string& text) { return text.substr(0, 10); }

/// Rows that are made in parts, one after the other.
class PartsMade {
 public:
  PartsMade(engine::Engine* engine, std::string name) : engine_(engine), name_(std::move(name)) {}

  Status Add(const std::string& select) {
    const std::string part = fmt::format("{}_{}", name_, count_++);
    select_ += fmt::format("{}SELECT * FROM {}", select_.empty() ? "" : " UNION ALL ", part);
    return engine_->Materialize(part, select);
  }
  /// Of all of them.
  const std::string& select() const { return select_; }

 private:
  engine::Engine* engine_;
  std::string name_, select_;
  int count_ = 0;
};

}  // namespace

CutOffs CutOffsOf(const LogSpan& span, int every_days, int32_t first) {
  CutOffs cut_offs;
  cut_offs.scored = span.end;
  for (int32_t day = first > 0 ? first : span.first_day + 7; day <= span.end; day += every_days) {
    cut_offs.grid.push_back(day);
  }
  return cut_offs;
}

bool FeatureTables::IsOwn(const FeatureModel& model) const {
  return model.file.starts_with("models/features/");
}

Status FeatureTables::Bind(const CutOffs& cut_offs, int32_t end_of_data) {
  engine::Engine& engine = lake_->engine();
  cut_offs_ = cut_offs;
  std::set<int32_t> all(cut_offs.grid.begin(), cut_offs.grid.end());
  all.insert(cut_offs.scored);
  CADENZA_TRY(engine.Materialize("cut_offs", CutOffRows(all)));
  CADENZA_TRY(engine.Materialize(
      "churn_span", fmt::format("SELECT DATE '{}' AS end_of_data", DateText(end_of_data))));
  CADENZA_TRY(engine.Materialize("history_weights", WeightRows()));
  CADENZA_TRY(engine.Materialize("churn_snapshots", lake::FindModel("churn_snapshots")->select));
  return engine.Materialize("churn_labels_made", lake::FindModel("churn_labels")->select);
}

Status FeatureTables::BindHistory(const FeatureModel& model) {
  std::string columns;
  for (const lake::ModelColumn& column : lake::FindModel("listener_days")->columns) {
    columns += ", days." + column.name;
  }
  const std::string since =
      model.days > 0 ? fmt::format(" AND days.event_date >= cut_off - {}", model.days) : "";
  return lake_->engine().BindQuery(
      "history",
      fmt::format("SELECT cut_off, days_between(cut_off, days.event_date) AS age, "
                  "coalesce(history_weights.weight, 0) AS weight{} FROM listener_days AS days JOIN "
                  "cut_offs_wanted ON days.event_date < cut_off{} LEFT JOIN history_weights ON "
                  "history_weights.age = days_between(cut_off, days.event_date)",
                  columns, since));
}

Status FeatureTables::ComputeModel(const FeatureModel& model, bool is_own) {
  engine::Engine& engine = lake_->engine();
  if (model.source == FeatureSource::kHistory) CADENZA_TRY(BindHistory(model));
  const std::string relation = "features_" + model.name;
  const Status done = engine.Materialize(relation, model.select);
  if (!done.ok()) {
    return MakeError(done.error().kind, "{}: {}", model.file, done.error().message);
  }
  CADENZA_ASSIGN(const std::vector<engine::Column> columns,
                 engine.Describe("SELECT * FROM " + relation));
  for (const std::string& name : {std::string("user_id"), std::string(kCutOff)}) {
    if (std::ranges::count(columns, name, &engine::Column::name) > 0) continue;
    return MakeError(ErrorKind::kInput, "{}: the SELECT has no column {}", model.file, name);
  }
  for (const FeatureColumn& column : model.columns) {
    if (std::ranges::count(columns, column.name, &engine::Column::name) > 0) continue;
    return MakeError(ErrorKind::kInput, "{}: the SELECT has no column {}", model.file, column.name);
  }
  if (is_own) return {};
  CADENZA_ASSIGN(const engine::RowSet repeated,
                 engine.Query(fmt::format("SELECT user_id, CAST(cut_off AS VARCHAR) FROM {} GROUP "
                                          "BY user_id, cut_off HAVING count(*) > 1 ORDER BY "
                                          "user_id, cut_off LIMIT 1",
                                          relation)));
  if (repeated.rows.empty()) return {};
  return MakeError(ErrorKind::kInput, "{}: more than one row for a listener and cut-off: {}, {}",
                   model.file, repeated.Text(0, 0), repeated.Text(0, 1));
}

std::string FeatureTables::FeaturesSelect(bool is_own) const {
  std::string columns, joins;
  for (const FeatureModel& model : models_) {
    if (IsOwn(model) != is_own) continue;
    const std::string relation = "features_" + model.name;
    joins += fmt::format(
        " LEFT JOIN {0} ON {0}.user_id = at_risk.user_id AND {0}.cut_off = at_risk.cut_off",
        relation);
    for (const FeatureColumn& column : model.columns) {
      columns += column.type == "BIGINT"
                     ? fmt::format(
                           ", CASE WHEN {0}.user_id IS NULL THEN CAST(0 AS BIGINT) ELSE "
                           "CAST({0}.{1} AS BIGINT) END AS {1}",
                           relation, column.name)
                     : fmt::format(", CAST({0}.{1} AS DOUBLE) AS {1}", relation, column.name);
    }
  }
  return fmt::format(
      "SELECT at_risk.user_id{}, at_risk.cut_off FROM (SELECT churn_snapshots.user_id, "
      "churn_snapshots.cut_off FROM churn_snapshots JOIN cut_offs_wanted ON "
      "cut_offs_wanted.cut_off = churn_snapshots.cut_off) AS at_risk{}",
      columns, joins);
}

Status FeatureTables::ComputePart(const std::set<int32_t>& days, bool is_own,
                                  const TakeRows& take) {
  engine::Engine& engine = lake_->engine();
  CADENZA_TRY(engine.Materialize("cut_offs_wanted", CutOffRows(days)));
  CADENZA_TRY(engine.Materialize("totals", TotalsSelect(days.size())));
  CADENZA_TRY(
      engine.Materialize("listener_profiles", lake::FindModel("listener_profiles")->select));
  CADENZA_TRY(engine.BindQuery(
      "profile",
      "SELECT churn_snapshots.user_id, churn_snapshots.cut_off, first_date, gender, "
      "registration, state, device, first_pays FROM churn_snapshots JOIN cut_offs_wanted ON "
      "cut_offs_wanted.cut_off = churn_snapshots.cut_off JOIN listener_profiles ON "
      "listener_profiles.user_id = churn_snapshots.user_id"));
  for (const FeatureModel& model : models_) {
    if (IsOwn(model) == is_own) CADENZA_TRY(ComputeModel(model, is_own));
  }
  return take(FeaturesSelect(is_own));
}

Status FeatureTables::Compute(const std::set<int32_t>& days, bool is_own, const TakeRows& take) {
  engine::Engine& engine = lake_->engine();
  const std::string snapshots = lake::FindModel("churn_snapshots")->select;
  std::set<int32_t> rest = days;
  if (known_) {
    bool are_narrowed = false;
    for (const auto& [run, cut_offs] : known_->cut_offs_by_run()) {
      std::set<int32_t> part;
      for (const int32_t day : cut_offs) {
        if (rest.erase(day) > 0) part.insert(day);
      }
      if (part.empty()) continue;
      CADENZA_TRY(known_->Bind(run));
      CADENZA_TRY(engine.Materialize("churn_snapshots", snapshots));
      CADENZA_TRY(ComputePart(part, is_own, take));
      CADENZA_TRY(known_->Unbind());
      are_narrowed = true;
    }
    if (are_narrowed) CADENZA_TRY(engine.Materialize("churn_snapshots", snapshots));
  }
  return rest.empty() ? Status() : ComputePart(rest, is_own, take);
}

Status FeatureTables::ComputeTable(const lake::Model& table, const std::set<int32_t>& wanted,
                                   lake::TableChange* change) {
  engine::Engine& engine = lake_->engine();
  const bool is_cluster = engine.commits_tables();
  PartsMade parts(&engine, "features_part");
  CADENZA_TRY(Compute(wanted, /*is_own=*/true, [&](const std::string& select) -> Status {
    const std::string rows = lake::TypedRows(table, "(" + select + ") AS features_made");
    if (is_cluster) return parts.Add(rows);
    CADENZA_ASSIGN(const std::vector<engine::WrittenFile> written,
                   engine.Write(run_->Request(table, table.partition_columns, rows)));
    change->added.insert(change->added.end(), written.begin(), written.end());
    return {};
  }));
  if (!is_cluster) return {};
  change->select = parts.select();
  return engine.BindQuery(table.name, parts.select());
}

Status FeatureTables::Refresh(const std::string& changed_from,
                              const std::set<std::string>& outdated, bool is_kept,
                              KnownEvents* known) {
  engine::Engine& engine = lake_->engine();
  known_ = known;
  const lake::Model& table = *lake::FindModel("churn_features");
  CADENZA_ASSIGN(const lake::TableState before, lake_->Load(table));
  const bool is_all = !is_kept || !before.exists || engine.commits_tables();
  std::set<int32_t> all(cut_offs_.grid.begin(), cut_offs_.grid.end());
  all.insert(cut_offs_.scored);
  std::set<std::string> kept;
  lake::TableChange change;
  change.remove_all = is_all && before.exists;
  for (const auto& [path, file] : before.files) {
    const std::string day = DateOf(PartitionDay(file, kCutOff));
    const bool is_wanted =
        std::ranges::any_of(all, [&](int32_t cut_off) { return DateText(cut_off) == day; });
    const bool is_same = (changed_from.empty() || day <= changed_from) && !outdated.contains(day);
    if (!is_all && is_wanted && is_same) {
      kept.insert(day);
    } else if (!is_all) {
      change.removed.push_back(path);
    }
  }
  std::set<int32_t> wanted;
  for (const int32_t day : all) {
    if (!kept.contains(DateText(day))) wanted.insert(day);
  }
  if (!wanted.empty()) CADENZA_TRY(ComputeTable(table, wanted, &change));
  changed_ = !change.empty();
  if (changed_) run_->Stage(table, before, table.partition_columns, std::move(change));
  if (!engine.commits_tables()) {
    const auto staged = run_->StagedStates();
    const auto found = staged.find(table.name);
    CADENZA_TRY(engine.BindFiles(
        table.name, found == staged.end() ? before.Relation() : found->second.Relation()));
  }
  return std::ranges::all_of(models_, [&](const auto& model) { return IsOwn(model); })
             ? Status()
             : ComputeOthers(all);
}

/// Those of a folder are in no table.
Status FeatureTables::ComputeOthers(const std::set<int32_t>& days) {
  engine::Engine& engine = lake_->engine();
  PartsMade parts(&engine, "other_features_part");
  CADENZA_TRY(Compute(days, /*is_own=*/false,
                      [&](const std::string& select) { return parts.Add(select); }));
  return engine.BindQuery("other_features", parts.select());
}

std::string FeatureTables::Select(const std::string& condition) const {
  std::string columns;
  bool has_others = false;
  for (const FeatureModel& model : models_) {
    has_others = has_others || !IsOwn(model);
    for (const FeatureColumn& column : model.columns) {
      columns +=
          fmt::format(", {}.{}", IsOwn(model) ? "churn_features" : "other_features", column.name);
    }
  }
  const std::string others =
      has_others ? " JOIN other_features ON other_features.user_id = churn_features.user_id AND "
                   "other_features.cut_off = churn_features.cut_off"
                 : "";
  return fmt::format(
      "SELECT churn_features.user_id, churn_features.cut_off, pays, coalesce(cancel_day, 0) AS "
      "cancel_day, coalesce(downgrade_day, 0) AS downgrade_day, observed_days{} FROM "
      "churn_features JOIN churn_labels_made AS labels ON labels.user_id = churn_features.user_id "
      "AND labels.cut_off = churn_features.cut_off{} WHERE {} ORDER BY churn_features.cut_off, "
      "churn_features.user_id",
      columns, others, condition);
}

}  // namespace cadenza::churn
