#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cadenza::pgwire {

/// OIDs of PostgreSQL's own types, as pg_type has them.
enum TypeOid : uint32_t {
  kBool = 16,
  kBytea = 17,
  kChar = 18,
  kName = 19,
  kInt8 = 20,
  kInt2 = 21,
  kInt2Vector = 22,
  kInt4 = 23,
  kRegproc = 24,
  kText = 25,
  kOid = 26,
  kXid = 28,
  kOidVector = 30,
  kJson = 114,
  kFloat4 = 700,
  kFloat8 = 701,
  kUnknown = 705,
  kBpchar = 1042,
  kVarchar = 1043,
  kDate = 1082,
  kTime = 1083,
  kTimestamp = 1114,
  kTimestamptz = 1184,
  kInterval = 1186,
  kNumeric = 1700,
  kRegclass = 2205,
  kRegtype = 2206,
  kUuid = 2950,
  kJsonb = 3802,
};

/// A type of PostgreSQL as clients are told it.
struct SqlType {
  uint32_t oid = kText;
  int16_t length = -1;    ///< of a value, or -1
  int32_t modifier = -1;  ///< numeric(p, s): ((p << 16) | s) + 4
  uint32_t element = 0;   ///< of an array

  bool operator==(const SqlType&) const = default;
};

/// A type that has an OID, with its length.
SqlType TypeOf(uint32_t oid);
/// The OID of a type by PostgreSQL's name for it, e.g. int4; 0: not known here.
uint32_t TypeNamed(std::string_view name);
/// The array of a type; oid 0 when PostgreSQL has none.
SqlType ArrayOf(uint32_t element);
/// The OID of an array's element; 0: it is no array.
uint32_t ElementOf(uint32_t array);
/// What the engine calls the type: BIGINT, TIMESTAMP WITH TIME ZONE, VARCHAR[]. VARCHAR for a type
/// that it does not have.
std::string EngineType(uint32_t oid);
/// numeric(p, s), the text of the engine's DECIMAL.
SqlType NumericOf(int precision, int scale);
/// The type of a table's column, by the engine's name for it, e.g. BIGINT or VARCHAR[].
SqlType TypeOfEngine(std::string_view engine_type);

}  // namespace cadenza::pgwire
