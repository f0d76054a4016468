#include "pgwire/catalogue.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <set>

#include "engine/shared_engine.h"
#include "pgwire/lake_schema.h"
#include "pgwire/system_tables.h"
#include "pgwire_texts.h"

namespace cadenza::pgwire {
namespace {

/// What lake.sql fills; the other tables of the catalogue are the same for everybody.
constexpr auto kOwnTables = std::to_array<std::string_view>({
    "pg_namespace",
    "pg_class",
    "pg_attribute",
    "pg_index",
    "pg_constraint",
    "pg_description",
    "pg_database",
    "pg_roles",
    "pg_user",
    "pg_tables",
    "pg_views",
    "pg_indexes",
    "pg_stat_user_tables",
    "pg_stat_all_tables",
    "information_schema_catalog_name",
    "schemata",
    "tables",
    "columns",
    "table_constraints",
    "key_column_usage",
    "referential_constraints",
    "constraint_column_usage",
    "table_privileges",
    "role_table_grants",
    "column_privileges",
    "enabled_roles",
});

bool IsOwn(const Relation& relation) {
  return std::ranges::find(kOwnTables, relation.name) != kOwnTables.end();
}

Status CreateTables(engine::Engine* engine, const std::string& catalogue,
                    const std::function<bool(const Relation&)>& wanted) {
  std::string sql = fmt::format("CREATE SCHEMA {0}.pgc; CREATE SCHEMA {0}.pgi;", catalogue);
  for (const Relation& relation : SystemTables()) {
    if (!wanted(relation)) continue;
    std::string columns;
    for (const RelationColumn& column : relation.columns) {
      columns += fmt::format("{}{} {}", columns.empty() ? "" : ", ", engine::QuoteName(column.name),
                             EngineTypeOfSystem(column.type.oid));
    }
    sql += fmt::format("CREATE TABLE {}.{}.{} ({});", catalogue, relation.engine_schema,
                       engine::QuoteName(relation.name), columns);
  }
  return engine->Execute(sql);
}

/// Rows as PostgreSQL's COPY writes them, the first line has the columns.
Status LoadRows(engine::Engine* engine, const Relation& relation, std::string_view rows) {
  const size_t header = rows.find('\n');
  std::string names, values;
  int number = 0;
  for (std::string_view rest = rows.substr(0, header); !rest.empty();) {
    const size_t tab = std::min(rest.find('\t'), rest.size());
    const std::string name(rest.substr(0, tab));
    const auto column = std::ranges::find(relation.columns, name, &RelationColumn::name);
    const std::string type = EngineTypeOfSystem(column->type.oid);
    std::string value = fmt::format("nullif(f[{}], '\\N')", ++number);
    if (type.ends_with("[]"))
      value = fmt::format("replace(replace({}, '{{', '['), '}}', ']')", value);
    names += (names.empty() ? "" : ", ") + engine::QuoteName(name);
    values += fmt::format("{}CAST({} AS {})", values.empty() ? "" : ", ", value, type);
    rest.remove_prefix(std::min(tab + 1, rest.size()));
  }
  return engine->Execute(fmt::format(
      "INSERT INTO pgs.pgc.{} ({}) SELECT {} FROM (SELECT string_split(line, chr(9)) AS f FROM "
      "(SELECT unnest(string_split({}, chr(10))) AS line) AS lines WHERE line <> '') AS fields",
      engine::QuoteName(relation.name), names, values, engine::QuoteText(rows.substr(header + 1))));
}

/// For lake.sql: the tables of the catalogue as rows.
Status NoteSystemTables(engine::Engine* engine) {
  std::string relations, columns;
  for (const Relation& relation : SystemTables()) {
    relations += fmt::format("{}({}, '{}', '{}', {})", relations.empty() ? "" : ", ", relation.oid,
                             relation.schema, relation.name, relation.columns.size());
    for (size_t c = 0; c < relation.columns.size(); ++c) {
      columns += fmt::format("{}({}, {}, '{}', {})", columns.empty() ? "" : ", ", relation.oid,
                             c + 1, relation.columns[c].name, relation.columns[c].type.oid);
    }
  }
  return engine->Execute(fmt::format(
      "CREATE TABLE pgs.pgc.system_relations AS SELECT CAST(oid AS UINTEGER) AS oid, schema, "
      "relation, columns, "
      "CASE WHEN schema = 'pg_catalog' AND oid < 10000 THEN 'r' ELSE 'v' END AS kind FROM (VALUES "
      "{}) "
      "AS rows (oid, schema, relation, columns);"
      "CREATE TABLE pgs.pgc.system_columns AS SELECT CAST(oid AS UINTEGER) AS oid, number, name, "
      "CAST(type AS UINTEGER) AS type, false AS required FROM (VALUES {}) AS rows (oid, number, "
      "name, type);"
      "CREATE TABLE pgs.pgc.server_start AS SELECT now() AS started;",
      relations, columns));
}

std::string Filled(std::string_view text, const std::string& database, const std::string& role) {
  std::string filled(text);
  const auto replace = [&](std::string_view what, const std::string& by) {
    for (size_t at = filled.find(what); at != filled.npos; at = filled.find(what, at + by.size())) {
      filled.replace(at, what.size(), by);
    }
  };
  replace("{database}", engine::QuoteText(database));
  replace("{user}", engine::QuoteText(role));
  return filled;
}

/// name(a, b) := expression, TABLE name(a, b) := query and VIEW name := query, one a line.
Status CreateFunctions(engine::Engine* engine) {
  std::string sql;
  for (std::string_view rest = kFunctions; !rest.empty();) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const size_t is = line.find(" := ");
    if (line.starts_with("--") || is == line.npos) continue;
    std::string_view name = line.substr(0, is);
    const bool is_view = name.starts_with("VIEW "), is_table = name.starts_with("TABLE ");
    if (is_table) name.remove_prefix(6);
    sql += fmt::format("CREATE {}{} AS {}{};", is_view ? "" : "MACRO ", name,
                       is_table ? "TABLE " : "", line.substr(is + 4));
  }
  return engine->Execute(sql);
}

std::string NextName() {
  static std::atomic<int64_t> made{0};
  return fmt::format("pgr_{}", ++made);
}

}  // namespace

