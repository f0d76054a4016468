#include "pgwire/engine_value.h"

#include <algorithm>
#include <bit>
#include <string_view>

#include "pgwire/value_binary.h"
#include "pgwire/value_text.h"

namespace cadenza::pgwire {
namespace {

bool IsJson(duckdb_logical_type type) {
  char* alias = duckdb_logical_type_get_alias(type);
  const bool is_json = alias && std::string_view(alias) == "JSON";
  duckdb_free(alias);
  return is_json;
}

__int128 Wide(const duckdb_hugeint& value) {
  return static_cast<__int128>(
      static_cast<unsigned __int128>(static_cast<uint64_t>(value.upper)) << 64 | value.lower);
}

template <class T>
const T& At(const void* data, size_t row) {
  return static_cast<const T*>(data)[row];
}

/// What TIMESTAMP_S, _MS and _NS are in microseconds.
int64_t Micros(duckdb_type type, int64_t value) {
  switch (type) {
    case DUCKDB_TYPE_TIMESTAMP_S:
      return value * 1'000'000;
    case DUCKDB_TYPE_TIMESTAMP_MS:
      return value * 1'000;
    case DUCKDB_TYPE_TIMESTAMP_NS:
      return value >= 0 ? value / 1'000 : (value - 999) / 1'000;
    default:
      return value;
  }
}

__int128 WholeNumber(duckdb_type type, const void* data, size_t row) {
  switch (type) {
    case DUCKDB_TYPE_TINYINT:
      return At<int8_t>(data, row);
    case DUCKDB_TYPE_UTINYINT:
      return At<uint8_t>(data, row);
    case DUCKDB_TYPE_SMALLINT:
      return At<int16_t>(data, row);
    case DUCKDB_TYPE_USMALLINT:
      return At<uint16_t>(data, row);
    case DUCKDB_TYPE_INTEGER:
      return At<int32_t>(data, row);
    case DUCKDB_TYPE_UINTEGER:
      return At<uint32_t>(data, row);
    case DUCKDB_TYPE_BIGINT:
      return At<int64_t>(data, row);
    case DUCKDB_TYPE_UBIGINT:
      return At<uint64_t>(data, row);
    default:
      return Wide(At<duckdb_hugeint>(data, row));
  }
}

std::string_view TextAt(const void* data, size_t row) {
  const auto* text = static_cast<const duckdb_string_t*>(data) + row;
  return {duckdb_string_t_data(const_cast<duckdb_string_t*>(text)), duckdb_string_t_length(*text)};
}

void AppendWhole(__int128 value, std::string* out) {
  if (value >= INT64_MIN && value <= INT64_MAX) {
    const fmt::format_int digits(static_cast<int64_t>(value));
    out->append(digits.data(), digits.size());
  } else {
    AppendNumeric(value, 0, out);
  }
}

/// PostgreSQL's numeric without a precision (sql_type.cc): zeros at the end of its digits behind
/// the point are not sent.
bool IsFreeNumeric(duckdb_logical_type type) {
  return duckdb_decimal_width(type) == 38 && duckdb_decimal_scale(type) == 10;
}

}  // namespace

ValueType ValueTypeOf(duckdb_logical_type type) {
  ValueType value;
  value.engine = duckdb_get_type_id(type);
  value.sql = TypeOfLogical(type);
  if (value.engine == DUCKDB_TYPE_DECIMAL) {
    value.is_decimal = true;
    value.is_free = IsFreeNumeric(type);
    value.scale = duckdb_decimal_scale(type);
    value.engine = duckdb_decimal_internal_type(type);
  }
  return value;
}

std::pair<__int128, int> ValueType::DecimalAt(const void* data, size_t row) const {
  __int128 number = WholeNumber(engine, data, row);
  int digits = scale;
  while (is_free && digits > 0 && number % 10 == 0) {
    number /= 10;
    --digits;
  }
  return {number, digits};
}

void ValueType::AppendText(const void* data, size_t row, std::string* out) const {
  if (is_decimal) {
    const auto [number, digits] = DecimalAt(data, row);
    return AppendNumeric(number, digits, out);
  }
  switch (engine) {
    case DUCKDB_TYPE_BOOLEAN:
      return out->push_back(At<bool>(data, row) ? 't' : 'f');
    case DUCKDB_TYPE_FLOAT:
      return AppendFloat4(At<float>(data, row), out);
    case DUCKDB_TYPE_DOUBLE:
      return AppendFloat8(At<double>(data, row), out);
    case DUCKDB_TYPE_DATE:
      return AppendDate(At<int32_t>(data, row), out);
    case DUCKDB_TYPE_TIME:
      return AppendTime(At<int64_t>(data, row), out);
    case DUCKDB_TYPE_TIMESTAMP_TZ:
      return AppendTimestamp(At<int64_t>(data, row), true, out);
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_S:
    case DUCKDB_TYPE_TIMESTAMP_MS:
    case DUCKDB_TYPE_TIMESTAMP_NS:
      return AppendTimestamp(Micros(engine, At<int64_t>(data, row)), false, out);
    case DUCKDB_TYPE_INTERVAL: {
      const auto& value = At<duckdb_interval>(data, row);
      return AppendInterval(value.months, value.days, value.micros, out);
    }
    case DUCKDB_TYPE_UUID:
      return AppendUuid(static_cast<unsigned __int128>(Wide(At<duckdb_hugeint>(data, row))), out);
    case DUCKDB_TYPE_BLOB:
      return AppendBytea(TextAt(data, row), out);
    case DUCKDB_TYPE_VARCHAR:
      return void(out->append(TextAt(data, row)));
    case DUCKDB_TYPE_SQLNULL:
      return;
    default:
      return AppendWhole(WholeNumber(engine, data, row), out);
  }
}

void ValueType::AppendBinary(const void* data, size_t row, std::string* out) const {
  if (is_decimal) {
    const auto [number, digits] = DecimalAt(data, row);
    return AppendBinaryNumeric(number, digits, out);
  }
  switch (engine) {
    case DUCKDB_TYPE_BOOLEAN:
      return out->push_back(At<bool>(data, row) ? 1 : 0);
    case DUCKDB_TYPE_FLOAT:
      return AppendBig32(std::bit_cast<uint32_t>(At<float>(data, row)), out);
    case DUCKDB_TYPE_DOUBLE:
      return AppendBig64(std::bit_cast<uint64_t>(At<double>(data, row)), out);
    case DUCKDB_TYPE_DATE:
      return AppendBinaryDate(At<int32_t>(data, row), out);
    case DUCKDB_TYPE_TIME:
      return AppendBig64(At<uint64_t>(data, row), out);
    case DUCKDB_TYPE_TIMESTAMP_TZ:
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_S:
    case DUCKDB_TYPE_TIMESTAMP_MS:
    case DUCKDB_TYPE_TIMESTAMP_NS:
      return AppendBinaryTimestamp(Micros(engine, At<int64_t>(data, row)), out);
    case DUCKDB_TYPE_INTERVAL: {
      const auto& value = At<duckdb_interval>(data, row);
      AppendBig64(static_cast<uint64_t>(value.micros), out);
      AppendBig32(static_cast<uint32_t>(value.days), out);
      return AppendBig32(static_cast<uint32_t>(value.months), out);
    }
    case DUCKDB_TYPE_UUID: {
      const auto value = static_cast<unsigned __int128>(Wide(At<duckdb_hugeint>(data, row))) ^
                         (static_cast<unsigned __int128>(1) << 127);
      AppendBig64(static_cast<uint64_t>(value >> 64), out);
      return AppendBig64(static_cast<uint64_t>(value), out);
    }
    case DUCKDB_TYPE_BLOB:
    case DUCKDB_TYPE_VARCHAR:
      return void(out->append(TextAt(data, row)));
    case DUCKDB_TYPE_SQLNULL:
      return;
    default:
      break;
  }
  const __int128 number = WholeNumber(engine, data, row);
  if (sql.oid == kNumeric) return AppendBinaryNumeric(number, 0, out);
  if (sql.length == 2) return AppendBig16(static_cast<uint16_t>(number), out);
  if (sql.length == 4) return AppendBig32(static_cast<uint32_t>(number), out);
  AppendBig64(static_cast<uint64_t>(number), out);
}

SqlType TypeOfLogical(duckdb_logical_type type) {
  if (IsJson(type)) return TypeOf(kJson);
  switch (duckdb_get_type_id(type)) {
    case DUCKDB_TYPE_BOOLEAN:
      return TypeOf(kBool);
    case DUCKDB_TYPE_TINYINT:
    case DUCKDB_TYPE_UTINYINT:
    case DUCKDB_TYPE_SMALLINT:
      return TypeOf(kInt2);
    case DUCKDB_TYPE_USMALLINT:
    case DUCKDB_TYPE_INTEGER:
      return TypeOf(kInt4);
    case DUCKDB_TYPE_UINTEGER:
    case DUCKDB_TYPE_BIGINT:
      return TypeOf(kInt8);
    case DUCKDB_TYPE_UBIGINT:
    case DUCKDB_TYPE_HUGEINT:
    case DUCKDB_TYPE_UHUGEINT:
      return TypeOf(kNumeric);
    case DUCKDB_TYPE_DECIMAL:
      if (IsFreeNumeric(type)) return TypeOf(kNumeric);
      return NumericOf(duckdb_decimal_width(type), duckdb_decimal_scale(type));
    case DUCKDB_TYPE_FLOAT:
      return TypeOf(kFloat4);
    case DUCKDB_TYPE_DOUBLE:
      return TypeOf(kFloat8);
    case DUCKDB_TYPE_VARCHAR:
      return TypeOf(kVarchar);
    case DUCKDB_TYPE_DATE:
      return TypeOf(kDate);
    case DUCKDB_TYPE_TIME:
      return TypeOf(kTime);
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_S:
    case DUCKDB_TYPE_TIMESTAMP_MS:
    case DUCKDB_TYPE_TIMESTAMP_NS:
      return TypeOf(kTimestamp);
    case DUCKDB_TYPE_TIMESTAMP_TZ:
      return TypeOf(kTimestamptz);
    case DUCKDB_TYPE_INTERVAL:
      return TypeOf(kInterval);
    case DUCKDB_TYPE_BLOB:
      return TypeOf(kBytea);
    case DUCKDB_TYPE_UUID:
      return TypeOf(kUuid);
    case DUCKDB_TYPE_STRUCT:
    case DUCKDB_TYPE_MAP:
    case DUCKDB_TYPE_UNION:
      return TypeOf(kJson);
    case DUCKDB_TYPE_LIST: {
      const OwnedType child(duckdb_list_type_child_type(type));
      const SqlType element = TypeOfLogical(child.type);
      if (element.element != 0 || element.oid == kJson) return TypeOf(kJson);
      const SqlType array = ArrayOf(element.oid);
      return array.oid != 0 ? array : TypeOf(kText);
    }
    default:
      return TypeOf(kText);
  }
}

SqlType NarrowedType(const SqlType& type, uint32_t declared) {
  const auto is_one_of = [](uint32_t oid, std::initializer_list<uint32_t> oids) {
    return std::ranges::find(oids, oid) != oids.end();
  };
  if (type.oid == kVarchar) {
    const bool fits = is_one_of(
        declared, {kVarchar, kText, kName, kChar, kBpchar, kRegproc, kRegclass, kRegtype});
    return TypeOf(fits ? declared : static_cast<uint32_t>(kText));
  }
  if (declared == kUnknown) return TypeOf(kText);  // a bare NULL, which the engine calls an integer
  if (type.oid == kInt8 && is_one_of(declared, {kOid, kXid})) return TypeOf(declared);
  if (type.oid == ArrayOf(kInt2).oid && declared == kInt2Vector)
    return {kInt2Vector, -1, -1, kInt2};
  if (type.oid == ArrayOf(kInt8).oid && declared == kOidVector) return {kOidVector, -1, -1, kOid};
  if (type.oid == ArrayOf(kInt8).oid && declared == ArrayOf(kOid).oid) return ArrayOf(kOid);
  const bool is_text_array = type.oid == ArrayOf(kVarchar).oid;
  if (is_text_array) {
    const uint32_t element = ElementOf(declared);
    return ArrayOf(is_one_of(element, {kVarchar, kName, kChar}) ? element
                                                                : static_cast<uint32_t>(kText));
  }
  return type;
}

bool CanEncode(duckdb_logical_type type) {
  switch (duckdb_get_type_id(type)) {
    case DUCKDB_TYPE_LIST: {
      const OwnedType child(duckdb_list_type_child_type(type));
      return duckdb_get_type_id(child.type) != DUCKDB_TYPE_LIST && CanEncode(child.type);
    }
    case DUCKDB_TYPE_UHUGEINT:
    case DUCKDB_TYPE_STRUCT:
    case DUCKDB_TYPE_MAP:
    case DUCKDB_TYPE_UNION:
    case DUCKDB_TYPE_ARRAY:
    case DUCKDB_TYPE_ENUM:
    case DUCKDB_TYPE_BIT:
    case DUCKDB_TYPE_TIME_TZ:
    case DUCKDB_TYPE_BIGNUM:
    case DUCKDB_TYPE_INVALID:
    case DUCKDB_TYPE_ANY:
      return false;
    default:
      return true;
  }
}

}  // namespace cadenza::pgwire
