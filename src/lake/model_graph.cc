#include "lake/model_graph.h"

#include <algorithm>
#include <map>

#include "engine/relation_places.h"
#include "engine/sql_text.h"

namespace cadenza::lake {
namespace {

void CollectTables(const Model& model, std::set<std::string>* seen,
                   std::vector<const Model*>* tables) {
  for (const Model* read : ModelsRead(model)) {
    if (!seen->insert(read->name).second) continue;
    if (read->is_table()) {
      tables->push_back(read);
    } else {
      CollectTables(*read, seen, tables);
    }
  }
}

}  // namespace

std::set<std::string> RelationsNamed(const std::string& select) {
  const engine::SqlText sql(select);
  engine::RelationPlaces places(sql);
  std::set<std::string> names;
  for (size_t at = 0; at < sql.size(); ++at) {
    if (!places.IsRelation(at) || !sql.IsIdentifier(at)) continue;
    const bool has_layer = sql.IsSymbol(at + 1, ".") && sql.IsIdentifier(at + 2);
    names.insert(engine::Lower(sql.value(has_layer ? at + 2 : at)));
  }
  return names;
}

std::vector<const Model*> ModelsRead(const Model& model) {
  std::vector<const Model*> read;
  for (const std::string& name : RelationsNamed(model.select)) {
    const Model* other = FindModel(name);
    if (other && other->kind != ModelKind::kAudit && other->name != model.name) {
      read.push_back(other);
    }
  }
  return read;
}

std::vector<const Model*> TablesRead(const Model& model) {
  std::set<std::string> seen;
  std::vector<const Model*> tables;
  CollectTables(model, &seen, &tables);
  std::ranges::sort(tables, {}, &Model::name);
  return tables;
}

}  // namespace cadenza::lake
