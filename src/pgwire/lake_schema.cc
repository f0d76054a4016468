#include "pgwire/lake_schema.h"

#include <algorithm>
#include <set>

namespace cadenza::pgwire {
namespace {

using lake::Model;

/// a, b of "one row per a and b", "one row per (a, b)", if all of them are columns.
std::vector<std::string> KeyOfGrain(const Model& model) {
  constexpr std::string_view kStart = "one row per ";
  std::vector<std::string> key;
  if (!model.grain.starts_with(kStart)) return key;
  std::string word;
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  for (const char c : model.grain.substr(kStart.size()) + " ") {
    if (is_letter(c)) {
      word.push_back(c);
      continue;
    }
    if (word == "and" || word.empty()) {
      word.clear();
      if (c != ' ' && c != ',' && c != '(' && c != ')') return {};
      continue;
    }
    if (!model.has_column(word)) return {};
    key.push_back(std::move(word));
    word.clear();
    if (c != ' ' && c != ',' && c != '(' && c != ')') return {};
  }
  return key;
}

std::vector<std::string> KeyOf(const Model& model) {
  if (!model.unique_columns.empty()) return model.unique_columns;
  for (const Model& audit : lake::Models()) {
    if (audit.audited_table == model.name && !audit.unique_columns.empty())
      return audit.unique_columns;
  }
  return KeyOfGrain(model);
}

size_t NumberOf(const Relation& relation, const std::string& column) {
  const auto found = std::ranges::find(relation.columns, column, &RelationColumn::name);
  return found == relation.columns.end()
             ? 0
             : static_cast<size_t>(found - relation.columns.begin()) + 1;
}

std::string NumberList(const Relation& relation, const std::vector<std::string>& columns) {
  std::string list;
  for (const std::string& column : columns) {
    list += fmt::format("{}{}", list.empty() ? "" : ", ", NumberOf(relation, column));
  }
  return "[" + list + "]";
}

/// What it holds, and of what it has a row.
std::string TableComment(const Model& model) {
  if (model.grain.empty()) return model.summary;
  std::string summary = model.summary;
  if (summary.ends_with('.')) summary.pop_back();
  return summary + "; " + model.grain;
}

class SchemaText {
 public:
  void Add(const Model& model, const Relation& relation, int64_t rows) {
    const std::vector<std::string> key = KeyOf(model);
    const std::string place = model.layer + "." + model.name;
    const uint32_t index = key.empty() ? 0 : StableOid(place + " index");
    keys_[model.name] = key;
    references_of_[model.name] = model.references;
    Append(&tables_,
           fmt::format("({}, {}, {}, {}, {}, {}, {}, {}, {}, {})", relation.oid,
                       StableOid(model.layer), engine::QuoteText(model.layer),
                       engine::QuoteText(model.name), engine::QuoteText(TableComment(model)), rows,
                       relation.columns.size(), index, StableOid(place + " key"),
                       NumberList(relation, key)));
    for (size_t c = 0; c < relation.columns.size(); ++c) {
      const RelationColumn& column = relation.columns[c];
      const bool is_key = std::ranges::count(key, column.name) > 0;
      Append(&columns_,
             fmt::format("({}, {}, {}, {}, {}, {}, {})", relation.oid, c + 1,
                         engine::QuoteText(column.name), column.type.oid, column.type.modifier,
                         engine::QuoteText(CommentOf(model, column.name)), is_key));
    }
  }

  void AddReferences(const std::vector<Relation>& relations) {
    for (const Relation& from : relations) {
      for (const lake::ModelReference& reference : references_of_[from.name]) {
        const auto to = std::ranges::find(relations, reference.target.relation, &Relation::name);
        if (to != relations.end()) AddReference(from, reference, *to);
      }
    }
  }

