#include "pgwire/origins.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

namespace cadenza::pgwire {
namespace {

struct SourceColumn {
  std::string name;
  ColumnOrigin origin;
};

/// A table or subquery of a FROM under its alias. Columns that are not known: all is unknown.
struct Source {
  std::string alias;
  std::optional<std::vector<SourceColumn>> columns;
};

using WithQueries = std::map<std::string, std::optional<std::vector<SourceColumn>>>;

class Tracing {
 public:
  explicit Tracing(const QueryContext& context) : context_(context) {}

  std::optional<std::vector<SourceColumn>> OfSelect(const pg_query::SelectStmt& select,
                                                    WithQueries with);

 private:
  Source OfTable(const pg_query::RangeVar& table, const WithQueries& with);
  void AddSources(const Node& from, const WithQueries& with, std::vector<Source>* sources);
  bool AddTarget(const pg_query::ResTarget& target, const std::vector<Source>& sources,
                 std::vector<SourceColumn>* columns);
  ColumnOrigin OfValue(const Node& value, const std::vector<Source>& sources);

  const QueryContext& context_;
};

const ColumnOrigin kComputed{};

/// Of the functions that give a name.
uint32_t TypeOfCall(std::string_view name) {
  constexpr auto kNames = std::to_array<std::string_view>(
      {"current_database", "current_schema", "current_user", "session_user", "pg_get_userbyid",
       "pg_client_encoding", "getdatabaseencoding", "pg_encoding_to_char"});
  return std::find(kNames.begin(), kNames.end(), name) == kNames.end() ? 0U : kName;
}

void RenameBy(const pg_query::Alias& alias, std::optional<std::vector<SourceColumn>>* columns) {
  if (!*columns) return;
  for (int c = 0; c < alias.colnames_size() && c < static_cast<int>((*columns)->size()); ++c) {
    (**columns)[static_cast<size_t>(c)].name = TextOf(alias.colnames(c));
  }
}

Source Tracing::OfTable(const pg_query::RangeVar& table, const WithQueries& with) {
  Source source;
  source.alias = table.has_alias() ? table.alias().aliasname() : table.relname();
  const auto named = table.schemaname().empty() ? with.find(table.relname()) : with.end();
  if (named != with.end()) {
    source.columns = named->second;
  } else if (const Relation* relation = context_.Find(table.schemaname(), table.relname())) {
    source.columns.emplace();
    for (size_t c = 0; c < relation->columns.size(); ++c) {
      const RelationColumn& column = relation->columns[c];
      source.columns->push_back(
          {column.name, {relation->oid, static_cast<int16_t>(c + 1), column.type.oid}});
    }
  }
  RenameBy(table.alias(), &source.columns);
  return source;
}

void Tracing::AddSources(const Node& from, const WithQueries& with, std::vector<Source>* sources) {
  switch (from.node_case()) {
    case Node::kRangeVar:
      sources->push_back(OfTable(from.range_var(), with));
      return;
    case Node::kJoinExpr:
      AddSources(from.join_expr().larg(), with, sources);
      AddSources(from.join_expr().rarg(), with, sources);
      // Columns of USING stand once, in front: what * gives is not the sum of both sides.
      if (from.join_expr().using_clause_size() > 0 || from.join_expr().is_natural()) {
        sources->push_back({"", std::nullopt});
      }
      return;
    case Node::kRangeSubselect: {
      Source source{from.range_subselect().alias().aliasname(), std::nullopt};
      source.columns = OfSelect(from.range_subselect().subquery().select_stmt(), with);
      RenameBy(from.range_subselect().alias(), &source.columns);
      sources->push_back(std::move(source));
      return;
    }
    default:
      sources->push_back({"", std::nullopt});
      return;
  }
}

ColumnOrigin Tracing::OfValue(const Node& value, const std::vector<Source>& sources) {
  if (value.has_type_cast()) {
    const std::string type = LastName(value.type_cast().type_name().names());
    return {0, 0, TypeNamed(type)};
  }
  if (value.has_a_const() && value.a_const().isnull()) return {0, 0, kUnknown};
  if (value.has_coalesce_expr() && value.coalesce_expr().args_size() > 0) {
    const uint32_t type = OfValue(value.coalesce_expr().args(0), sources).type;
    return {0, 0, type == kUnknown ? 0U : type};
  }
  if (value.has_func_call()) return {0, 0, TypeOfCall(LastName(value.func_call().funcname()))};
  if (value.has_sqlvalue_function() &&
      value.sqlvalue_function().op() >= pg_query::SVFOP_CURRENT_ROLE) {
    return {0, 0, kName};
  }
  if (!value.has_column_ref()) return kComputed;
  const auto& fields = value.column_ref().fields();
  const std::string name = LastName(fields);
  const std::string table = fields.size() > 1 ? TextOf(fields[fields.size() - 2]) : "";
  for (const Source& source : sources) {
    if (!source.columns || (!table.empty() && source.alias != table)) continue;
    for (const SourceColumn& column : *source.columns) {
      if (column.name == name) return column.origin;
    }
  }
  return kComputed;
}

/// False: how many columns the target makes is not known.
bool Tracing::AddTarget(const pg_query::ResTarget& target, const std::vector<Source>& sources,
                        std::vector<SourceColumn>* columns) {
  const auto& fields = target.val().column_ref().fields();
  const bool is_star =
      target.val().has_column_ref() && !fields.empty() && fields[fields.size() - 1].has_a_star();
  if (!is_star) {
    const std::string name = !target.name().empty() ? target.name() : LastName(fields);
    columns->push_back({name, OfValue(target.val(), sources)});
    return true;
  }
  const std::string table = fields.size() > 1 ? TextOf(fields[fields.size() - 2]) : "";
  for (const Source& source : sources) {
    if (!table.empty() && source.alias != table) continue;
    if (!source.columns) return false;
    columns->insert(columns->end(), source.columns->begin(), source.columns->end());
  }
  return true;
}

std::optional<std::vector<SourceColumn>> Tracing::OfSelect(const pg_query::SelectStmt& select,
                                                           WithQueries with) {
  for (const Node& node : select.with_clause().ctes()) {
    const auto& query = node.common_table_expr();
    auto columns = select.with_clause().recursive()
                       ? std::nullopt
                       : OfSelect(query.ctequery().select_stmt(), with);
    pg_query::Alias names;
    *names.mutable_colnames() = query.aliascolnames();
    RenameBy(names, &columns);
    with[query.ctename()] = std::move(columns);
  }
  if (select.has_larg()) {  // UNION and the like: computed, under the names of the left side
    auto columns = OfSelect(select.larg(), with);
    if (columns) {
      for (SourceColumn& column : *columns) {
        const uint32_t type = column.origin.type;
        column.origin = {0, 0, type == kUnknown ? 0U : type};
      }
    }
    return columns;
  }
  std::vector<Source> sources;
  for (const Node& from : select.from_clause()) AddSources(from, with, &sources);
  std::vector<SourceColumn> columns;
  for (const Node& target : select.target_list()) {
    if (!AddTarget(target.res_target(), sources, &columns)) return std::nullopt;
  }
  if (columns.empty()) return std::nullopt;
  return columns;
}

}  // namespace

std::vector<ColumnOrigin> OriginsOf(const Node& query, const QueryContext& context) {
  if (!query.has_select_stmt()) return {};
  const auto columns = Tracing(context).OfSelect(query.select_stmt(), {});
  std::vector<ColumnOrigin> origins;
  if (!columns) return origins;
  for (const SourceColumn& column : *columns) origins.push_back(column.origin);
  return origins;
}

}  // namespace cadenza::pgwire
