#include "engine/delta_type.h"

#include <array>
#include <charconv>
#include <string_view>

#include "delta/json_text.h"
#include "delta/partition_value.h"

namespace cadenza::engine {
namespace {

using delta::Json;

constexpr int kDecimalDigitsMax = 38;

constexpr std::array<std::pair<std::string_view, std::string_view>, 13> kPrimitives = {{
    {"long", "BIGINT"},
    {"integer", "INTEGER"},
    {"short", "SMALLINT"},
    {"byte", "TINYINT"},
    {"double", "DOUBLE"},
    {"float", "FLOAT"},
    {"string", "VARCHAR"},
    {"boolean", "BOOLEAN"},
    {"binary", "BLOB"},
    {"date", "DATE"},
    {"timestamp", "TIMESTAMP WITH TIME ZONE"},
    {"timestamp_ntz", "TIMESTAMP"},
    {"void", "VARCHAR"},
}};

Error Unknown(std::string_view type) {
  return MakeError(ErrorKind::kInput, "the engine has no such type: {}", type);
}

Result<std::string> SqlTypeOf(const Json& type);

/// decimal(10,2)
Result<std::string> DecimalType(std::string_view type) {
  int digits = 0;
  const std::string_view inside = type.substr(type.find('(') + 1);
  const auto [end, failure] = std::from_chars(inside.data(), inside.data() + inside.size(), digits);
  if (failure != std::errc() || digits < 1 || digits > kDecimalDigitsMax) return Unknown(type);
  return "DECIMAL" + std::string(type.substr(type.find('(')));
}

Result<std::string> PrimitiveType(std::string_view type) {
  for (const auto& [delta, sql] : kPrimitives) {
    if (delta == type) return std::string(sql);
  }
  if (type == "decimal") return std::string("DECIMAL(10,0)");
  if (type.starts_with("decimal(") && type.ends_with(')')) return DecimalType(type);
  return Unknown(type);
}

Result<std::string> StructType(const Json& type) {
  const Json* fields = delta::FindMember(type, "fields");
  if (!fields || !fields->is_array() || fields->empty()) return Unknown(delta::ToText(type));
  std::string list;
  for (const Json& field : *fields) {
    const Json* inner = delta::FindMember(field, "type");
    if (!inner) return Unknown(delta::ToText(field));
    CADENZA_ASSIGN(const std::string sql, SqlTypeOf(*inner));
    list += (list.empty() ? "" : ", ") + QuoteName(delta::TextMember(field, "name")) + " " + sql;
  }
  return "STRUCT(" + list + ")";
}

Result<std::string> SqlTypeOf(const Json& type) {
  if (type.is_string()) return PrimitiveType(type.get<std::string>());
  const std::string kind = delta::TextMember(type, "type");
  if (kind == "struct") return StructType(type);
  const Json* element = delta::FindMember(type, "elementType");
  if (kind == "array" && element) {
    CADENZA_ASSIGN(const std::string sql, SqlTypeOf(*element));
    return sql + "[]";
  }
  const Json* key = delta::FindMember(type, "keyType");
  const Json* value = delta::FindMember(type, "valueType");
  if (kind != "map" || !key || !value) return Unknown(delta::ToText(type));
  CADENZA_ASSIGN(const std::string key_type, SqlTypeOf(*key));
  CADENZA_ASSIGN(const std::string value_type, SqlTypeOf(*value));
  return "MAP(" + key_type + ", " + value_type + ")";
}

}  // namespace

Result<std::string> SqlTypeOf(const std::string& delta_type) {
  if (!delta_type.starts_with('{')) return PrimitiveType(delta_type);
  CADENZA_ASSIGN(const Json type, delta::ParseObject(delta_type));
  return SqlTypeOf(type);
}

Result<FileRelation> RelationOf(const delta::Snapshot& snapshot, const std::string& folder) {
  FileRelation relation;
  relation.folder = folder;
  relation.partition_columns = snapshot.partition_columns();
  // By the schema, because no file need have all columns.
  relation.columns_were_added = true;
  for (const delta::Field& field : snapshot.schema().fields) {
    CADENZA_ASSIGN(std::string type, SqlTypeOf(field.type));
    relation.columns.push_back({field.name, std::move(type)});
  }
  for (const auto& [path, file] : snapshot.files()) {
    relation.files.push_back(path);
    PartitionValues& values = relation.partition_values.emplace_back();
    for (const std::string& column : relation.partition_columns) {
      values.push_back(delta::PartitionValue(file.partition_values, column));
    }
  }
  return relation;
}

}  // namespace cadenza::engine
