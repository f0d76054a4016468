#include "maintenance/forget.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/clock.h"
#include "base/unique_id.h"
#include "ingest/forgotten.h"
#include "lake/run.h"
#include "maintenance/journal.h"
#include "maintenance/rewrite.h"

namespace cadenza::maintenance {
namespace {

constexpr const char* kPath = "_file_of_row";
constexpr const char* kSampleInstead = "'(named a listener who was forgotten)'";

/// Which rows of a table are to go, or to be changed.
struct Rule {
  const lake::Model* model;
  std::string told;     ///< SQL condition: the row tells of a listener
  std::string instead;  ///< column whose text is replaced; empty: the row goes
};

/// One call of Forget.
class Forgetting {
 public:
  Forgetting(lake::Lake* lake, const ForgetOptions& options)
      : lake_(lake), engine_(&lake->engine()), options_(options) {}

  Result<ForgetSummary> Work() {
    const Stopwatch watch;
    if (!options_.dry_run) {
      CADENZA_ASSIGN(run_,
                     lake::Run::Begin(lake_, lake_->manifest().format, options_.keep_waiting));
    }
    CADENZA_TRY(BindUsers());
    if (options_.readmit) {
      CADENZA_TRY(TakeOffTheList());
    } else {
      CADENZA_TRY(CollectMarks());
      CADENZA_TRY(CollectPlays());
      for (const lake::Model* model : lake_->tables()) CADENZA_TRY(Visit(*model));
      CADENZA_TRY(PutOnTheList());
    }
    if (run_ && (is_changed_ || run_->has_to_heal())) {
      CADENZA_TRY(journal_.Stage(lake_, run_.get()));
      CADENZA_TRY(run_->Commit());
      summary_.run = is_changed_ ? run_->number() : 0;
    }
    summary_.seconds = watch.seconds();
    return std::move(summary_);
  }

 private:
  /// forgotten_users: user_id and the hash that stands for it; listed: whether it does already.
  Status BindUsers() {
    CADENZA_ASSIGN(const ingest::Forgotten list, ingest::Forgotten::Read(*lake_));
    salt_ = list.empty() ? UniqueId() : list.salt();
    std::string tuples;
    for (const std::string& user : options_.users) {
      tuples += (tuples.empty() ? "(" : ", (") + engine::QuoteText(user) + ")";
    }
    return engine_->Materialize(
        "forgotten_users",
        fmt::format("SELECT DISTINCT user_id, {} AS user_hash FROM (VALUES {}) AS given(user_id)",
                    ingest::MarkHash(salt_, "'user_id:' || user_id"), tuples));
  }

  Status BindTable(const char* name, const char* relation) {
    CADENZA_ASSIGN(const lake::TableState state, lake_->Load(*lake::FindModel(name)));
    return engine_->BindFiles(relation, state.Relation());
  }

  /// By their own events the listeners have names and times of registration, under which lines
  /// without a user id tell of them. Marks of an earlier call count too: the events are gone then.
  Status CollectMarks() {
    CADENZA_TRY(BindTable("events", "events_before"));
    const auto hash = [&](const char* mark) { return ingest::MarkHash(salt_, mark); };
    CADENZA_TRY(engine_->Materialize(
        "marks_found",
        "SELECT DISTINCT user_id, first_name || ' ' || last_name AS name, registration"
        " FROM events_before WHERE user_id IN (SELECT user_id FROM forgotten_users)"));
    CADENZA_TRY(engine_->Materialize(
        "marks_now",
        fmt::format(
            "SELECT DISTINCT user_hash, kind, mark_hash FROM ("
            "SELECT user_hash, 'user_id' AS kind, user_hash AS mark_hash FROM forgotten_users"
            " UNION ALL SELECT user_hash, 'person', {} FROM marks_found JOIN forgotten_users"
            " USING (user_id) UNION ALL SELECT user_hash, 'name', {} FROM marks_found"
            " JOIN forgotten_users USING (user_id) UNION ALL SELECT user_hash, 'registration', {}"
            " FROM marks_found JOIN forgotten_users USING (user_id) UNION ALL"
            " SELECT user_hash, kind, mark_hash FROM forgotten_before"
            " WHERE user_hash IN (SELECT user_hash FROM forgotten_users)"
            ") AS marks WHERE mark_hash IS NOT NULL",
            hash("('person:' || name || '|' || registration)"), hash("('name:' || name)"),
            hash("('registration:' || registration)"))));
    return {};
  }

  std::string EventTells() const {
    return fmt::format(
        "(user_id IN (SELECT user_id FROM forgotten_users) OR (user_id IS NULL AND"
        " coalesce({} IN (SELECT mark_hash FROM marks_now), false)))",
        ingest::MarkHash(salt_, "(" + ingest::EventMark() + ")"));
  }

