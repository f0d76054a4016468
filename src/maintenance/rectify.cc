#include "maintenance/rectify.h"

#include <map>
#include <memory>
#include <optional>

#include "base/clock.h"
#include "ingest/forgotten.h"
#include "ingest/rectifications.h"
#include "lake/table_rows.h"
#include "maintenance/care_run.h"

namespace cadenza::maintenance {
namespace {

std::string Literal(const std::optional<std::string>& value) {
  return value ? engine::QuoteText(*value) : "CAST(NULL AS VARCHAR)";
}

/// One call of Rectify.
class Rectifying {
 public:
  Rectifying(lake::Lake* lake, const RectifyOptions& options)
      : lake_(lake),
        engine_(&lake->engine()),
        options_(options),
        user_(engine::QuoteText(options.user)) {}

  Result<RectifySummary> Work() {
    const Stopwatch watch;
    CADENZA_ASSIGN(run_, BeginRun(lake_, options_));
    now_ms_ = NowMs();  // another run may have been waited for
    CADENZA_ASSIGN(const ingest::Rectifications list, ingest::Rectifications::Read(*lake_));
    if (options_.withdraw) {
      salt_ = list.salt();
      CADENZA_TRY(Withdraw());
    } else {
      CADENZA_TRY(FindListener());
      CADENZA_TRY(FindFormerMarks(list));
      CADENZA_TRY(EditTables());
      CADENZA_TRY(List());
    }
    CADENZA_ASSIGN(summary_.run, CommitEdits(lake_, run_.get(), journal_, is_changed_));
    summary_.seconds = watch.seconds();
    return std::move(summary_);
  }

 private:
  Status FindListener() {
    CADENZA_ASSIGN(const lake::TableState events, lake_->Load(*lake::FindModel("events")));
    CADENZA_TRY(engine_->BindFiles("events_before", events.Relation()));
    CADENZA_ASSIGN(
        const engine::RowSet found,
        engine_->Query("SELECT count(*), count(*) FILTER (is_conflict) FROM events_before"
                       " WHERE user_id = " +
                       user_));
    summary_.variants = found.Number(0, 1);
    if (found.Number() > 0) return {};
    return MakeError(ErrorKind::kUsage, "no event in {} is of a listener with the user id {}",
                     lake_->store().root(), options_.user);
  }

  /// By these marks lines without a user id told of the listener until now.
  Status FindFormerMarks(const ingest::Rectifications& list) {
    CADENZA_ASSIGN(const ingest::Forgotten forgotten, ingest::Forgotten::Read(*lake_));
    salt_ = ingest::SaltOf(forgotten, list);
    return engine_->Materialize(
        "marks_now",
        fmt::format(
            "SELECT kind || ':' || mark_hash AS mark FROM (SELECT kind, mark_hash FROM former_marks"
            " WHERE user_id = {0} UNION SELECT 'person', {1} FROM events_before WHERE user_id = {0}"
            " UNION SELECT 'name', {2} FROM events_before WHERE user_id = {0}) AS marks"
            " WHERE mark_hash IS NOT NULL",
            user_, ingest::MarkHash(salt_, ingest::kPersonMark),
            ingest::MarkHash(salt_, ingest::kNameMark)));
  }

  Status EditTables() {
    RowEditor editor(lake_, run_.get(), &journal_);
    editor.on_table = options_.on_table;
    for (const lake::Model* model : lake_->tables()) {
      // Windows of streams are of the values that they were grouped by.
      if (model->layer != "bronze" && model->layer != "silver") continue;
      if (!model->has_column("user_id")) continue;
      RowRule rule{model, ""};
      for (const auto& [column, value] : options_.values) {
        if (!model->has_column(column)) continue;
        rule.told += fmt::format("{}{} IS DISTINCT FROM {}", rule.told.empty() ? "" : " OR ",
                                 engine::QuoteName(column), Literal(value));
        rule.instead.emplace_back(column, Literal(value));
      }
      if (rule.instead.empty()) continue;
      rule.told = fmt::format("user_id = {} AND ({})", user_, rule.told);
      CADENZA_ASSIGN(std::optional<TableEdit> edit, editor.Edit(rule));
      if (!edit) continue;
      is_changed_ = true;
      summary_.tables.push_back(std::move(*edit));
    }
    return {};
  }

