#include "query/statement_tree.h"

#include <nlohmann/json.hpp>
#include <tuple>

#include "engine/sql_text.h"

namespace cadenza::query {
namespace {

using Json = nlohmann::json;

std::string TextOf(const Json& node, const char* key) {
  const auto found = node.find(key);
  return found != node.end() && found->is_string() ? engine::Lower(found->get<std::string>()) : "";
}

/// Walks all nodes, whatever they are, so that no place is forgotten where a table can stand.
class TreeWalk {
 public:
  /// `names`: those that WITH gives to relations here; there they hide the tables.
  void Visit(const Json& node, std::set<std::string> names) {
    if (node.is_object()) Note(node, names);
    const auto with = node.is_object() ? node.find("cte_map") : node.end();
    if (node.is_object() && with != node.end()) VisitWith(*with, &names);
    for (const auto& [key, child] : node.items()) {
      if (child.is_structured() && key != "cte_map") Visit(child, names);
    }
  }
  StatementTree Finish() { return std::move(tree_); }

 private:
  void Note(const Json& node, std::set<std::string>& names) {
    const std::string type = TextOf(node, "type");
    if (type == "base_table") {
      StatementTree::Table table{TextOf(node, "catalog_name"), TextOf(node, "schema_name"),
                                 TextOf(node, "table_name")};
      const bool is_plain = table.catalogue.empty() && table.schema.empty();
      if (!is_plain || !names.contains(table.name)) tree_.tables.insert(std::move(table));
    } else if (type == "show_ref" && node.value("query", Json()).is_null()) {
      tree_.lists_tables = true;
    } else if (type == "recursive_cte_node") {
      names.insert(TextOf(node, "cte_name"));
    } else if (type == "table_function") {
      const auto function = node.find("function");
      if (function != node.end()) tree_.table_functions.insert(TextOf(*function, "function_name"));
    } else if (node.contains("function_name")) {
      tree_.functions.insert(TextOf(node, "function_name"));
    }
  }
  /// Each query of a WITH sees the names before its own.
  void VisitWith(const Json& with, std::set<std::string>* names) {
    const auto map = with.find("map");
    if (map == with.end()) return;
    for (const Json& entry : *map) {
      Visit(entry, *names);
      names->insert(TextOf(entry, "key"));
    }
  }

  StatementTree tree_;
};

}  // namespace

Result<StatementTree> ReadTree(engine::Engine* engine, const std::string& sql) {
  CADENZA_ASSIGN(const engine::RowSet rows,
                 engine->Query("SELECT json_serialize_sql(" + engine::QuoteText(sql) + ")"));
  const Json tree = Json::parse(rows.Text(), nullptr, false);
  if (tree.is_discarded()) return MakeError(ErrorKind::kInternal, "not JSON: {}", rows.Text());
  if (tree.value("error", true)) {
    return MakeError(ErrorKind::kInput, "{}", tree.value("error_message", "not a query"));
  }
  TreeWalk walk;
  walk.Visit(tree, {});
  return walk.Finish();
}

}  // namespace cadenza::query
