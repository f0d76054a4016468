#include "stream/cluster_rows.h"

#include <algorithm>
#include <cctype>
#include <optional>

#include "decode/event_decoder.h"
#include "engine/spark/spark_dialect.h"
#include "engine/spark/spark_types.h"
#include "stream/event_fields.h"
#include "stream/parquet_fields.h"

namespace cadenza::stream {
namespace {

using engine::SparkPath;
using engine::ToSpark;

constexpr const char* kCorrupt = "_corrupt_record";

/// A text as a whole number, where it stands for one: 39, 39.0, 1.5e12.
std::string Whole(const std::string& text) {
  const std::string number = fmt::format("try_cast({} AS DOUBLE)", text);
  return fmt::format(
      "coalesce(try_cast({0} AS BIGINT), CASE WHEN {1} = rint({1}) THEN try_cast({1} AS BIGINT) "
      "END)",
      text, number);
}

std::string UserId(const std::string& text) {
  return fmt::format("nullif(regexp_replace({}, '^(-?[0-9]+)[.]0+$', '$1'), '')", text);
}

/// The fields of JSON lines as columns of text.
class JsonFields {
 public:
  JsonFields(const SourceOptions& options, bool is_log) : options_(options), is_log_(is_log) {
    for (const decode::ColumnSpec& column : decode::kEventColumns)
      Add(std::string(column.json_key));
    for (const std::string& name : options.groups) Add(name);
    if (!options.key.empty()) Add(options.key);
    if (is_log) return;
    for (const std::string& name : TimeNames(options)) Add(name);
    for (const std::string& name : CustomerNames(options)) Add(name);
  }

  std::string Schema() const {
    std::string schema;
    for (const std::string& key : keys_) schema += SparkPath(key) + " STRING, ";
    return schema + SparkPath(kCorrupt) + " STRING";
  }

  /// A column of events, as the decoder makes it.
  std::string Typed(const decode::ColumnSpec& column) const {
    std::string text = Text(column);
    if (column.name == "user_id") return UserId(text);
    switch (column.type) {
      case decode::ColumnType::kText:
        return text;
      case decode::ColumnType::kInt64:
        return Whole(text);
      case decode::ColumnType::kInt32:
        return fmt::format("try_cast({} AS INT)", Whole(text));
      case decode::ColumnType::kDouble:
        return fmt::format("try_cast({} AS DOUBLE)", text);
    }
    return text;
  }

  /// A column of events under its own or its source's name, else a field.
  std::string Field(const std::string& name) const {
    for (const decode::ColumnSpec& column : decode::kEventColumns) {
      if (column.name == name || column.json_key == name) return Typed(column);
    }
    return SparkPath(name);
  }

  std::string Customer() const {
    if (!options_.key.empty()) return fmt::format("CAST({} AS STRING)", Field(options_.key));
    return Listener();
  }

  std::string Listener() const {
    if (is_log_) return Field("user_id");
    return First(CustomerNames(options_), "nullif({}, '')");
  }

  std::string TimeText() const { return First(TimeNames(options_), "{}"); }

