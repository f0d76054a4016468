#include "pgwire/sql_type.h"

#include <array>
#include <charconv>

namespace cadenza::pgwire {
namespace {

struct KnownType {
  uint32_t oid;
  std::string_view name;
  int16_t length;
  uint32_t array;
  const char* engine;
};

constexpr auto kTypes = std::to_array<KnownType>({
    {kBool, "bool", 1, 1000, "BOOLEAN"},
    {kBytea, "bytea", -1, 1001, "BLOB"},
    {kChar, "char", 1, 1002, "VARCHAR"},
    {kName, "name", 64, 1003, "VARCHAR"},
    {kInt8, "int8", 8, 1016, "BIGINT"},
    {kInt2, "int2", 2, 1005, "SMALLINT"},
    {kInt2Vector, "int2vector", -1, 1006, "SMALLINT[]"},
    {kInt4, "int4", 4, 1007, "INTEGER"},
    {kRegproc, "regproc", 4, 1008, "VARCHAR"},
    {kText, "text", -1, 1009, "VARCHAR"},
    {kOid, "oid", 4, 1028, "UINTEGER"},
    {kXid, "xid", 4, 1011, "UINTEGER"},
    {kOidVector, "oidvector", -1, 1013, "UINTEGER[]"},
    {kJson, "json", -1, 199, "JSON"},
    {kFloat4, "float4", 4, 1021, "FLOAT"},
    {kFloat8, "float8", 8, 1022, "DOUBLE"},
    {kUnknown, "unknown", -2, 0, "VARCHAR"},
    {kBpchar, "bpchar", -1, 1014, "VARCHAR"},
    {kVarchar, "varchar", -1, 1015, "VARCHAR"},
    {kDate, "date", 4, 1182, "DATE"},
    {kTime, "time", 8, 1183, "TIME"},
    {kTimestamp, "timestamp", 8, 1115, "TIMESTAMP"},
    {kTimestamptz, "timestamptz", 8, 1185, "TIMESTAMP WITH TIME ZONE"},
    {kInterval, "interval", 16, 1187, "INTERVAL"},
    {kNumeric, "numeric", -1, 1231, "DECIMAL(38,10)"},
    {kRegclass, "regclass", 4, 2210, "VARCHAR"},
    {kRegtype, "regtype", 4, 2211, "VARCHAR"},
    {kUuid, "uuid", 16, 2951, "UUID"},
    {kJsonb, "jsonb", -1, 3807, "JSON"},
});

struct EngineName {
  std::string_view name;
  uint32_t oid;
};

constexpr auto kEngineNames = std::to_array<EngineName>({
    {"BOOLEAN", kBool},      {"TINYINT", kInt2},        {"SMALLINT", kInt2},
    {"UTINYINT", kInt2},     {"INTEGER", kInt4},        {"USMALLINT", kInt4},
    {"BIGINT", kInt8},       {"UINTEGER", kInt8},       {"UBIGINT", kNumeric},
    {"HUGEINT", kNumeric},   {"UHUGEINT", kNumeric},    {"FLOAT", kFloat4},
    {"DOUBLE", kFloat8},     {"VARCHAR", kVarchar},     {"DATE", kDate},
    {"TIME", kTime},         {"TIMESTAMP", kTimestamp}, {"TIMESTAMP WITH TIME ZONE", kTimestamptz},
    {"INTERVAL", kInterval}, {"BLOB", kBytea},          {"UUID", kUuid},
    {"JSON", kJson},
});

}  // namespace

SqlType TypeOf(uint32_t oid) {
  for (const KnownType& type : kTypes) {
    if (type.oid == oid) return {oid, type.length};
    if (type.array == oid && oid != 0) return {oid, -1, -1, type.oid};
  }
  return {oid, -1};
}

SqlType ArrayOf(uint32_t element) {
  for (const KnownType& type : kTypes) {
    if (type.oid == element) return {type.array, -1, -1, element};
  }
  return {0};
}

uint32_t ElementOf(uint32_t array) {
  for (const KnownType& type : kTypes) {
    if (type.array == array && array != 0) return type.oid;
  }
  return 0;
}

uint32_t TypeNamed(std::string_view name) {
  for (const KnownType& type : kTypes) {
    if (type.name == name) return type.oid;
  }
  return 0;
}

std::string EngineType(uint32_t oid) {
  for (const KnownType& type : kTypes) {
    if (type.oid == oid) return type.engine;
    if (type.array == oid && oid != 0) return std::string(type.engine) + "[]";
  }
  return "VARCHAR";
}

SqlType NumericOf(int precision, int scale) {
  return {kNumeric, -1, ((precision << 16) | scale) + 4};
}

SqlType TypeOfEngine(std::string_view engine_type) {
  if (engine_type.ends_with("[]")) {
    const SqlType element = TypeOfEngine(engine_type.substr(0, engine_type.size() - 2));
    const SqlType array = ArrayOf(element.oid);
    return array.oid != 0 ? array : TypeOf(kJson);
  }
  for (const EngineName& known : kEngineNames) {
    if (known.name == engine_type) return TypeOf(known.oid);
  }
  if (engine_type.starts_with("DECIMAL(")) {
    int precision = 18, scale = 3;
    const size_t comma = engine_type.find(',');
    std::from_chars(engine_type.data() + 8, engine_type.data() + comma, precision);
    std::from_chars(engine_type.data() + comma + 1, engine_type.data() + engine_type.size(), scale);
    return NumericOf(precision, scale);
  }
  if (engine_type.starts_with("STRUCT") || engine_type.starts_with("MAP")) return TypeOf(kJson);
  return TypeOf(kText);
}

}  // namespace cadenza::pgwire
