#include "lake/table_state.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "delta/partition_value.h"
#include "engine/delta_type.h"

namespace cadenza::lake {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kTypes = {{
    {"BIGINT", "long"},
    {"INTEGER", "integer"},
    {"DOUBLE", "double"},
    {"VARCHAR", "string"},
    {"BOOLEAN", "boolean"},
    {"DATE", "date"},
    {"TIMESTAMP WITH TIME ZONE", "timestamp"},
    {"FLOAT", "float"},
}};

}  // namespace

TableState StateOf(const Model& model, std::string folder, const delta::Snapshot& snapshot) {
  TableState state;
  state.exists = true;
  state.name = model.name;
  state.folder = std::move(folder);
  state.version = snapshot.version();
  for (const delta::Field& field : snapshot.schema().fields) {
    state.columns.push_back({field.name, SqlType(field.type)});
  }
  for (const engine::Column& column : model.engine_columns()) {
    const auto found = std::ranges::find(state.columns, column.name, &engine::Column::name);
    state.model_columns.push_back(found != state.columns.end() ? *found : column);
  }
  state.partition_columns = snapshot.partition_columns();
  state.files = snapshot.files();
  state.columns_were_added = !state.LackedColumns().empty() ||
                             state.columns.size() != model.columns.size() ||
                             snapshot.configuration().contains(delta::kColumnsAdded);
  return state;
}

std::optional<int64_t> RowsIfKnown(const delta::AddFile& file) {
  constexpr std::string_view kKey = "\"numRecords\"";
  size_t at = file.stats.find(kKey);
  if (at == std::string::npos) return std::nullopt;
  at = file.stats.find_first_not_of(" :", at + kKey.size());
  if (at == std::string::npos) return std::nullopt;
  int64_t rows = 0;
  const char* const end = file.stats.data() + file.stats.size();
  if (std::from_chars(file.stats.data() + at, end, rows).ec != std::errc()) return std::nullopt;
  return rows;
}

int64_t RowsOf(const delta::AddFile& file) { return RowsIfKnown(file).value_or(0); }

int64_t TableState::rows() const {
  int64_t sum = 0;
  for (const auto& [path, file] : files) sum += RowsOf(file);
  return sum;
}

int64_t TableState::size_bytes() const {
  int64_t sum = 0;
  for (const auto& [path, file] : files) sum += file.size_bytes;
  return sum;
}

std::vector<std::string> TableState::LackedColumns() const {
  std::vector<std::string> names;
  for (const engine::Column& column : model_columns) {
    if (std::ranges::count(columns, column.name, &engine::Column::name) == 0) {
      names.push_back(column.name);
    }
  }
  return names;
}

engine::FileRelation TableState::Relation() const {
  engine::FileRelation relation = WholeRelation();
  if (model_columns.empty()) return relation;
  relation.columns = model_columns;
  // The table's own log says nothing of a column that the model alone has.
  if (!LackedColumns().empty()) relation.delta_version = -1;
  return relation;
}

engine::FileRelation TableState::WholeRelation() const {
  engine::FileRelation relation;
  relation.columns = columns;
  relation.partition_columns = partition_columns;
  relation.folder = folder;
  relation.columns_were_added = columns_were_added;
  relation.files.reserve(files.size());
  for (const auto& [path, file] : files) AddTo(&relation, path, file);
  relation.delta_version = elsewhere.empty() ? version : -1;
  return relation;
}

void TableState::AddTo(engine::FileRelation* relation, const std::string& path,
                       const delta::AddFile& file) const {
  relation->files.push_back(LocationOf(path));
  if (partition_columns.empty()) return;
  engine::PartitionValues& values = relation->partition_values.emplace_back();
  for (const std::string& column : partition_columns) {
    values.push_back(delta::PartitionValue(file.partition_values, column));
  }
}

std::string TableState::LocationOf(const std::string& path) const {
  const auto found = elsewhere.find(path);
  return found == elsewhere.end() ? path : found->second + "/" + path;
}

Result<std::string> DeltaType(const std::string& sql_type) {
  for (const auto& [sql, delta] : kTypes) {
    if (sql == sql_type) return std::string(delta);
  }
  return MakeError(ErrorKind::kInput, "a lake's table has no columns of type {}", sql_type);
}

std::string SqlType(const std::string& delta_type) {
  const Result<std::string> type = engine::SqlTypeOf(delta_type);
  return type.ok() ? *type : delta_type;
}

Result<delta::Schema> DeltaSchema(const std::vector<engine::Column>& columns) {
  delta::Schema schema;
  for (const engine::Column& column : columns) {
    CADENZA_ASSIGN(std::string type, DeltaType(column.type));
    delta::Field field;
    field.name = column.name;
    field.type = std::move(type);
    schema.fields.push_back(std::move(field));
  }
  return schema;
}

}  // namespace cadenza::lake
