#include "serve/table_routes.h"

#include "base/clock.h"
#include "serve/json_rows.h"
#include "serve/service.h"
#include "serve/table_page.h"

namespace cadenza::serve {
namespace {

using http::JsonText;

std::string MeaningOf(const lake::Model& model, const std::string& column) {
  for (const lake::ModelColumn& known : model.columns) {
    if (known.name == column) return known.comment;
  }
  return "";
}

std::string SchemaJson(const lake::Model& model, const std::vector<engine::Column>& columns) {
  std::string list = "[";
  for (const engine::Column& column : columns) {
    list += fmt::format(R"({}{{"name":{},"type":{},"meaning":{}}})", list.size() > 1 ? "," : "",
                        JsonText(column.name), JsonText(column.type),
                        JsonText(MeaningOf(model, column.name)));
  }
  return list + "]";
}

std::string QualifiedName(const lake::Model& model) {
  return engine::QuoteName(model.layer) + "." + engine::QuoteName(model.name);
}

http::Reply ListTables(Service* service, const http::Request& request) {
  const std::shared_ptr<const LoadedRun> run = service->runs().newest();
  return service->AnswerFrom(*run, request, [&](query::Session*, const AsOf& as_of) {
    std::string list;
    for (const lake::Model* table : TablesOf(*run, RoleOf(request))) {
      const lake::ManifestTable& state = run->lake->manifest().tables.at(table->name);
      list += fmt::format(
          R"({}{{"table":{},"layer":{},"name":{},"summary":{},"grain":{},"rows":{},"version":{},"run":{},"columns":{}}})",
          list.empty() ? "" : ",", JsonText(table->layer + "." + table->name),
          JsonText(table->layer), JsonText(table->name), JsonText(table->summary),
          JsonText(table->grain), state.rows, state.version, state.run,
          SchemaJson(*table, table->engine_columns()));
    }
    return Result<std::string>(
        fmt::format(R"({{"as_of":{},"tables":[{}]}})", AsOfJson(as_of), list));
  });
}

/// songplays or silver.songplays; nullptr for one that is not there or not for this role.
const lake::Model* FindTable(const LoadedRun& run, Role role, const std::string& name) {
  for (const lake::Model* table : TablesOf(run, role)) {
    if (name == table->name || name == table->layer + "." + table->name) return table;
  }
  return nullptr;
}

Result<std::string> PageJson(const lake::Model& table, const TablePage& page,
                             const http::Request& request, query::Session* session,
                             const AsOf& as_of) {
  CADENZA_ASSIGN(query::Answer answer, session->Query(page.select));
  auto& rows = answer.rows.rows;
  const bool has_more = std::ssize(rows) > page.limit;
  if (has_more) rows.resize(static_cast<size_t>(page.limit));
  JsonRows json(answer.rows.columns);
  std::string list;
  for (const auto& row : rows) list += (list.empty() ? "" : ",") + json.Row(row);
  const std::string next =
      has_more ? JsonText(MakeCursor(request, as_of.run, page.offset + page.limit)) : "null";
  return fmt::format(
      R"({{"table":{},"as_of":{},"columns":{},"rows":[{}],"next_cursor":{},"notes":{}}})",
      JsonText(table.layer + "." + table.name), AsOfJson(as_of),
      SchemaJson(table, answer.rows.columns), list, next, json.Notes());
}

http::Reply ReadTable(Service* service, const http::Request& request) {
  std::shared_ptr<const LoadedRun> run = service->runs().newest();
  TablePage place;
  if (const Status read = ReadCursor(request, &place); !read.ok()) {
    return http::ErrorReply(400, "bad_cursor", read.error().message);
  }
  if (place.run) {
    auto found = service->runs().Find(*place.run);
    if (!found.ok()) return http::ErrorReply(410, "run_gone", found.error().message);
    run = *found;
  }
  const std::string name = request.Parameter("table");
  const lake::Model* table = FindTable(*run, RoleOf(request), name);
  if (!table) return http::ErrorReply(404, "no_such_table", "no such table: " + name);
  TextFault fault;
  std::optional<http::Reply> refusal;
  http::Reply reply = service->AnswerFrom(
      *run, request, [&](query::Session* session, const AsOf& as_of) -> Result<std::string> {
        const std::string from = QualifiedName(*table);
        CADENZA_ASSIGN(const auto columns, session->Columns("SELECT * FROM " + from));
        const Result<TablePage> page = ReadTablePage(request, from, columns, &fault);
        if (!page.ok() && !fault.message.empty()) {
          refusal = http::ErrorReply(400, "bad_filter", page.error().message, fault.position);
        }
        if (!page.ok()) return page.error();
        return PageJson(*table, *page, request, session, as_of);
      });
  return refusal ? std::move(*refusal) : std::move(reply);
}

http::Reply Health(Service* service, const http::Request&) {
  const std::shared_ptr<const LoadedRun> run = service->runs().newest();
  const std::string trouble = service->runs().trouble();
  std::string audits;
  const lake::Model* table = run->lake->FindTable("audits");
  if (table && run->lake->Exists(*table)) {
    auto session = service->OpenSession(*run, Role::kOwner);
    if (session.ok()) {
      const auto rows = (*session)->Query(
          "SELECT audit, table_name, failures FROM ops.audits WHERE failures > 0 AND run = (SELECT "
          "max(run) FROM ops.audits)");
      if (rows.ok()) {
        JsonRows json(rows->rows.columns);
        for (const auto& row : rows->rows.rows) {
          audits += (audits.empty() ? "" : ",") + json.Object(row);
        }
      }
    }
  }
  const int64_t age_s = (NowMs() - run->as_of.committed_ms) / 1000;
  return http::JsonReply(fmt::format(
      R"({{"status":{},"trouble":{},"as_of":{},"age_seconds":{},"failed_audits":[{}]}})",
      trouble.empty() ? "\"ok\"" : "\"degraded\"", trouble.empty() ? "null" : JsonText(trouble),
      AsOfJson(run->as_of), age_s, audits));
}

}  // namespace

std::vector<const lake::Model*> TablesOf(const LoadedRun& run, Role role) {
  std::vector<const lake::Model*> tables;
  for (const lake::Model* table : run.lake->tables()) {
    if (run.lake->Exists(*table) && MayRead(role, *table)) tables.push_back(table);
  }
  return tables;
}

void MountTables(Service* service) {
  const auto with = [service](http::Reply (*answer)(Service*, const http::Request&)) {
    return [service, answer](const http::Request& request) { return answer(service, request); };
  };
  service->Mount({.path = "/api/v1/health",
                  .handler = with(Health),
                  .summary = "Freshness of the data and the audits of the last run that failed."});
  service->Mount({.path = "/api/v1/tables",
                  .handler = with(ListTables),
                  .summary = "The tables, with their columns and what they mean."});
  service->Mount(
      {.path = "/api/v1/tables/{table}",
       .handler = with(ReadTable),
       .summary = "Rows of a table, page by page, all of one run.",
       .parameters = {
           {"table", "layer.table, e.g. gold.listening", R"({"type":"string"})", true},
           {"columns", "names, with commas; default all"},
           {"where", "a condition, e.g. plays > 3 and country in ('DE', 'FR')"},
           {"order", "columns, e.g. plays desc, title"},
           {"limit", "rows of a page", R"({"type":"integer","minimum":1,"maximum":10000})"},
           {"cursor", "next_cursor of the page before",
            R"({"type":"string","pattern":"^[A-Za-z0-9_-]{16,}$"})"}}});
}

}  // namespace cadenza::serve
