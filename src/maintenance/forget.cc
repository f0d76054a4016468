#include "maintenance/forget.h"

#include <algorithm>
#include <optional>
#include <set>

#include "base/clock.h"
#include "ingest/forgotten.h"
#include "ingest/rectifications.h"
#include "lake/table_rows.h"
#include "maintenance/care_run.h"
#include "stream/definition.h"

namespace cadenza::maintenance {
namespace {

constexpr const char* kSampleInstead = "'(named a listener who was forgotten)'";

/// One call of Forget.
class Forgetting {
 public:
  Forgetting(lake::Lake* lake, const ForgetOptions& options)
      : lake_(lake), engine_(&lake->engine()), options_(options) {}

  Result<ForgetSummary> Work() {
    const Stopwatch watch;
    CADENZA_ASSIGN(run_, BeginRun(lake_, options_));
    editor_.emplace(lake_, run_.get(), &journal_);
    editor_->on_table = options_.on_table;
    CADENZA_TRY(BindUsers());
    if (options_.readmit) {
      CADENZA_TRY(TakeOffTheList());
    } else {
      CADENZA_TRY(CollectMarks());
      CADENZA_TRY(CollectPlays());
      for (const lake::Model* model : lake_->tables()) CADENZA_TRY(Visit(*model));
      CADENZA_TRY(PutOnTheList());
    }
    CADENZA_ASSIGN(summary_.run, CommitEdits(lake_, run_.get(), journal_, is_changed_));
    summary_.seconds = watch.seconds();
    return std::move(summary_);
  }

 private:
  /// forgotten_users: user_id and the hash that stands for it; listed: whether it does already.
  Status BindUsers() {
    CADENZA_ASSIGN(const ingest::Forgotten list, ingest::Forgotten::Read(*lake_));
    CADENZA_ASSIGN(const ingest::Rectifications rectified, ingest::Rectifications::Read(*lake_));
    salt_ = ingest::SaltOf(list, rectified);
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
  /// without a user id tell of them. Marks of an earlier call count too: the events are gone then;
  /// and those of before a rectification.
  Status CollectMarks() {
    CADENZA_TRY(BindTable("events", "events_before"));
    const auto hash = [&](const char* mark) { return ingest::MarkHash(salt_, mark); };
    CADENZA_TRY(engine_->Materialize(
        "marks_found",
        "SELECT DISTINCT user_id, first_name, last_name, registration"
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
            " WHERE user_hash IN (SELECT user_hash FROM forgotten_users) UNION ALL"
            " SELECT user_hash, kind, mark_hash FROM former_marks JOIN forgotten_users"
            " USING (user_id)) AS marks WHERE mark_hash IS NOT NULL",
            hash(ingest::kPersonMark), hash(ingest::kNameMark), hash(ingest::kRegistrationMark))));
    return {};
  }

  std::string EventTells() const {
    return fmt::format(
        "(user_id IN (SELECT user_id FROM forgotten_users) OR (user_id IS NULL AND"
        " coalesce({} IN (SELECT mark_hash FROM marks_now), false)))",
        ingest::MarkHash(salt_, ingest::EventMark()));
  }

  /// Of variants that a visitor's key has, those of others, when one that goes was among them.
  Status CountVariantsLeft() {
    CADENZA_ASSIGN(
        const engine::RowSet left,
        engine_->Query(fmt::format(
            "SELECT count(*) FROM (SELECT tells, bool_or(tells) OVER (PARTITION BY ts_ms, "
            "session_id,"
            " item_in_session, page) AS met FROM (SELECT *, coalesce({}, false) AS tells FROM "
            "events_before"
            " WHERE is_conflict AND user_id IS NULL) AS variants) AS keys WHERE met AND NOT tells",
            EventTells())));
    summary_.variants_left = left.Number();
    return {};
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
      CADENZA_TRY(CountVariantsLeft());
    }
    return {};
  }

  static std::string PlayTells() {
    return "user_id IN (SELECT user_id FROM forgotten_users)"
           " OR songplay_id IN (SELECT songplay_id FROM plays_told)";
  }

  static constexpr const char* kAreForgotten = " IN (SELECT user_id FROM forgotten_users)";

  bool IsIdName(const std::string& name) const {
    return std::ranges::count(ingest::IdNames(), name) +
               std::ranges::count(options_.id_fields, name) >
           0;
  }

