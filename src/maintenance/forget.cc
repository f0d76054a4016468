#include "maintenance/forget.h"

#include <algorithm>
#include <optional>
#include <set>

#include "base/clock.h"
#include "ingest/forgotten.h"
#include "ingest/rectifications.h"
#include "lake/table_rows.h"
#include "maintenance/care_run.h"
#include "stream/checkpoint.h"

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
      CADENZA_TRY(CollectAlerts());
      CADENZA_ASSIGN(streams_, stream::DefinedStreams(lake_));
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

  /// SQL condition: a text that the decoder had no columns for tells of them.
  std::string TextTells(const std::string& column) const {
    return fmt::format(
        "coalesce(list_has_any(list_transform({}, m -> {}), (SELECT list(mark_hash) FROM"
        " marks_now)), false)",
        ingest::RawMarks(column, options_.id_fields), ingest::MarkHash(salt_, "m"));
  }

  std::string EventTells() const {
    return fmt::format(
        "(user_id IN (SELECT user_id FROM forgotten_users) OR (user_id IS NULL AND"
        " (coalesce({} IN (SELECT mark_hash FROM marks_now), false) OR"
        " (_rescued IS NOT NULL AND {}))))",
        ingest::MarkHash(salt_, ingest::EventMark()), TextTells("_rescued"));
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
    return ingest::IsIdName(name) || std::ranges::count(options_.id_fields, name) > 0;
  }

  static void Append(std::string* conditions, const std::string& condition) {
    *conditions += (conditions->empty() ? "" : " OR ") + condition;
  }

  /// Tables of windows are grouped by columns of any name; the program's own have two names for
  /// ids.
  std::string IdsTell(const lake::Model& model) const {
    const bool is_own = lake_->OwnModel(model.name) != nullptr;
    std::string tells;
    for (const lake::ModelColumn& column : model.columns) {
      const bool is_id =
          is_own ? IsIdName(column.name) : column.name == "user_id" || column.name == "customer_id";
      if (is_id) Append(&tells, engine::QuoteName(column.name) + kAreForgotten);
    }
    return tells;
  }

  /// How the rows of each stream tell: by the customer, unless --key says that it is something
  /// else, and by groups that are ids. `group`: SQL of a group by its number from 1.
  template <class Group>
  std::string StreamsTell(const Group& group, bool with_customer) const {
    std::string tells, names;
    for (const stream::DefinedStream& stream : streams_) {
      names += (names.empty() ? "" : ", ") + engine::QuoteText(stream.name);
      std::string told;
      if (with_customer && (stream.key.empty() || IsIdName(stream.key))) {
        Append(&told, fmt::format("customer_id{}", kAreForgotten));
      }
      for (size_t g = 0; g < stream.groups.size(); ++g) {
        if (IsIdName(stream.groups[g])) Append(&told, group(g + 1) + kAreForgotten);
      }
      if (told.empty()) continue;
      Append(&tells, fmt::format("(stream = {} AND ({}))", engine::QuoteText(stream.name), told));
    }
    if (with_customer) {
      Append(&tells,
             fmt::format("({}customer_id{})",
                         names.empty() ? "" : "stream NOT IN (" + names + ") AND ", kAreForgotten));
    }
    return tells.empty() ? "false" : tells;
  }

  /// The state of a stream: rows of a group that is the listener's own go, others lose the id.
  RowRule RuleOfState(const lake::Model& model) const {
    const auto group = [](size_t number) { return fmt::format("group_{}", number); };
    RowRule rule{&model, StreamsTell(group, /*with_customer=*/true)};
    rule.gone = StreamsTell(group, /*with_customer=*/false);
    rule.instead = {{"customer_id", "CAST(NULL AS VARCHAR)"}};
    return rule;
  }

  std::string LateEventsTell() const {
    return StreamsTell(
        [](size_t number) {
          return fmt::format("json_extract_string(group_values, '$[{}]')", number - 1);
        },
        /*with_customer=*/true);
  }

  /// alerts_told: what alerts say of the listeners' own windows.
  Status CollectAlerts() {
    CADENZA_TRY(BindTable("sessions_alerts", "alerts_before"));
    return engine_->Materialize(
        "alerts_told", "SELECT DISTINCT alert_id FROM alerts_before WHERE " + SeriesTells());
  }

  /// A series is column=value.
  std::string SeriesTells() const {
    std::set<std::string> columns;
    for (const lake::Model* model : lake_->tables()) {
      for (const lake::ModelColumn& column : model->columns) {
        if (IsIdName(column.name)) columns.insert(column.name);
      }
    }
    std::string tells;
    for (const std::string& column : columns) {
      Append(&tells,
             fmt::format("(starts_with(series, {0}) AND substr(series, length({0}) + 1){1})",
                         engine::QuoteText(column + "="), kAreForgotten));
    }
    return tells;
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
      rule.told = "source = 'logs' AND " + TextTells("raw");
    } else if (model.name == "late_events") {
      rule.told = LateEventsTell();
    } else if (model.name == "sessions_alerts" || model.name == "alert_checks") {
      rule.told = SeriesTells();
    } else if (model.name == "deliveries") {
      rule.told = "alert_id IN (SELECT alert_id FROM alerts_told)";
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
  std::vector<stream::DefinedStream> streams_;
  std::unique_ptr<lake::Run> run_;
  Journal journal_{"forget"};
  std::optional<RowEditor> editor_;
  bool is_changed_ = false;
  ForgetSummary summary_;
};