  /// plays_told: the plays of these events, because songplays has no names; times_told: when only
  /// they played.
  Status CollectPlays() {
    CADENZA_TRY(engine_->Materialize(
        "plays_told",
        "SELECT DISTINCT play_id(ts_ms, user_id, session_id, item_in_session) AS songplay_id"
        " FROM events_before WHERE page = 'NextSong' AND " +
            EventTells()));
    CADENZA_TRY(BindTable("songplays", "plays_before"));
    CADENZA_TRY(engine_->Materialize(
        "times_told", fmt::format("SELECT start_time FROM plays_before WHERE {0} EXCEPT "
                                  "SELECT start_time FROM plays_before WHERE ({0}) IS NOT TRUE",
                                  PlayTells())));
    if (lake_->manifest().tables.contains("events")) {
      CADENZA_ASSIGN(const engine::RowSet files,
                     engine_->Query("SELECT DISTINCT _file FROM events_before WHERE " +
                                    EventTells() + " ORDER BY 1"));
      for (size_t r = 0; r < files.rows.size(); ++r) summary_.source_files.push_back(files.Text(r));
      CADENZA_ASSIGN(const engine::RowSet found,
                     engine_->Query("SELECT count(DISTINCT user_id) FROM marks_found"));
      summary_.listeners_found = found.Number();
    }
    return {};
  }

  static std::string PlayTells() {
    return "user_id IN (SELECT user_id FROM forgotten_users)"
           " OR songplay_id IN (SELECT songplay_id FROM plays_told)";
  }

  /// How a table tells of a listener; no condition where it never does.
  Rule RuleOf(const lake::Model& model) const {
    Rule rule{&model, "", ""};
    const auto has = [&](const char* column) {
      return std::ranges::count(model.columns, column, &lake::ModelColumn::name) > 0;
    };
    if (model.name == "events") {
      rule.told = EventTells();
    } else if (model.name == "songplays") {
      rule.told = PlayTells();
    } else if (model.name == "time") {
      rule.told = "start_time IN (SELECT start_time FROM times_told)";
    } else if (model.name == "quarantine") {
      rule.told = fmt::format(
          "source = 'logs' AND list_has_any(list_transform({}, m -> {}),"
          " (SELECT list(mark_hash) FROM marks_now))",
          ingest::RawMarks("raw"), ingest::MarkHash(salt_, "m"));
    } else if (model.name == "audits") {
      rule.instead = "sample";
      rule.told =
          "sample IS NOT NULL AND (list_has_any(regexp_extract_all(sample,"
          " '(?:user_id|customer_id)=(.*?)(?: [a-z_]+=|; |$)', 1),"
          " (SELECT list(user_id) FROM forgotten_users)) OR"
          " coalesce(list_has_any(regexp_extract_all(sample, 'songplay_id=([0-9a-f]+)', 1),"
          " (SELECT list(songplay_id) FROM plays_told)), false))";
    } else if (has("user_id")) {
      rule.told = "user_id IN (SELECT user_id FROM forgotten_users)";
    } else if (has("customer_id")) {
      rule.told = "customer_id IN (SELECT user_id FROM forgotten_users)";
    }
    return rule;
  }

  Status Visit(const lake::Model& model) {
    const Rule rule = RuleOf(model);
    if (rule.told.empty()) return {};
    CADENZA_ASSIGN(const lake::TableState state, lake_->Load(model));
    if (state.files.empty()) return {};
    if (options_.on_table) options_.on_table(model.name);
    engine::FileRelation relation = state.Relation();
    relation.path_column = kPath;
    CADENZA_TRY(engine_->BindFiles("rows_to_judge", relation));
    CADENZA_ASSIGN(const engine::RowSet told,
                   engine_->Query(fmt::format("SELECT {0}, count(*) FROM rows_to_judge WHERE {1} "
                                              "GROUP BY {0}",
                                              kPath, rule.told)));
    if (told.rows.empty()) return {};
    TableForgetting table;
    table.table = model.name;
    using Values = std::map<std::string, std::optional<std::string>>;
    std::map<Values, std::vector<const delta::AddFile*>> partitions;
    std::map<Values, int64_t> rows_told;
    int64_t rows = 0;
    for (size_t r = 0; r < told.rows.size(); ++r) {
      const delta::AddFile& file = state.files.at(told.Text(r, 0));
      partitions[file.partition_values].push_back(&file);
      rows_told[file.partition_values] += told.Number(r, 1);
      rows += told.Number(r, 1);
      ++table.files_rewritten;
      table.bytes_rewritten += file.size_bytes;
    }
    (rule.instead.empty() ? table.rows_removed : table.rows_changed) = rows;
    if (run_) {
      lake::TableChange change;
      for (const auto& [values, files] : partitions) {
        CADENZA_TRY(RewritePartition(rule, state, files, rows_told.at(values), &change));
      }
      CADENZA_TRY(Stage(state, std::move(change), &table));
    }
    summary_.tables.push_back(std::move(table));
    return {};
  }