  using Values = std::map<std::string, std::optional<std::string>>;

  /// By column, what the list has of the listener.
  Result<Values> Held() {
    CADENZA_ASSIGN(const engine::RowSet rows,
                   engine_->Query("SELECT column_name, value FROM rectifications_before"
                                  " WHERE ended_at IS NULL AND user_id = " +
                                  user_));
    Values held;
    for (const auto& row : rows.rows) held[row[0].value_or("")] = row[1];
    return held;
  }

  /// A row for each value that is new; where tables changed, for all: each run has rows of its own,
  /// by which vacuum knows whose history has to end.
  Status List() {
    CADENZA_ASSIGN(const Values held, Held());
    Values listed;
    for (const auto& [column, value] : options_.values) {
      const auto known = held.find(column);
      const bool is_new = known == held.end() || known->second != value;
      if (is_new) ++summary_.values_listed;
      if (is_new || is_changed_) listed[column] = value;
    }
    return Replace(listed, "NULL");
  }

  /// The marks stay known, and so does what has to leave the history.
  Status Withdraw() {
    CADENZA_ASSIGN(Values held, Held());
    summary_.values_listed = static_cast<int64_t>(held.size());
    for (auto& [column, value] : held) value.reset();
    CADENZA_TRY(engine_->BindQuery("marks_now", "SELECT '' AS mark WHERE false"));
    return Replace(held, Now());
  }

  std::string Now() const { return fmt::format("timestamp_millis({})", now_ms_); }

  /// What the list has of these columns ends, and its texts leave the list; rows of this run
  /// follow, which end at once or (NULL) not.
  Status Replace(const Values& values, const std::string& ended_at) {
    if (!run_ || values.empty()) return {};
    is_changed_ = true;
    std::string columns, rows;
    for (const auto& [column, value] : values) {
      const std::string name = engine::QuoteText(column);
      columns += (columns.empty() ? "" : ", ") + name;
      rows += fmt::format(
          " UNION ALL SELECT {}, {}, {}, (SELECT coalesce(string_agg(mark, ' ' ORDER BY mark), '')"
          " FROM marks_now), {}, {}, {}, {}, NULL",
          user_, name, Literal(value), engine::QuoteText(salt_), run_->number(), Now(), ended_at);
    }
    const std::string ends =
        fmt::format("user_id = {} AND column_name IN ({}) AND ended_at IS NULL", user_, columns);
    journal_.Add({.table = "rectifications"});
    lake::TableChange change;
    change.operation = "UPDATE";
    change.wants_checkpoint = true;
    return lake::StageAnew(
        lake_, run_.get(), *lake::FindModel("rectifications"),
        fmt::format("SELECT * REPLACE (CASE WHEN {0} THEN NULL ELSE value END AS value,"
                    " CASE WHEN {0} THEN {1} ELSE ended_at END AS ended_at)"
                    " FROM rectifications_before{2}",
                    ends, Now(), rows),
        std::move(change));
  }

  lake::Lake* lake_;
  engine::Engine* engine_;
  const RectifyOptions& options_;
  const std::string user_;  ///< as SQL
  int64_t now_ms_ = 0;
  std::string salt_;
  std::unique_ptr<lake::Run> run_;
  Journal journal_{"rectify"};
  bool is_changed_ = false;
  RectifySummary summary_;
};

}  // namespace

Result<RectifySummary> Rectify(lake::Lake* lake, const RectifyOptions& options) {
  if (!options.withdraw && options.values.empty()) {
    return MakeError(ErrorKind::kUsage, "nothing was given to correct");
  }
  return Rectifying(lake, options).Work();
}

}  // namespace cadenza::maintenance