/// Those of whom neither the tables nor the list tell: most likely a slip of the keyboard.
Result<std::vector<std::string>> Unknown(lake::Lake* lake, const ForgetOptions& options) {
  engine::Engine& engine = lake->engine();
  CADENZA_ASSIGN(const ingest::Forgotten list, ingest::Forgotten::Read(*lake));
  CADENZA_ASSIGN(const lake::TableState users, lake->Load(*lake::FindModel("users")));
  CADENZA_TRY(engine.BindFiles("users_before", users.Relation()));
  std::string given;
  for (const std::string& user : options.users) {
    given += (given.empty() ? "(" : ", (") + engine::QuoteText(user) + ")";
  }
  CADENZA_ASSIGN(
      const engine::RowSet left,
      engine.Query(fmt::format("SELECT DISTINCT user_id FROM (VALUES {}) AS given(user_id) WHERE "
                               "user_id NOT IN (SELECT user_id FROM users_before) AND NOT ({}) "
                               "ORDER BY 1",
                               given, list.IsListener("user_id"))));
  std::vector<std::string> unknown;
  for (size_t r = 0; r < left.rows.size(); ++r) {
    // Quarantined lines, streams and others may tell of them all the same.
    ForgetOptions one = options;
    one.users = {left.Text(r)};
    one.dry_run = true;
    one.on_table = nullptr;
    CADENZA_ASSIGN(const ForgetSummary found, Forgetting(lake, one).Work());
    if (found.tables.empty()) unknown.push_back(left.Text(r));
  }
  return unknown;
}

}  // namespace

Result<ForgetSummary> Forget(lake::Lake* lake, const ForgetOptions& options) {
  if (options.users.empty()) return MakeError(ErrorKind::kUsage, "no listener was named");
  if (!options.readmit && !options.even_if_unknown) {
    CADENZA_ASSIGN(const std::vector<std::string> unknown, Unknown(lake, options));
    if (!unknown.empty()) {
      return MakeError(ErrorKind::kNotFound,
                       "nothing in the lake tells of the listener {}, and nothing was changed; "
                       "--even-if-unknown puts unknown ones on the list too",
                       fmt::join(unknown, ", "));
    }
  }
  return Forgetting(lake, options).Work();
}

}  // namespace cadenza::maintenance
