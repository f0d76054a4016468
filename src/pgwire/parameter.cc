#include "pgwire/parameter.h"

#include <duckdb.h>

#include <algorithm>
#include <array>
#include <bit>

#include "pgwire/value_text.h"

namespace cadenza::pgwire {
namespace {

constexpr int32_t kDaysTo2000 = 10'957;
constexpr int64_t kMicrosADay = int64_t{86'400} * 1'000'000;

SqlError BadBinary(size_t number) {
  return MakeSqlError("22P03", "incorrect binary data format in bind parameter {}", number);
}

uint64_t BigEndian(std::string_view bytes) {
  uint64_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<uint8_t>(c);
  return value;
}

Outcome<std::string> NumericText(std::string_view bytes, size_t number) {
  MessageBody body(bytes);
  CADENZA_ASSIGN(const int16_t groups, body.Int16());
  CADENZA_ASSIGN(const int16_t weight, body.Int16());
  CADENZA_ASSIGN(const int16_t sign, body.Int16());
  CADENZA_ASSIGN(const int16_t scale, body.Int16());
  if (static_cast<uint16_t>(sign) == 0xC000) return std::string("NaN");
  if (groups < 0 || scale < 0 || scale > 1000 || weight > 1000 || weight < -1000)
    return BadBinary(number);
  std::string whole, fraction;
  for (int g = 0; g < groups; ++g) {
    CADENZA_ASSIGN(const int16_t group, body.Int16());
    if (group < 0 || group > 9999) return BadBinary(number);
    (g <= weight ? whole : fraction) += fmt::format("{:04}", group);
  }
  for (int g = groups; g <= weight; ++g) whole += "0000";
  for (int g = -1; g > weight; --g) fraction = "0000" + fraction;
  fraction.resize(static_cast<size_t>(scale), '0');
  const size_t first = std::min(whole.find_first_not_of('0'), whole.size());
  std::string text = sign == 0x4000 ? "-" : "";
  text += first == whole.size() ? "0" : whole.substr(first);
  return fraction.empty() ? text : text + "." + fraction;
}

Outcome<std::string> ArrayText(std::string_view bytes, size_t number) {
  MessageBody body(bytes);
  CADENZA_ASSIGN(const int32_t dimensions, body.Int32());
  CADENZA_TRY(body.Int32());
  CADENZA_ASSIGN(const int32_t element, body.Int32());
  if (dimensions == 0) return std::string("{}");
  // An array has no arrays for elements, however deep somebody nests them.
  if (ElementOf(static_cast<uint32_t>(element)) != 0) return BadBinary(number);
  if (dimensions != 1) return SqlError{"0A000", "arrays of several dimensions are not supported"};
  CADENZA_ASSIGN(const int32_t count, body.Int32());
  CADENZA_TRY(body.Int32());
  std::string text = "{";
  for (int32_t e = 0; e < count; ++e) {
    if (e > 0) text += ',';
    CADENZA_ASSIGN(const int32_t length, body.Int32());
    if (length < 0) {
      text += "NULL";
      continue;
    }
    CADENZA_ASSIGN(const std::string_view value, body.Bytes(static_cast<size_t>(length)));
    CADENZA_ASSIGN(const std::string one,
                   TextOfBinary(value, static_cast<uint32_t>(element), number));
    AppendArrayElement(one, &text);
  }
  return text + "}";
}

std::string TimestampText(int64_t micros, bool with_zone) {
  std::string text;
  AppendTimestamp(micros + kDaysTo2000 * kMicrosADay, with_zone, &text);
  return text;
}

/// Of types whose values all have the same length.
Outcome<std::string> FixedText(std::string_view bytes, uint32_t type, size_t number) {
  if (bytes.size() != static_cast<size_t>(TypeOf(type).length)) return BadBinary(number);
  const uint64_t bits = BigEndian(bytes);
  std::string text;
  switch (type) {
    case kBool:
      return std::string(bits != 0 ? "true" : "false");
    case kChar:
      return std::string(bytes);
    case kInt2:
      return std::to_string(static_cast<int16_t>(bits));
    case kInt4:
      return std::to_string(static_cast<int32_t>(bits));
    case kInt8:
      return std::to_string(static_cast<int64_t>(bits));
    case kOid:
    case kXid:
    case kRegproc:
    case kRegclass:
    case kRegtype:
      return std::to_string(static_cast<uint32_t>(bits));
    case kFloat4:
      AppendFloat4(std::bit_cast<float>(static_cast<uint32_t>(bits)), &text);
      return text;
    case kFloat8:
      AppendFloat8(std::bit_cast<double>(bits), &text);
      return text;
    case kDate:
      AppendDate(static_cast<int32_t>(bits) + kDaysTo2000, &text);
      return text;
    case kTime:
      AppendTime(static_cast<int64_t>(bits), &text);
      return text;
    case kTimestamp:
      return TimestampText(static_cast<int64_t>(bits), false);
    case kTimestamptz:
      return TimestampText(static_cast<int64_t>(bits), true);
    case kInterval:
      return fmt::format("{} months {} days {} microseconds",
                         static_cast<int32_t>(BigEndian(bytes.substr(12))),
                         static_cast<int32_t>(BigEndian(bytes.substr(8, 4))),
                         static_cast<int64_t>(BigEndian(bytes.substr(0, 8))));
    default:
      break;
  }
  unsigned __int128 uuid = BigEndian(bytes.substr(0, 8));
  uuid = uuid << 64 | BigEndian(bytes.substr(8));
  AppendUuid(uuid ^ (static_cast<unsigned __int128>(1) << 127), &text);
  return text;
}

Outcome<std::string> BytesOfBytea(const std::string& text) {
  if (!text.starts_with("\\x")) return text;
  std::string bytes;
  const auto digit = [](char c) {
    return c >= '0' && c <= '9'                 ? c - '0'
           : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
                                                : -1;
  };
  for (size_t at = 2; at < text.size(); at += 2) {
    const int high = digit(text[at]), low = at + 1 < text.size() ? digit(text[at + 1]) : -1;
    if (high < 0 || low < 0) return SqlError{"22P02", "invalid hexadecimal data in a bytea"};
    bytes.push_back(static_cast<char>(high * 16 + low));
  }
  return bytes;
}

/// PostgreSQL takes more words for truth than the engine.
std::string BooleanText(const std::string& text) {
  std::string lower = text;
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  if (lower == "t" || lower == "on" || lower == "yes" || lower == "y" || lower == "1")
    return "true";
  if (lower == "f" || lower == "off" || lower == "no" || lower == "n" || lower == "0")
    return "false";
  return lower;
}

bool IsUtf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const auto lead = static_cast<uint8_t>(text[at]);
    const size_t length = lead < 0x80                   ? 1
                          : lead >= 0xC2 && lead < 0xE0 ? 2
                          : lead >= 0xE0 && lead < 0xF0 ? 3
                          : lead >= 0xF0 && lead < 0xF5 ? 4
                                                        : 0;
    if (length == 0 || at + length > text.size() || lead == 0) return false;
    uint32_t code = length == 1 ? lead : lead & (0xFF >> (length + 1));
    for (size_t part = 1; part < length; ++part) {
      const auto byte = static_cast<uint8_t>(text[at + part]);
      if ((byte & 0xC0) != 0x80) return false;
      code = code << 6 | (byte & 0x3F);
    }
    constexpr std::array<uint32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
    if (code < kLeast[length] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return false;
    at += length;
  }
  return true;
}

duckdb_value TextValue(const std::string& text) {
  return duckdb_create_varchar_length(text.data(), text.size());
}

duckdb_value ListValue(const std::vector<std::optional<std::string>>& elements) {
  std::vector<duckdb_value> values;
  for (const auto& element : elements) {
    values.push_back(element ? TextValue(*element) : duckdb_create_null_value());
  }
  duckdb_logical_type text = duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
  duckdb_value list = duckdb_create_list_value(text, values.data(), values.size());
  duckdb_destroy_logical_type(&text);
  for (duckdb_value& value : values) duckdb_destroy_value(&value);
  return list;
}

}  // namespace

Outcome<std::string> TextOfBinary(std::string_view bytes, uint32_t type, size_t number) {
  if (type == kNumeric) return NumericText(bytes, number);
  if (type == kJsonb) return std::string(bytes.substr(bytes.empty() ? 0 : 1));  // after the version
  if (ElementOf(type) != 0) return ArrayText(bytes, number);
  if (type != kName && TypeOf(type).length > 0) return FixedText(bytes, type, number);
  return std::string(bytes);
}

Outcome<std::vector<std::optional<std::string>>> ElementsOf(std::string_view array) {
  const SqlError malformed{"22P02", "malformed array literal: \"" + std::string(array) + "\""};
  if (array.size() < 2 || array.front() != '{' || array.back() != '}') return malformed;
  array = array.substr(1, array.size() - 2);
  std::vector<std::optional<std::string>> elements;
  if (array.empty()) return elements;
  std::string element;
  bool quoted = false, was_quoted = false;
  const auto add = [&] {
    const bool is_null = !was_quoted && element.size() == 4 && BooleanText(element) == "null";
    elements.push_back(is_null ? std::nullopt : std::optional(element));
    element.clear();
    was_quoted = false;
  };
  for (size_t at = 0; at < array.size(); ++at) {
    const char c = array[at];
    if (c == '\\' && at + 1 < array.size())
      element.push_back(array[++at]);
    else if (c == '"')
      quoted = !quoted, was_quoted = true;
    else if (c == ',' && !quoted)
      add();
    else if ((c == '{' || c == '}') && !quoted)
      return malformed;
    else
      element.push_back(c);
  }
  if (quoted) return malformed;
  add();
  return elements;
}

Outcome<duckdb_value> MakeParameter(const ParameterValue& value, uint32_t type, size_t number) {
  if (!value.bytes) return duckdb_create_null_value();
  if (type == kBytea) {
    std::string bytes = *value.bytes;
    if (value.format == Format::kText) {
      CADENZA_ASSIGN(bytes, BytesOfBytea(bytes));
    }
    return duckdb_create_blob(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  }
  std::string text = *value.bytes;
  if (value.format == Format::kBinary) {
    CADENZA_ASSIGN(text, TextOfBinary(text, type, number));
  }
  if (!IsUtf8(text)) return SqlError{"22021", "invalid byte sequence for encoding \"UTF8\""};
  if (ElementOf(type) != 0) {
    CADENZA_ASSIGN(const auto elements, ElementsOf(text));
    return ListValue(elements);
  }
  return TextValue(type == kBool ? BooleanText(text) : text);
}

}  // namespace cadenza::pgwire