 private:
  /// Spark tells names apart without regard to case.
  static bool IsSame(const std::string& a, const std::string& b) {
    return std::ranges::equal(
        a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
  }
  bool Has(const std::string& key) const {
    return std::ranges::any_of(keys_, [&](const std::string& each) { return IsSame(each, key); });
  }
  void Add(const std::string& key) {
    if (!Has(key)) keys_.push_back(key);
  }

  std::string Text(const decode::ColumnSpec& column) const {
    std::string key = SparkPath(column.json_key);
    const std::string own(column.name);
    if (is_log_ || own == column.json_key || !Has(own)) return key;
    return fmt::format("coalesce({}, {})", SparkPath(own), key);
  }

  /// The first of the fields that a line has.
  static std::string First(const std::vector<std::string>& names, const char* form) {
    std::string list;
    for (const std::string& name : names) {
      list += (list.empty() ? "" : ", ") + fmt::format(fmt::runtime(form), SparkPath(name));
    }
    return "coalesce(" + list + ")";
  }

  const SourceOptions& options_;
  bool is_log_;
  std::vector<std::string> keys_;
};

std::string And(const std::string& condition, const std::string& other) {
  return other.empty() ? condition : condition + " AND (" + other + ")";
}

std::string GroupNames(size_t groups) {
  std::string names;
  for (size_t g = 1; g <= groups; ++g) names += fmt::format(", group_{}", g);
  return names;
}

/// As Spark declares a column of a Parquet file; nothing for what it is not needed for: lists,
/// structs, times of day.
std::optional<std::string> ParquetType(const ParquetColumn& column) {
  if (column.is_nanoseconds) return "BIGINT";
  return engine::ToSparkType(column.column.type);
}

}  // namespace

ClusterRows JsonRows(const SourceOptions& options, bool is_log, const std::string& relation,
                     const ForgottenSql& forgotten) {
  const JsonFields fields(options, is_log);
  ClusterRows rows;
  rows.files.format = "json";
  rows.files.schema = fields.Schema();
  rows.files.options = {{"columnNameOfCorruptRecord", kCorrupt},
                        {"lineSep", "\n"},
                        {"allowSingleQuotes", "false"},
                        {"allowNonNumericNumbers", "false"}};
  std::string columns;
  for (const decode::ColumnSpec& column : decode::kEventColumns) {
    if (column.name == "ts_ms" && is_log) continue;
    columns += fmt::format("{} AS {}, ", fields.Typed(column), SparkPath(column.name));
  }
  for (size_t g = 0; g < options.groups.size(); ++g) {
    columns +=
        fmt::format("CAST({} AS STRING) AS group_{}, ", fields.Field(options.groups[g]), g + 1);
  }
  if (!options.key.empty()) columns += fields.Listener() + " AS listener_id, ";
  // One step after the other, so that no text is there twice: the number, its microseconds, the
  // time.
  const std::string time_text = is_log ? SparkPath("ts") : fields.TimeText();
  const std::string unit = is_log && options.ts_unit.empty() ? "ms" : options.ts_unit;
  std::string event_us = EpochUs("_number", unit);
  if (!is_log) {
    sources::TimeReading reading;
    reading.zone = options.zone;
    event_us = fmt::format("coalesce({}, {})", event_us, EpochUs("_text_us", "us"));
    columns += ToSpark(sources::MicrosecondsSql({"_time", "VARCHAR"}, reading)) + " AS _text_us, ";
  }
  const std::string texts =
      fmt::format("SELECT *, {} AS _time FROM {} AS arrivals", time_text, relation);
  const std::string numbers = fmt::format(
      "SELECT {}{} AS customer_id, {} AS _number, {} IS NOT NULL AS is_bad FROM ({}) AS texts",
      columns, fields.Customer(), Whole("_time"), kCorrupt, texts);
  const std::string instants =
      fmt::format("SELECT *, {} AS _us FROM ({}) AS numbers", ToSpark(event_us), numbers);
  const std::string events = fmt::format(
      "SELECT *, {}CASE WHEN NOT is_bad THEN timestamp_micros(_us) END AS event_time FROM ({}) AS "
      "instants",
      is_log ? "_us div 1000 AS ts_ms, " : "", instants);
  std::string where = options.where.empty() ? "true" : "(" + ToSpark(options.where) + ")";
  where = And(where, ToSpark(is_log ? forgotten.of_log : forgotten.of_customer));
  // What is no event stays in, to be counted.
  rows.select = fmt::format("SELECT event_time, customer_id{} FROM ({}) AS events WHERE {} OR {}",
                            GroupNames(options.groups.size()), events,
                            is_log ? "event_time IS NULL" : "is_bad", where);
  return rows;
}

Result<ClusterRows> ParquetRows(const std::vector<ParquetColumn>& columns,
                                const SourceOptions& options, const std::string& file,
                                const std::string& relation, const ForgottenSql& forgotten) {
  ClusterRows rows;
  rows.files.format = "parquet";
  std::vector<engine::Column> known;
  std::string list;
  for (const ParquetColumn& each : columns) {
    const std::optional<std::string> type = ParquetType(each);
    if (!type) continue;
    const std::string name = SparkPath(each.column.name);
    rows.files.schema += fmt::format("{}{} {}", known.empty() ? "" : ", ", name, *type);
    list += known.empty() ? "" : ", ";
    list += each.is_nanoseconds
                ? fmt::format("CAST(timestamp_micros({0} div 1000) AS {1}) AS {0}", name,
                              engine::ToSparkType(each.column.type).value_or("TIMESTAMP"))
                : name;
    known.push_back(each.column);
  }
  CADENZA_ASSIGN(const ParquetFields fields, FieldsOf(known, options, file));
  std::string select = fmt::format("SELECT {} FROM (SELECT {} FROM {}) AS arrivals",
                                   ToSpark(fields.List()), list, relation);
  if (!options.where.empty()) select += " WHERE (" + ToSpark(options.where) + ")";
  rows.select = fmt::format(
      "SELECT timestamp_micros(event_us) AS event_time, customer_id{} FROM ({}) AS events",
      GroupNames(fields.groups.size()), select);
  if (!forgotten.of_customer.empty()) rows.select += " WHERE " + ToSpark(forgotten.of_customer);
  return rows;
}

}  // namespace cadenza::stream