  /// SQL condition: a column that has listeners' ids has one of these; empty without such a column.
  std::string IdsTell(const lake::Model& model) const {
    std::string tells;
    for (const lake::ModelColumn& column : model.columns) {
      if (!IsIdName(column.name)) continue;
      tells += (tells.empty() ? "" : " OR ") + engine::QuoteName(column.name) + kAreForgotten;
    }
    return tells;
  }

  /// The numbers of the groups by which some stream of the lake groups by an id.
  std::set<size_t> GroupsOfIds() const {
    std::set<size_t> groups;
    for (const lake::Model* model : lake_->tables()) {
      if (!lake_->OwnModel(model->name)) continue;
      for (size_t c = stream::kColumnsBeforeGroups; c < model->columns.size(); ++c) {
        if (IsIdName(model->columns[c].name)) groups.insert(c - stream::kColumnsBeforeGroups + 1);
      }
    }
    return groups;
  }

  /// The state of a stream: rows of a group that is the listener's own go, others lose the id.
  RowRule RuleOfState(const lake::Model& model) const {
    RowRule rule{&model, ""};
    const std::set<size_t> of_ids = GroupsOfIds();
    rule.gone.clear();
    for (size_t group = 1; model.has_column(fmt::format("group_{}", group)); ++group) {
      rule.gone += fmt::format("{}coalesce(group_{} = customer_id, false)",
                               rule.gone.empty() ? "" : " OR ", group);
      if (of_ids.contains(group)) rule.gone += fmt::format(" OR group_{}{}", group, kAreForgotten);
    }
    rule.told = fmt::format("customer_id{}", kAreForgotten);
    for (const size_t group : of_ids) {
      rule.told += fmt::format(" OR group_{}{}", group, kAreForgotten);
    }
    rule.instead = {{"customer_id", "CAST(NULL AS VARCHAR)"}};
    return rule;
  }

  /// How a table tells of a listener; no condition where it never does.
  RowRule RuleOf(const lake::Model& model) const {
    if (model.name == "stream_state") return RuleOfState(model);
    RowRule rule{&model, ""};
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
          ingest::RawMarks("raw", options_.id_fields), ingest::MarkHash(salt_, "m"));
    } else if (model.name == "late_events" && !GroupsOfIds().empty()) {
      rule.told = fmt::format(
          "{} OR coalesce(list_has_any(from_json(group_values, '[\"VARCHAR\"]'),"
          " (SELECT list(user_id) FROM forgotten_users)), false)",
          IdsTell(model));
    } else if (model.name == "audits") {
      rule.instead = {{"sample", kSampleInstead}};
      rule.told =
          "sample IS NOT NULL AND (list_has_any(regexp_extract_all(sample,"
          " '(?:user_id|customer_id)=(.*?)(?: [a-z_]+=|; |$)', 1),"
          " (SELECT list(user_id) FROM forgotten_users)) OR"
          " coalesce(list_has_any(regexp_extract_all(sample, 'songplay_id=([0-9a-f]+)', 1),"
          " (SELECT list(songplay_id) FROM plays_told)), false))";
    } else {
      rule.told = IdsTell(model);
    }
    return rule;
  }

  Status Visit(const lake::Model& model) {
    const RowRule rule = RuleOf(model);
    if (rule.told.empty()) return {};
    CADENZA_ASSIGN(std::optional<TableEdit> edit, editor_->Edit(rule));
    if (!edit) return {};
    is_changed_ = true;
    summary_.tables.push_back(std::move(*edit));
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
    is_changed_ = true;
    lake::TableChange change;
    change.operation = "DELETE";
    return lake::StageAnew(lake_, run_.get(), *lake::FindModel("forgotten"), select,
                           std::move(change));
  }

  lake::Lake* lake_;
  engine::Engine* engine_;
  const ForgetOptions& options_;
  std::string salt_;
  std::unique_ptr<lake::Run> run_;
  Journal journal_{"forget"};
  std::optional<RowEditor> editor_;
  bool is_changed_ = false;
  ForgetSummary summary_;
};

}  // namespace

Result<ForgetSummary> Forget(lake::Lake* lake, const ForgetOptions& options) {
  if (options.users.empty()) return MakeError(ErrorKind::kUsage, "no listener was named");
  return Forgetting(lake, options).Work();
}

}  // namespace cadenza::maintenance
