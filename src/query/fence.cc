#include "query/fence.h"

#include "engine/sql_text.h"
#include "query/function_list.h"

namespace cadenza::query {
namespace {

/// Without explain and analyze, which stand before a query.
std::string QueryOf(const std::string& sql) {
  const engine::SqlText text(sql);
  size_t at = 0;
  while (text.IsWord(at, "explain") || text.IsWord(at, "analyze")) ++at;
  return at == 0 ? sql : sql.substr(text.at(at).begin);
}

}  // namespace

bool Fence::MayReadTable(const lake::Model& model) const { return !may_read_ || may_read_(model); }

Status Fence::Check(const StatementTree::Table& table) const {
  const std::string named = table.schema.empty() ? table.name : table.schema + "." + table.name;
  const lake::Model* model =
      lake_ && table.catalogue.empty() ? lake_->FindTable(table.name) : nullptr;
  const bool in_layer = model && (table.schema.empty() || table.schema == model->layer);
  if (!in_layer || !lake_->Exists(*model)) {
    return MakeError(ErrorKind::kInput, "there is no such table: {}", named);
  }
  if (MayReadTable(*model)) return {};
  return MakeError(ErrorKind::kInput, "this user may not read the table: {}", named);
}

std::string Fence::Listing() const {
  std::string names;
  if (lake_) {
    for (const lake::Model* model : lake_->tables()) {
      if (!lake_->Exists(*model) || !MayReadTable(*model)) continue;
      names += (names.empty() ? "(" : ", (") + engine::QuoteText(model->name) + ")";
    }
  }
  if (names.empty()) return "SELECT '' AS name LIMIT 0";
  return "SELECT name FROM (VALUES " + names + ") AS readable(name) ORDER BY name";
}

Result<std::string> Fence::Pass(engine::Engine* engine, const std::string& sql) const {
  CADENZA_ASSIGN(const StatementTree tree, ReadTree(engine, QueryOf(sql)));
  if (tree.lists_tables) return Listing();
  for (const StatementTree::Table& table : tree.tables) CADENZA_TRY(Check(table));
  const auto refused = [](const std::string& function) {
    return MakeError(ErrorKind::kInput, "this function may not be used here: {}", function);
  };
  for (const std::string& function : tree.table_functions) {
    if (!MakesRowsOfItsArguments(function)) return refused(function);
  }
  for (const std::string& function : tree.functions) {
    if (!MakesValueOfItsArguments(function)) return refused(function);
  }
  return sql;
}

}  // namespace cadenza::query
