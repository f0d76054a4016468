#include "pgwire/foreign_query.h"

#include <algorithm>
#include <array>

#include "pgwire/query_check.h"
#include "query/statement_tree.h"

namespace cadenza::pgwire {
namespace {

constexpr auto kStarts =
    std::to_array<std::string_view>({"select", "with", "from", "values", "summarize", "describe"});

bool BeginsAsQuery(std::string_view text) {
  return std::ranges::any_of(kStarts, [&](std::string_view word) {
    return text.size() > word.size() && std::equal(word.begin(), word.end(), text.begin(),
                                                   [](char a, char b) { return a == (b | 32); });
  });
}

}  // namespace

Outcome<EngineQuery> RewriteForeign(engine::Engine* connection, const Statement& statement,
                                    const QueryContext& context) {
  const SqlError syntax{"42601", statement.name, static_cast<int>(statement.count)};
  const Result<query::StatementTree> tree = query::ReadTree(connection, statement.text);
  if (!tree.ok() || !BeginsAsQuery(statement.text)) return syntax;
  for (const std::string& function : tree->functions) {
    if (IsForbiddenFunction(function))
      return SqlError{"42501", "permission denied for function " + function};
  }
  for (const std::string& function : tree->table_functions) {
    if (!IsTableFunction(function))
      return SqlError{"42883",
                      "function " + function + " does not exist, or does not make a table"};
  }
  if (tree->lists_tables) return syntax;
  // A WITH for each table puts it where the query names it.
  std::string with;
  for (const auto& table : tree->tables) {
    const Relation* relation = context.Find(table.schema, table.name);
    if (!relation || !table.catalogue.empty()) {
      return SqlError{"42P01", "relation \"" + (table.schema.empty() ? "" : table.schema + ".") +
                                   table.name + "\" does not exist"};
    }
    if (!table.schema.empty()) continue;
    with +=
        fmt::format("{}{} AS (FROM {}.{}.{})", with.empty() ? "WITH " : ", ",
                    engine::QuoteName(table.name), relation->engine_catalog,
                    engine::QuoteName(relation->engine_schema), engine::QuoteName(relation->name));
  }
  const bool any_schema =
      std::ranges::any_of(tree->tables, [](const auto& table) { return !table.schema.empty(); });
  if (any_schema)
    return SqlError{"0A000",
                    "in a query that is not PostgreSQL's SQL, name tables without their schema"};
  EngineQuery query;
  query.sql =
      with.empty() ? statement.text : with + " SELECT * FROM (" + statement.text + "\n) AS whole";
  return query;
}

}  // namespace cadenza::pgwire
