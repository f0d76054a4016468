#include "sources/column.h"

#include <algorithm>
#include <set>

#include "base/nearest_name.h"
#include "decode/event_time.h"
#include "sources/time_unit.h"

namespace cadenza::sources {
namespace {

using engine::QuoteName;
using engine::QuoteText;

/// Epochs of one unit; what is outside of 1990 to 2100 under it is no time, but for an end, which
/// may lie in the year 9999.
std::string EpochSql(const std::string& value, bool whole, TimeUnit unit, bool is_end) {
  const int64_t per_second = UnitsASecond(unit);
  std::string scaled;
  if (whole) {
    scaled = fmt::format("CAST({} AS BIGINT)", value);
    scaled += unit == TimeUnit::kNanoseconds
                  ? " // 1000"
                  : fmt::format(" * {}", UnitsASecond(TimeUnit::kMicroseconds) / per_second);
  } else {
    scaled =
        fmt::format("CAST(round({} * {}) AS BIGINT)", value, 1e6 / static_cast<double>(per_second));
  }
  const std::string later =
      is_end ? fmt::format(" WHEN {} >= {} THEN {}", value, decode::kEndSecond * per_second,
                           decode::kEndSecond * UnitsASecond(TimeUnit::kMicroseconds))
             : "";
  return fmt::format("CASE WHEN {0} >= {1} AND {0} < {2} THEN {3}{4} END", value,
                     decode::kFirstSecond * per_second, decode::kEndSecond * per_second, scaled,
                     later);
}

/// Files may differ in their unit.
std::string EpochsSql(const std::string& value, bool whole,
                      const std::map<std::string, TimeUnit>& units, bool is_end) {
  std::map<TimeUnit, std::string> files;
  for (const auto& [file, unit] : units) {
    std::string& list = files[unit];
    list += (list.empty() ? "" : ", ") + QuoteText(file);
  }
  if (files.size() == 1) return EpochSql(value, whole, files.begin()->first, is_end);
  std::string cases = "CASE";
  for (const auto& [unit, list] : files) {
    cases += fmt::format(" WHEN _file IN ({}) THEN {}", list, EpochSql(value, whole, unit, is_end));
  }
  return cases + " END";
}

std::string TextTimeSql(const std::string& text, const TimeReading& reading, bool is_end) {
  std::string us = reading.zone == "UTC"
                       ? fmt::format("utc_text_us({})", text)
                       : fmt::format("local_text_us({}, {})", text, QuoteText(reading.zone));
  if (reading.units.empty()) return us;
  return fmt::format(
      "coalesce({}, {})", us,
      EpochsSql(fmt::format("TRY_CAST({} AS DOUBLE)", text), false, reading.units, is_end));
}

std::string Text(const std::string& name) { return fmt::format("CAST({} AS VARCHAR)", name); }

std::string FieldNames(const TableSchema& schema) {
  std::string names;
  for (const Field& field : schema.fields) {
    names += (names.empty() ? "" : ", ") + std::string(field.name);
  }
  return names;
}

std::string ColumnNames(const std::vector<engine::Column>& columns) {
  std::string names;
  for (const engine::Column& column : columns) {
    if (column.name != "_file") names += (names.empty() ? "" : ", ") + column.name;
  }
  return names;
}

}  // namespace

const engine::Column* FindColumn(const std::vector<engine::Column>& columns,
                                 std::string_view name) {
  const auto exact = std::ranges::find(columns, name, &engine::Column::name);
  if (exact != columns.end()) return &*exact;
  const std::string plain = PlainName(name);
  const auto found = std::ranges::find_if(
      columns, [&](const engine::Column& column) { return PlainName(column.name) == plain; });
  return found == columns.end() ? nullptr : &*found;
}

Result<ColumnMapping> ParseMapping(const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
    return MakeError(ErrorKind::kUsage, "--map takes [TABLE.]FIELD=COLUMN, not: {}", text);
  }
  ColumnMapping mapping;
  mapping.field = text.substr(0, equals);
  mapping.column = text.substr(equals + 1);
  const size_t dot = mapping.field.find('.');
  if (dot != std::string::npos) {
    mapping.table = mapping.field.substr(0, dot);
    mapping.field.erase(0, dot + 1);
  }
  std::string fields;
  std::vector<std::string> names, tables;
  for (const TableSchema& table : SourceTables()) {
    tables.emplace_back(table.name);
    if (!mapping.table.empty() && table.name != mapping.table) continue;
    for (const Field& field : table.fields) names.emplace_back(field.name);
    if (std::ranges::count(table.fields, mapping.field, &Field::name) > 0) return mapping;
    fields += fmt::format("{}{}: {}", fields.empty() ? "" : "; ", table.name, FieldNames(table));
  }
  if (fields.empty()) {
    return MakeError(ErrorKind::kUsage, "--map: {}", NoSuch("source table", mapping.table, tables));
  }
  if (const std::string nearest = NearestName(mapping.field, names); !nearest.empty()) {
    return MakeError(ErrorKind::kUsage, "--map: no such field: {}{}", mapping.field,
                     DidYouMean(nearest));
  }
  return MakeError(ErrorKind::kUsage, "--map: no such field (there are {}): {}", fields,
                   mapping.field);
}