  std::string Text(const std::set<std::string>& layers) const {
    std::string schemas, order = "(11, 0)";
    int place = 0;
    for (const char* layer : kSearchPath)
      Append(&order, fmt::format("({}, {})", StableOid(layer), ++place));
    for (const std::string& layer : layers) {
      Append(&schemas, fmt::format("({}, {}, '')", StableOid(layer), engine::QuoteText(layer)));
    }
    return Table("lake_schemas", "oid UINTEGER, name VARCHAR, comment VARCHAR", schemas) +
           Table(
               "lake_tables",
               "oid UINTEGER, schema_oid UINTEGER, schema VARCHAR, name VARCHAR, comment VARCHAR, "
               "rows BIGINT, columns SMALLINT, index_oid UINTEGER, constraint_oid UINTEGER, "
               "key_columns SMALLINT[]",
               tables_) +
           Table("lake_columns",
                 "table_oid UINTEGER, number SMALLINT, name VARCHAR, type_oid UINTEGER, "
                 "type_modifier INTEGER, comment VARCHAR, is_key BOOLEAN",
                 columns_) +
           Table("lake_references",
                 "oid UINTEGER, name VARCHAR, table_oid UINTEGER, column_number SMALLINT, "
                 "target_oid UINTEGER, target_number SMALLINT, target_index UINTEGER",
                 references_) +
           Table("search_order", "schema_oid UINTEGER, place INTEGER", order);
  }

 private:
  static void Append(std::string* list, const std::string& row) {
    *list += (list->empty() ? "" : ", ") + row;
  }

  void AddReference(const Relation& from, const lake::ModelReference& reference,
                    const Relation& to) {
    const std::vector<std::string>& key = keys_[to.name];
    const size_t column = NumberOf(from, reference.column);
    if (key.size() != 1 || key[0] != reference.target.column || column == 0) return;
    const std::string name = fmt::format("{}_{}_fkey", from.name, reference.column);
    Append(&references_,
           fmt::format("({}, {}, {}, {}, {}, {}, {})", StableOid(from.schema + "." + name),
                       engine::QuoteText(name), from.oid, column, to.oid, NumberOf(to, key[0]),
                       StableOid(to.schema + "." + to.name + " index")));
  }

  static std::string CommentOf(const Model& model, const std::string& name) {
    const auto found = std::ranges::find(model.columns, name, &lake::ModelColumn::name);
    return found == model.columns.end() ? "" : found->comment;
  }

  static std::string Table(const char* name, const char* columns, const std::string& rows) {
    std::string sql = fmt::format("CREATE TABLE {} ({});", name, columns);
    if (!rows.empty()) sql += fmt::format("INSERT INTO {} VALUES {};", name, rows);
    return sql;
  }

  std::string tables_, columns_, references_;
  std::map<std::string, std::vector<std::string>> keys_;
  std::map<std::string, std::vector<lake::ModelReference>> references_of_;
};

}  // namespace

uint32_t StableOid(std::string_view name) {
  uint32_t hash = 2'166'136'261;  // FNV-1a
  for (const char c : name) hash = (hash ^ static_cast<uint8_t>(c)) * 16'777'619;
  return 16'384 + hash % 2'000'000'000;  // above PostgreSQL's own, and an int4
}

Result<LakeSchema> ReadLakeSchema(query::LakeState* state,
                                  const std::function<bool(const lake::Model&)>& may_read) {
  LakeSchema schema;
  SchemaText text;
  std::set<std::string> layers(std::begin(kSearchPath), std::end(kSearchPath));
  for (const Model* model : state->tables()) {
    if (!state->Exists(*model) || (may_read && !may_read(*model))) continue;
    Result<lake::TableState> table =
        state->WithLake([&](lake::Lake* lake) { return lake->Load(*model); });
    CADENZA_TRY(table);
    if (!table->exists) continue;
    Relation relation;
    relation.schema = relation.engine_schema = model->layer;
    relation.name = model->name;
    relation.oid = StableOid(model->layer + "." + model->name);
    for (const engine::Column& column : table->columns) {
      relation.columns.push_back({column.name, TypeOfEngine(column.type)});
    }
    text.Add(*model, relation, table->rows());
    layers.insert(model->layer);
    schema.relations.push_back(std::move(relation));
  }
  text.AddReferences(schema.relations);
  schema.sql = text.Text(layers);
  return schema;
}

}  // namespace cadenza::pgwire
