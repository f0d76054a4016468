#include "arrow/ipc_types.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <string_view>
#include <utility>

#include "arrow_ipc_generated.h"

namespace cadenza::arrow {
namespace {

const char* UnitLetter(wire::TimeUnit unit) {
  switch (unit) {
    case wire::TimeUnit_Second:
      return "s";
    case wire::TimeUnit_Millisecond:
      return "m";
    case wire::TimeUnit_Microsecond:
      return "u";
    case wire::TimeUnit_Nanosecond:
      return "n";
  }
  return "";
}

std::string IntFormat(const wire::Int& type) {
  switch (type.bit_width()) {
    case 8:
      return type.is_signed() ? "c" : "C";
    case 16:
      return type.is_signed() ? "s" : "S";
    case 32:
      return type.is_signed() ? "i" : "I";
    case 64:
      return type.is_signed() ? "l" : "L";
    default:
      return "";
  }
}

std::string DecimalFormat(const wire::Decimal& type) {
  const bool fits = type.bit_width() == 128 && type.precision() >= 1 && type.precision() <= 38 &&
                    type.scale() >= 0 && type.scale() <= type.precision();
  return fits ? fmt::format("d:{},{}", type.precision(), type.scale()) : "";
}

std::string TimeFormat(const wire::Time& type) {
  const bool narrow =
      type.unit() == wire::TimeUnit_Second || type.unit() == wire::TimeUnit_Millisecond;
  const std::string letter = UnitLetter(type.unit());
  return letter.empty() || type.bit_width() != (narrow ? 32 : 64) ? "" : "tt" + letter;
}

std::string TimestampFormat(const wire::Timestamp& type) {
  const std::string letter = UnitLetter(type.unit());
  if (letter.empty()) return "";
  return "ts" + letter + ":" + (type.timezone() ? type.timezone()->str() : "");
}

std::string IntervalFormat(wire::IntervalUnit unit) {
  switch (unit) {
    case wire::IntervalUnit_YearMonth:
      return "tiM";
    case wire::IntervalUnit_DayTime:
      return "tiD";
    case wire::IntervalUnit_MonthDayNano:
      return "tin";
  }
  return "";
}

/// Empty: a type that is not read.
std::string FormatOf(const wire::Field& field) {
  switch (field.type_type()) {
    case wire::Type_Null:
      return "n";
    case wire::Type_Int:
      return IntFormat(*field.type_as_Int());
    case wire::Type_FloatingPoint: {
      const auto precision = field.type_as_FloatingPoint()->precision();
      if (precision == wire::Precision_Single) return "f";
      return precision == wire::Precision_Double ? "g" : "";
    }
    case wire::Type_Binary:
      return "z";
    case wire::Type_Utf8:
      return "u";
    case wire::Type_Bool:
      return "b";
    case wire::Type_Decimal:
      return DecimalFormat(*field.type_as_Decimal());
    case wire::Type_Date: {
      const auto unit = field.type_as_Date()->unit();
      if (unit == wire::DateUnit_Day) return "tdD";
      return unit == wire::DateUnit_Millisecond ? "tdm" : "";
    }
    case wire::Type_Time:
      return TimeFormat(*field.type_as_Time());
    case wire::Type_Timestamp:
      return TimestampFormat(*field.type_as_Timestamp());
    case wire::Type_Interval:
      return IntervalFormat(field.type_as_Interval()->unit());
    case wire::Type_List:
      return "+l";
    case wire::Type_Struct:
      return "+s";
    case wire::Type_Map:
      return "+m";
    case wire::Type_Duration: {
      const std::string letter = UnitLetter(field.type_as_Duration()->unit());
      return letter.empty() ? "" : "tD" + letter;
    }
    case wire::Type_LargeBinary:
      return "Z";
    case wire::Type_LargeUtf8:
      return "U";
    case wire::Type_LargeList:
      return "+L";
    default:
      return "";
  }
}

/// A list has one child, a map one struct of two; a struct of nothing has no place in SQL.
bool HasTheRightChildren(const Field& field) {
  const auto& children = field.children;
  if (field.format == "+s") return !children.empty();
  if (field.format == "+l" || field.format == "+L") return children.size() == 1;
  if (field.format == "+m") {
    return children.size() == 1 && children[0].format == "+s" && children[0].children.size() == 2;
  }
  return children.empty();
}

struct Decimal {
  int precision = 0;
  int scale = 0;
};

/// Of "d:precision,scale"; nothing of any other format.
std::optional<Decimal> DecimalOf(const std::string& format) {
  Decimal decimal;
  int length = 0;
  const int found =
      std::sscanf(format.c_str(), "d:%d,%d%n", &decimal.precision, &decimal.scale, &length);
  if (found != 2 || static_cast<size_t>(length) != format.size()) return {};
  return decimal;
}

bool IsUnit(char letter) {
  return letter == 's' || letter == 'm' || letter == 'u' || letter == 'n';
}

wire::TimeUnit UnitOf(char letter) {
  if (letter == 's') return wire::TimeUnit_Second;
  if (letter == 'm') return wire::TimeUnit_Millisecond;
  return letter == 'u' ? wire::TimeUnit_Microsecond : wire::TimeUnit_Nanosecond;
}

using Builder = flatbuffers::FlatBufferBuilder;
using TypeOffset = flatbuffers::Offset<void>;

std::pair<wire::Type, TypeOffset> EncodeTime(const std::string& format, Builder& to) {
  const char unit = format.back();
  switch (format[1]) {
    case 'd':
      return {wire::Type_Date,
              wire::CreateDate(to, unit == 'D' ? wire::DateUnit_Day : wire::DateUnit_Millisecond)
                  .Union()};
    case 't':
      return {wire::Type_Time,
              wire::CreateTime(to, UnitOf(unit), unit == 's' || unit == 'm' ? 32 : 64).Union()};
    case 's': {
      const auto zone = format.size() > 4 ? to.CreateString(format.substr(4)) : 0;
      return {wire::Type_Timestamp, wire::CreateTimestamp(to, UnitOf(format[2]), zone).Union()};
    }
    case 'D':
      return {wire::Type_Duration, wire::CreateDuration(to, UnitOf(unit)).Union()};
    default: {
      const auto interval = unit == 'M'   ? wire::IntervalUnit_YearMonth
                            : unit == 'D' ? wire::IntervalUnit_DayTime
                                          : wire::IntervalUnit_MonthDayNano;
      return {wire::Type_Interval, wire::CreateInterval(to, interval).Union()};
    }
  }
}

/// Of a format that FormatOf makes.
std::pair<wire::Type, TypeOffset> EncodeType(const std::string& format, Builder& to) {
  switch (format[0]) {
    case 'n':
      return {wire::Type_Null, wire::CreateNull(to).Union()};
    case 'b':
      return {wire::Type_Bool, wire::CreateBool(to).Union()};
    case 'c':
    case 'C':
    case 's':
    case 'S':
    case 'i':
    case 'I':
    case 'l':
    case 'L': {
      const auto bits = static_cast<int>(LayoutOf(format).width * 8);
      return {wire::Type_Int, wire::CreateInt(to, bits, format[0] >= 'a').Union()};
    }
    case 'f':
    case 'g': {
      const auto precision = format[0] == 'f' ? wire::Precision_Single : wire::Precision_Double;
      return {wire::Type_FloatingPoint, wire::CreateFloatingPoint(to, precision).Union()};
    }
    case 'd': {
      const Decimal decimal = DecimalOf(format).value_or(Decimal{});
      return {wire::Type_Decimal,
              wire::CreateDecimal(to, decimal.precision, decimal.scale, 128).Union()};
    }
    case 'u':
      return {wire::Type_Utf8, wire::CreateUtf8(to).Union()};
    case 'U':
      return {wire::Type_LargeUtf8, wire::CreateLargeUtf8(to).Union()};
    case 'z':
      return {wire::Type_Binary, wire::CreateBinary(to).Union()};
    case 'Z':
      return {wire::Type_LargeBinary, wire::CreateLargeBinary(to).Union()};
    case '+':
      if (format == "+s") return {wire::Type_Struct, wire::CreateStruct(to).Union()};
      if (format == "+m") return {wire::Type_Map, wire::CreateMap(to).Union()};
      if (format == "+L") return {wire::Type_LargeList, wire::CreateLargeList(to).Union()};
      return {wire::Type_List, wire::CreateList(to).Union()};
    default:
      return EncodeTime(format, to);
  }
}

/// Whether FormatOf makes it.
bool IsKnown(const std::string& format) {
  constexpr std::string_view kOfOneLetter = "nbcCsSiIlLfguUzZ";
  constexpr std::array<std::string_view, 17> kLonger = {"tdD", "tdm", "tts", "ttm", "ttu", "ttn",
                                                        "tiM", "tiD", "tin", "tDs", "tDm", "tDu",
                                                        "tDn", "+l",  "+L",  "+s",  "+m"};
  if (format.size() == 1) return kOfOneLetter.find(format[0]) != std::string_view::npos;
  if (format.starts_with("d:")) return DecimalOf(format).has_value();
  if (format.starts_with("ts")) {
    return format.size() >= 4 && IsUnit(format[2]) && format[3] == ':';
  }
  return std::ranges::find(kLonger, format) != kLonger.end();
}

}  // namespace

Result<Field> FieldOf(const ArrowSchema& schema, const std::string& path) {
  Field field;
  if (schema.name) field.name = schema.name;
  field.format = schema.format;
  // A decimal may name its width, of which 128 bits are the default.
  const bool names_width = field.format.starts_with("d:") && field.format.ends_with(",128") &&
                           std::ranges::count(field.format, ',') == 2;
  if (names_width) field.format.resize(field.format.size() - 4);
  if (!IsKnown(field.format) || schema.dictionary) {
    return MakeError(ErrorKind::kInput,
                     "this type has no place here as Arrow ({}{}; cast it, e.g. to varchar), column"
                     " {}",
                     field.format, schema.dictionary ? " with a dictionary" : "",
                     path + field.name);
  }
  field.nullable = (schema.flags & kNullable) != 0;
  for (int64_t c = 0; c < schema.n_children; ++c) {
    CADENZA_ASSIGN(Field child, FieldOf(*schema.children[c], path + field.name + "."));
    field.children.push_back(std::move(child));
  }
  return field;
}

flatbuffers::Offset<wire::Field> Encode(const Field& field, flatbuffers::FlatBufferBuilder* to) {
  std::vector<flatbuffers::Offset<wire::Field>> children;
  children.reserve(field.children.size());
  for (const Field& child : field.children) children.push_back(Encode(child, to));
  const auto name = to->CreateString(field.name);
  const auto [kind, type] = EncodeType(field.format, *to);
  return wire::CreateField(*to, name, field.nullable, kind, type, 0, to->CreateVector(children));
}

Result<Field> FieldOf(const wire::Field& wire_field) {
  Field field;
  if (wire_field.name()) field.name = wire_field.name()->str();
  const char* type = wire::EnumNameType(wire_field.type_type());
  // A union's tag may come without its table.
  if (wire_field.type()) field.format = FormatOf(wire_field);
  if (field.format.empty() || wire_field.dictionary()) {
    return MakeError(ErrorKind::kInput,
                     "the Arrow type {}{} is not read (cast it, e.g. to string), column {}",
                     *type ? type : "with an unknown number",
                     wire_field.dictionary() ? " with a dictionary" : "", field.name);
  }
  field.nullable = wire_field.nullable();
  if (wire_field.children()) {
    for (const wire::Field* child : *wire_field.children()) {
      CADENZA_ASSIGN(Field converted, FieldOf(*child));
      field.children.push_back(std::move(converted));
    }
  }
  if (!HasTheRightChildren(field)) {
    return MakeError(ErrorKind::kInput, "the Arrow type {} has {} inner columns, column {}", type,
                     field.children.size(), field.name);
  }
  return field;
}

Layout LayoutOf(const std::string& format) {
  using Kind = Layout::Kind;
  const char second = format.size() > 1 ? format[1] : '\0';
  switch (format[0]) {
    case 'n':
      return {Kind::kNull, 0};
    case 'b':
      return {Kind::kBits, 0};
    case 'c':
    case 'C':
      return {Kind::kFixed, 1};
    case 's':
    case 'S':
      return {Kind::kFixed, 2};
    case 'i':
    case 'I':
    case 'f':
      return {Kind::kFixed, 4};
    case 'l':
    case 'L':
    case 'g':
      return {Kind::kFixed, 8};
    case 'd':
      return {Kind::kFixed, 16};
    case 'u':
      return {Kind::kText, 4};
    case 'U':
      return {Kind::kText, 8};
    case 'z':
      return {Kind::kBytes, 4};
    case 'Z':
      return {Kind::kBytes, 8};
    case '+':
      if (second == 's') return {Kind::kStruct, 0};
      return {Kind::kList, second == 'L' ? 8 : 4};
    default:
      break;
  }
  // What is left are times: t, a letter for what it is, a letter for the unit.
  if (format == "tin") return {Kind::kFixed, 16};
  const bool narrow = format == "tdD" || format == "tts" || format == "ttm" || format == "tiM";
  return {Kind::kFixed, narrow ? 4 : 8};
}

}  // namespace cadenza::arrow