Result<std::map<std::string, engine::Column>> ChooseColumns(
    const TableSchema& schema, const std::vector<engine::Column>& columns,
    const std::vector<ColumnMapping>& mappings) {
  std::map<std::string, engine::Column> chosen;
  std::set<std::string> taken;
  const auto take = [&](const Field& field, const engine::Column* column) {
    if (!column || chosen.contains(std::string(field.name)) || taken.contains(column->name)) return;
    chosen[std::string(field.name)] = *column;
    taken.insert(column->name);
  };
  for (const ColumnMapping& mapping : mappings) {
    const auto field = std::ranges::find(schema.fields, mapping.field, &Field::name);
    if (field == schema.fields.end()) continue;
    if (!mapping.table.empty() && mapping.table != schema.name) continue;
    const engine::Column* column = FindColumn(columns, mapping.column);
    if (!column && !mapping.table.empty()) {
      return MakeError(ErrorKind::kUsage, "--map: {} has no such column (there are {}): {}",
                       schema.name, ColumnNames(columns), mapping.column);
    }
    take(*field, column);
  }
  // Own names first, over all fields: `timestamp` may be one field's name and another's synonym.
  for (const Field& field : schema.fields) take(field, FindColumn(columns, field.name));
  for (const Field& field : schema.fields) {
    for (const std::string_view name : field.other_names) take(field, FindColumn(columns, name));
  }
  for (const Field& field : schema.fields) {
    if (!field.is_needed || chosen.contains(std::string(field.name))) continue;
    return MakeError(
        ErrorKind::kInput,
        "{0} has no column for {1} (there are {2}); say which with --map {0}.{1}=COLUMN",
        schema.name, field.name, ColumnNames(columns));
  }
  return chosen;
}

bool IsWhole(const std::string& type) {
  return type.ends_with("INT") || type == "INTEGER" || type == "UINTEGER";
}

bool IsNumeric(const std::string& type) {
  return IsWhole(type) || type == "FLOAT" || type == "DOUBLE" || type.starts_with("DECIMAL");
}

bool IsText(const std::string& type) { return type == "VARCHAR"; }

std::string IdSql(const engine::Column& column) {
  const std::string name = QuoteName(column.name);
  if (IsWhole(column.type)) return fmt::format("CAST({} AS VARCHAR)", name);
  if (IsNumeric(column.type)) {
    // NaN is no id; beyond 10^18 a number is not told from its neighbours.
    return fmt::format(
        "CASE WHEN abs({0}) < 1e18 AND {0} = trunc({0}) THEN CAST(CAST({0} AS BIGINT) AS VARCHAR) "
        "WHEN {0} - {0} = 0 THEN CAST({0} AS VARCHAR) END",
        name);
  }
  return fmt::format("id_text({})", IsText(column.type) ? name : Text(name));
}

std::string TextSql(const engine::Column& column) {
  return fmt::format("nullif(trim(CAST({} AS VARCHAR)), '')", QuoteName(column.name));
}

std::string NumberSql(const engine::Column& column) {
  const std::string name = QuoteName(column.name);
  if (IsText(column.type)) return fmt::format("number_of({})", name);
  return fmt::format("finite(TRY_CAST({} AS DOUBLE))", name);
}

std::string SecondsSql(const engine::Column& column) {
  const std::string plain = PlainName(column.name);
  const bool milliseconds = plain.ends_with("ms") || plain.starts_with("ms");
  return NumberSql(column) + (milliseconds ? " / 1000" : "");
}

std::string MicrosecondsSql(const engine::Column& column, const TimeReading& reading, bool is_end) {
  const std::string name = QuoteName(column.name);
  if (IsNumeric(column.type)) {
    if (reading.units.empty()) return "CAST(NULL AS BIGINT)";
    const bool whole = IsWhole(column.type);
    return EpochsSql(whole ? name : fmt::format("CAST({} AS DOUBLE)", name), whole, reading.units,
                     is_end);
  }
  if (column.type == "TIMESTAMP WITH TIME ZONE") return fmt::format("epoch_us({})", name);
  if (column.type.starts_with("TIMESTAMP") || column.type == "DATE") {
    if (reading.zone == "UTC" || column.type == "DATE")
      return fmt::format("epoch_us(CAST({} AS TIMESTAMP))", name);
    return fmt::format("epoch_us(timezone({}, CAST({} AS TIMESTAMP)))", QuoteText(reading.zone),
                       name);
  }
  return TextTimeSql(IsText(column.type) ? name : Text(name), reading, is_end);
}

}  // namespace cadenza::sources
