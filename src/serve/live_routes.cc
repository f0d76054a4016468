#include "serve/live_routes.h"

#include <charconv>

#include "alerts/lake_windows.h"
#include "serve/json_rows.h"
#include "serve/service.h"

namespace cadenza::serve {
namespace {

using http::JsonText;

constexpr int kListenerRowsMax = 100;

Result<int64_t> NumberOf(const http::Request& request, const char* name, int64_t otherwise,
                         int64_t most) {
  const std::optional<std::string> text = request.Query(name);
  if (!text) return otherwise;
  int64_t number = 0;
  const char* const end = text->data() + text->size();
  const auto [rest, error] = std::from_chars(text->data(), end, number);
  if (error == std::errc() && rest == end && number >= 1 && number <= most) return number;
  return MakeError(ErrorKind::kUsage, "{} is a number from 1 to {}: {}", name, most, *text);
}

/// {"as_of":…,"columns":…,"rows":…}; without rows where the lake has no such table.
Result<std::string> RowsJson(const LoadedRun& run, query::Session* session, const char* table,
                             const std::string& select) {
  const lake::Model* model = run.lake->FindTable(table);
  query::Answer answer;
  if (model && run.lake->Exists(*model)) {
    CADENZA_ASSIGN(answer, session->Query(select));
  } else if (model) {
    answer.rows.columns = model->engine_columns();
  }
  JsonRows json(answer.rows.columns);
  std::string rows;
  for (const auto& row : answer.rows.rows) rows += (rows.empty() ? "" : ",") + json.Row(row);
  return fmt::format(R"({{"as_of":{},"columns":{},"rows":[{}]}})", AsOfJson(run.as_of),
                     ColumnsJson(answer.rows.columns), rows);
}

http::Reply Windows(Service* service, const http::Request& request) {
  const Result<int64_t> hours = NumberOf(request, "hours", 24, int64_t{24} * 366);
  if (!hours.ok()) return http::ErrorReply(hours.error());
  const std::shared_ptr<const LoadedRun> run = service->runs().newest();
  return service->AnswerFrom(*run, request, [&](query::Session* session, const AsOf&) {
    const std::string table = alerts::UsualWindows(run->lake->manifest());
    return RowsJson(*run, session, table.c_str(),
                    fmt::format("SELECT * FROM gold.{0} WHERE window_start > (SELECT "
                                "max(window_start) FROM gold.{0}) - to_hours({1}) ORDER BY "
                                "window_start",
                                table, *hours));
  });
}

http::Reply Alerts(Service* service, const http::Request& request) {
  const Result<int64_t> limit = NumberOf(request, "limit", 100, 10'000);
  if (!limit.ok()) return http::ErrorReply(limit.error());
  const std::shared_ptr<const LoadedRun> run = service->runs().newest();
  return service->AnswerFrom(*run, request, [&](query::Session* session, const AsOf&) {
    return RowsJson(*run, session, "sessions_alerts",
                    fmt::format("SELECT * FROM gold.sessions_alerts ORDER BY judged_at DESC, "
                                "alert_id, state LIMIT {}",
                                *limit));
  });
}

/// The column by which a table tells of a listener; empty: it does not, or in too many rows.
std::string IdColumn(const lake::Model& table) {
  if (table.layer == "bronze" || table.layer == "ops" || table.name == "songplays") return "";
  for (const char* name : {"user_id", "customer_id"}) {
    if (table.has_column(name)) return name;
  }
  return "";
}

Result<std::string> ListenerTables(const LoadedRun& run, query::Session* session,
                                   const std::string& id, bool* is_known) {
  std::string tables;
  for (const lake::Model* table : run.lake->tables()) {
    const std::string column = IdColumn(*table);
    if (column.empty() || !run.lake->Exists(*table)) continue;
    CADENZA_ASSIGN(
        const query::Answer answer,
        session->Query(fmt::format("SELECT * FROM {}.{} WHERE {} = {} LIMIT {}",
                                   engine::QuoteName(table->layer), engine::QuoteName(table->name),
                                   column, engine::QuoteText(id), kListenerRowsMax)));
    JsonRows json(answer.rows.columns);
    std::string rows;
    for (const auto& row : answer.rows.rows) rows += (rows.empty() ? "" : ",") + json.Object(row);
    *is_known = *is_known || !answer.rows.rows.empty();
    tables += fmt::format("{}{}:[{}]", tables.empty() ? "" : ",",
                          JsonText(table->layer + "." + table->name), rows);
  }
  return tables;
}

http::Reply Listener(Service* service, const http::Request& request) {
  if (RoleOf(request) == Role::kViewer) {
    return http::ErrorReply(403, "not_allowed", "an analyst may ask for a listener");
  }
  const std::string id = request.Parameter("id");
  const std::shared_ptr<const LoadedRun> run = service->runs().newest();
  bool is_known = false;
  http::Reply reply = service->AnswerFrom(
      *run, request, [&](query::Session* session, const AsOf& as_of) -> Result<std::string> {
        CADENZA_ASSIGN(const std::string tables, ListenerTables(*run, session, id, &is_known));
        return fmt::format(R"({{"listener":{},"as_of":{},"tables":{{{}}}}})", JsonText(id),
                           AsOfJson(as_of), tables);
      });
  if (reply.status != 200 || is_known) return reply;
  return http::ErrorReply(404, "no_such_listener", "nothing is known of this listener: " + id);
}

}  // namespace

void MountLive(Service* service) {
  const auto with = [service](http::Reply (*answer)(Service*, const http::Request&)) {
    return [service, answer](const http::Request& request) { return answer(service, request); };
  };
  service->Mount({.path = "/api/v1/windows",
                  .handler = with(Windows),
                  .summary = "The live windows of 5 minutes of the last hours.",
                  .parameters = {{"hours", "up to the newest window; default 24",
                                  R"({"type":"integer","minimum":1,"maximum":8784})"}}});
  service->Mount({.path = "/api/v1/alerts",
                  .handler = with(Alerts),
                  .summary = "Alerts, the newest first.",
                  .parameters = {{"limit", "rows; default 100",
                                  R"({"type":"integer","minimum":1,"maximum":10000})"}}});
  service->Mount({.path = "/api/v1/listeners/{id}",
                  .handler = with(Listener),
                  .summary = "What the lake tells of a listener, table by table; for analysts.",
                  .parameters = {{"id", "the listener", R"({"type":"string"})", true}}});
}

}  // namespace cadenza::serve