  Status RewritePartition(const Rule& rule, const lake::TableState& state,
                          const std::vector<const delta::AddFile*>& files, int64_t told,
                          lake::TableChange* change) {
    int64_t rows = rule.instead.empty() ? -told : 0;
    for (const delta::AddFile* file : files) rows += lake::RowsOf(*file);
    if (rows == 0) {
      for (const delta::AddFile* file : files) change->removed.push_back(file->path);
      return {};
    }
    RowsWanted wanted;
    if (rule.instead.empty()) {
      wanted.where = "(" + rule.told + ") IS NOT TRUE";
    } else {
      wanted.instead = {rule.instead, fmt::format("CASE WHEN {} THEN {} ELSE {} END", rule.told,
                                                  kSampleInstead, rule.instead)};
    }
    CADENZA_ASSIGN(const int64_t written, RewriteFiles(lake_, *run_, state, files, wanted, change));
    if (written == rows) return {};
    return MakeError(ErrorKind::kInternal, "{} rows of {} were to stay, and {} did", rows,
                     state.name, written);
  }

  Status Stage(const lake::TableState& state, lake::TableChange change, TableForgetting* table) {
    table->files_written = static_cast<int64_t>(change.added.size());
    int64_t bytes_added = 0;
    for (const engine::WrittenFile& file : change.added) bytes_added += file.size_bytes;
    journal_.Add({.table = state.name,
                  .rows_removed = table->rows_removed,
                  .files_removed = table->files_rewritten,
                  .files_added = table->files_written,
                  .bytes_removed = table->bytes_rewritten,
                  .bytes_added = bytes_added});
    change.operation = "DELETE";
    change.wants_checkpoint = true;
    is_changed_ = true;
    run_->Stage(*lake_->FindTable(state.name), state, state.partition_columns, std::move(change));
    return {};
  }

  Status PutOnTheList() {
    CADENZA_ASSIGN(const engine::RowSet users,
                   engine_->Query("SELECT count(*) FROM forgotten_users WHERE user_hash NOT IN "
                                  "(SELECT mark_hash FROM forgotten_marks)"));
    summary_.listeners_listed = users.Number();
    // Rows that were found once more have to wait for vacuum once more.
    const bool again = !summary_.tables.empty();
    if (!run_ || (!again && summary_.listeners_listed == 0)) return {};
    return ReplaceList(
        fmt::format("SELECT * FROM forgotten_before WHERE user_hash NOT IN (SELECT user_hash FROM "
                    "forgotten_users) UNION ALL SELECT user_hash, mark_hash, kind, {}, {}, "
                    "timestamp_millis({}), NULL FROM marks_now",
                    engine::QuoteText(salt_), run_->number(), NowMs()));
  }

  Status TakeOffTheList() {
    CADENZA_ASSIGN(const engine::RowSet users,
                   engine_->Query("SELECT count(*) FROM forgotten_users WHERE user_hash IN "
                                  "(SELECT user_hash FROM forgotten_before)"));
    summary_.listeners_listed = users.Number();
    if (!run_ || summary_.listeners_listed == 0) return {};
    return ReplaceList(
        "SELECT * FROM forgotten_before WHERE user_hash NOT IN (SELECT user_hash FROM "
        "forgotten_users)");
  }

  Status ReplaceList(const std::string& select) {
    const lake::Model& model = *lake::FindModel("forgotten");
    CADENZA_ASSIGN(const lake::TableState before, lake_->Load(model));
    lake::TableChange change;
    change.remove_all = before.exists;
    change.operation = "DELETE";
    CADENZA_ASSIGN(const engine::RowSet rows,
                   engine_->Query("SELECT count(*) FROM (" + select + ") AS list"));
    if (rows.Number() > 0) {
      CADENZA_ASSIGN(change.added, engine_->Write(run_->Request(model, {}, select)));
    }
    if (before.files.empty()) change.operation = "WRITE";
    is_changed_ = true;
    run_->Stage(model, before, {}, std::move(change));
    return {};
  }

  lake::Lake* lake_;
  engine::Engine* engine_;
  const ForgetOptions& options_;
  std::string salt_;
  std::unique_ptr<lake::Run> run_;
  Journal journal_{"forget"};
  bool is_changed_ = false;
  ForgetSummary summary_;
};

}  // namespace

Result<ForgetSummary> Forget(lake::Lake* lake, const ForgetOptions& options) {
  if (options.users.empty()) return MakeError(ErrorKind::kUsage, "no listener was named");
  return Forgetting(lake, options).Work();
}

}  // namespace cadenza::maintenance