Status MakeSystemCatalogue(engine::Engine* engine) {
  CADENZA_TRY(engine->Execute(fmt::format("ATTACH ':memory:' AS {}", kSystemCatalogue)));
  CADENZA_TRY(CreateTables(engine, kSystemCatalogue, [](const Relation&) { return true; }));
  CADENZA_TRY(NoteSystemTables(engine));
  for (const auto& [name, rows] : SystemRows()) {
    const auto relation = std::ranges::find(SystemTables(), name, &Relation::name);
    CADENZA_TRY(LoadRows(engine, *relation, rows));
  }
  return {};
}

Result<std::shared_ptr<const Catalogue>> Catalogue::Make(engine::Engine* database,
                                                         std::shared_ptr<query::LakeState> state,
                                                         const MayRead& may_read,
                                                         const std::string& database_name,
                                                         const std::string& role) {
  std::shared_ptr<Catalogue> made(new Catalogue);
  made->state_ = state;
  CADENZA_ASSIGN(made->engine_, engine::OpenBeside(database));
  engine::Engine* engine = made->engine_.get();
  CADENZA_TRY(state->Enter(engine));
  CADENZA_ASSIGN(const engine::RowSet current, engine->Query("SELECT current_catalog()"));
  const std::string name = NextName();
  CADENZA_TRY(engine->Execute("ATTACH ':memory:' AS " + name));
  made->name_ = name;
  CADENZA_TRY(CreateTables(engine, name, IsOwn));
  CADENZA_TRY(made->Enter(engine));
  for (Relation relation : SystemTables()) {
    if (IsOwn(relation)) relation.engine_catalog = name;
    made->relations_[{relation.schema, relation.name}] = std::move(relation);
  }
  CADENZA_ASSIGN(const LakeSchema schema, ReadLakeSchema(state.get(), may_read));
  for (const Relation& table : schema.relations) {
    Relation own = table;
    own.engine_catalog = current.Text();
    made->relations_[{own.schema, own.name}] = std::move(own);
  }
  CADENZA_TRY(engine->Execute(schema.sql));
  CADENZA_TRY(CreateFunctions(engine));
  CADENZA_TRY(engine->Execute(Filled(kLake, database_name, role)));
  return std::shared_ptr<const Catalogue>(std::move(made));
}

Catalogue::~Catalogue() {
  if (name_.empty()) return;
  // Nobody is told: what is left then is a small catalogue that nobody uses.
  static_cast<void>(engine_->Execute("SET search_path = 'memory.main'"));
  static_cast<void>(engine_->Execute("DETACH " + name_));
}

Status Catalogue::Enter(engine::Engine* connection) const {
  return connection->Execute("SET search_path = '" + name_ + ".pgc,memory.main'");
}

}  // namespace cadenza::pgwire
