#include "stream/event_fields.h"

#include <algorithm>

#include "decode/event_decoder.h"
#include "decode/event_time.h"

namespace cadenza::stream {
namespace {

using engine::QuoteName;
using engine::QuoteText;

std::vector<std::string> Mapped(const SourceOptions& options,
                                std::initializer_list<std::string_view> fields) {
  std::vector<std::string> names;
  for (const sources::ColumnMapping& mapping : options.mappings) {
    if (std::ranges::count(fields, mapping.field) > 0) names.push_back(mapping.column);
  }
  return names;
}

struct Unit {
  const char* name;
  int64_t per_second;
  const char* to_us;
};

template <class ToUs>
std::string EpochCases(const std::string& number, const std::string& unit, const ToUs& to_us) {
  static constexpr Unit kUnits[] = {{"s", 1, " * 1000000"},
                                    {"ms", 1'000, " * 1000"},
                                    {"us", 1'000'000, ""},
                                    {"ns", 1'000'000'000, " // 1000"}};
  std::string cases = "CASE";
  for (const Unit& each : kUnits) {
    if (!unit.empty() && unit != "auto" && unit != each.name) continue;
    cases += fmt::format(" WHEN {0} >= {1} AND {0} < {2} THEN {0}{3}", number,
                         decode::kFirstSecond * each.per_second,
                         decode::kEndSecond * each.per_second, to_us(each));
  }
  return cases + " END";
}

}  // namespace

std::string EpochUs(const std::string& number, const std::string& unit) {
  return EpochCases(number, unit, [](const Unit& each) { return std::string(each.to_us); });
}

std::string EpochUsOfDouble(const std::string& number, const std::string& unit) {
  const std::string us = EpochCases(number, unit, [](const Unit& each) {
    return fmt::format(" / {} * 1000000", each.per_second);
  });
  return fmt::format("CAST(round({}) AS BIGINT)", us);
}

std::string EpochUsOfText(const std::string& text, const std::string& unit) {
  return fmt::format(
      "CASE WHEN strpos({0}, '.') = 0 AND strpos({0}, 'e') = 0 THEN {1} ELSE {2} END", text,
      EpochUs(fmt::format("TRY_CAST({} AS BIGINT)", text), unit),
      EpochUsOfDouble(fmt::format("TRY_CAST({} AS DOUBLE)", text), unit));
}

std::vector<std::string> CustomerNames(const SourceOptions& options) {
  std::vector<std::string> names = Mapped(options, {"customer_id"});
  if (!names.empty()) return names;
  return {"customer_id", "customerId", "user_id",  "userId",
          "listener_id", "account_id", "member_id"};
}

std::vector<std::string> TimeNames(const SourceOptions& options) {
  std::vector<std::string> names = Mapped(options, {"start_time", "event_time"});
  if (!names.empty()) return names;
  return {"start_timestamp", "start_time", "started_at", "session_start", "event_time",
          "event_timestamp", "timestamp",  "ts",         "time"};
}

std::vector<std::string> IdFields(const SourceOptions& options) {
  return Mapped(options, {"customer_id"});
}

const char* ListenerColumn(const SourceOptions& options) {
  return options.key.empty() ? "customer_id" : "listener_id";
}

/// A column of the decoder under its own or its source's name, else a field that it rescued. The
/// decoder knows `userId` only: what has `user_id` is rescued, and meant all the same.
std::string EventFields::Field(const std::string& name) const {
  std::string key;
  for (const char c : name) key += c == '"' ? std::string("\\\"") : std::string(1, c);
  std::string rescued =
      fmt::format("json_extract_string(_rescued, {})", QuoteText("$.\"" + key + "\""));
  for (const decode::ColumnSpec& column : decode::kEventColumns) {
    if (column.json_key == name || (is_log_ && column.name == name)) return QuoteName(column.name);
    if (column.name != name) continue;
    return fmt::format("coalesce({}, CAST({} AS VARCHAR))", rescued, QuoteName(column.name));
  }
  return rescued;
}

std::string EventFields::TimeUs() const {
  if (is_log_) return "epoch_us(event_time)";
  std::string texts;
  for (const std::string& name : TimeNames(options_)) {
    texts += fmt::format("{}CAST({} AS VARCHAR)", texts.empty() ? "" : ", ",
                         name == "ts" ? "ts_ms" : Field(name));
  }
  return "coalesce(" + texts + ")";
}

std::string EventFields::Customer() const {
  if (!options_.key.empty()) return fmt::format("CAST({} AS VARCHAR)", Field(options_.key));
  return Listener();
}

std::string EventFields::Listener() const {
  if (is_log_) return "user_id";
  std::string texts;
  for (const std::string& name : CustomerNames(options_)) {
    texts +=
        fmt::format("{}nullif(CAST({} AS VARCHAR), '')", texts.empty() ? "" : ", ", Field(name));
  }
  return "coalesce(" + texts + ")";
}

std::string EventFields::Select(const std::string& lines) const {
  std::string groups;
  for (size_t g = 0; g < options_.groups.size(); ++g) {
    groups += fmt::format(", CAST({} AS VARCHAR) AS group_{}", Field(options_.groups[g]), g + 1);
  }
  if (!options_.key.empty()) groups += ", " + Listener() + " AS " + ListenerColumn(options_);
  std::string where = "_error IS NULL";
  if (!options_.where.empty()) where += " AND (" + options_.where + ")";
  std::string inner =
      fmt::format("SELECT {} AS {}, {} AS customer_id{}, _file, _offset FROM {} WHERE {}", TimeUs(),
                  is_log_ ? "event_us" : "time_text", Customer(), groups, lines, where);
  if (is_log_) return inner;
  sources::TimeReading reading;
  reading.zone = options_.zone;
  return fmt::format(
      "SELECT * EXCLUDE (time_text), coalesce({}, CASE WHEN text_us >= {} AND text_us < {} THEN "
      "text_us END) AS event_us FROM (SELECT *, {} AS text_us FROM ({}) AS texts) AS times",
      EpochUsOfText("time_text", options_.ts_unit), decode::kFirstSecond * 1'000'000,
      decode::kEndSecond * 1'000'000, sources::MicrosecondsSql({"time_text", "VARCHAR"}, reading),
      inner);
}

std::string EventFields::HasUnknown() const {
  if (is_log_) return "_rescued IS NOT NULL";
  // Of lines that are no events, all fields come in the rescued object; the known ones are meant.
  std::string known;
  std::vector<std::string> names = CustomerNames(options_);
  for (const std::string& name : TimeNames(options_)) names.push_back(name);
  for (const std::string& name : options_.groups) names.push_back(name);
  for (const std::string_view name :
       {"session_id", "duration_seconds", "platform", "device", "country"}) {
    names.emplace_back(name);
  }
  for (const std::string& name : names) {
    known += (known.empty() ? "" : ", ") + QuoteText(name);
  }
  return fmt::format(
      "_rescued IS NOT NULL AND len(list_filter(json_keys(_rescued), k -> k NOT IN ({}))) > 0",
      known);
}

}  // namespace cadenza::stream
