#include "sources/part_reading.h"

#include <algorithm>

#include "decode/event_time.h"
#include "sources/time_unit.h"

namespace cadenza::sources {
namespace {

using engine::QuoteName;
using engine::QuoteText;

constexpr int64_t kFirstMicrosecond = decode::kFirstSecond * 1'000'000;
constexpr int64_t kEndMicrosecond = decode::kEndSecond * 1'000'000;

using Units = std::map<std::string, TimeUnit>;

/// The unit under which most values of each file lie in the plausible span.
Result<Units> UnitsOfColumn(engine::Engine* engine, const std::string& raw,
                            const engine::Column& column, const std::vector<std::string>& files,
                            const ReadingOptions& options) {
  Units units;
  if (const auto fixed = UnitNamed(options.time_unit)) {
    for (const std::string& file : files) units[file] = *fixed;
    return units;
  }
  const std::string name = QuoteName(column.name);
  if (IsText(column.type)) {
    // Most text is no number: a look at the beginning spares a pass over all of it.
    CADENZA_ASSIGN(const engine::RowSet numbers,
                   engine->Query(fmt::format("SELECT count(TRY_CAST({0} AS DOUBLE)) FROM "
                                             "(SELECT {0} FROM {1} LIMIT 100000) AS first_rows",
                                             name, raw)));
    if (numbers.Number() == 0) return units;
  }
  constexpr TimeUnit kAll[] = {TimeUnit::kMilliseconds, TimeUnit::kSeconds, TimeUnit::kMicroseconds,
                               TimeUnit::kNanoseconds};  // milliseconds where nothing tells
  std::string ranges;
  for (const TimeUnit unit : kAll) {
    ranges += fmt::format(", count(CASE WHEN v >= {} AND v < {} THEN 1 END)",
                          decode::kFirstSecond * UnitsASecond(unit),
                          decode::kEndSecond * UnitsASecond(unit));
  }
  CADENZA_ASSIGN(const engine::RowSet counts,
                 engine->Query(fmt::format("SELECT _file{} FROM (SELECT _file, TRY_CAST({} AS "
                                           "DOUBLE) AS v FROM {}) AS epochs GROUP BY _file",
                                           ranges, name, raw)));
  for (size_t r = 0; r < counts.rows.size(); ++r) {
    size_t most = 0;
    for (size_t unit = 1; unit < std::size(kAll); ++unit) {
      if (counts.Number(r, unit + 1) > counts.Number(r, most + 1)) most = unit;
    }
    units[counts.Text(r)] = kAll[most];
  }
  return units;
}

std::string Missing(FieldKind kind) {
  const bool is_time = kind == FieldKind::kTime || kind == FieldKind::kEnd;
  const bool is_number = kind == FieldKind::kSeconds || kind == FieldKind::kNumber;
  return fmt::format("CAST(NULL AS {})", is_time     ? "TIMESTAMP WITH TIME ZONE"
                                         : is_number ? "DOUBLE"
                                                     : "VARCHAR");
}

/// The inner SELECT reads, the outer one checks the range of times, so that a text is not read
/// three times.
class Reading {
 public:
  Reading(engine::Engine* engine, const ChosenPart& part, const std::string& raw,
          const ReadingOptions& options)
      : engine_(engine), part_(part), raw_(raw), options_(options) {}

  Result<PartReading> Of(const TableSchema& schema) {
    for (const Field& field : schema.fields) {
      const auto column = part_.columns.find(std::string(field.name));
      if (column == part_.columns.end()) {
        Append(&outer_, fmt::format("{} AS {}", Missing(field.kind), QuoteName(field.name)));
        continue;
      }
      reading_.columns[column->first] = column->second.name;
      CADENZA_TRY(Add(field, column->second));
    }
    Append(&outer_,
           (unread_.empty() ? "CAST(NULL AS VARCHAR)" : "nullif(concat(" + unread_ + "), '')") +
               " AS unread");
    reading_.checked = fmt::format("SELECT {}, _file FROM {}", inner_, raw_);
    reading_.select =
        fmt::format("SELECT {} FROM (SELECT {} FROM {}) AS read_values", outer_, inner_, raw_);
    reading_.raw = part_.raw;
    return std::move(reading_);
  }

 private:
  static void Append(std::string* list, const std::string& item) {
    *list += (list->empty() ? "" : ", ") + item;
  }

  Status Add(const Field& field, const engine::Column& from) {
    const std::string name = QuoteName(field.name);
    switch (field.kind) {
      case FieldKind::kId:
        Append(&inner_, IdSql(from) + " AS " + name);
        break;
      case FieldKind::kText:
      case FieldKind::kName:
        Append(&inner_, TextSql(from) + " AS " + name);
        break;
      case FieldKind::kNumber:
      case FieldKind::kSeconds:
        Append(&inner_, (field.kind == FieldKind::kNumber ? NumberSql(from) : SecondsSql(from)) +
                            " AS " + name);
        if (IsText(from.type)) MayBeUnread(field, from, name + " IS NULL");
        break;
      case FieldKind::kTime:
      case FieldKind::kEnd:
        return AddTime(field, from);
    }
    Append(&outer_, name);
    return {};
  }

  Status AddTime(const Field& field, const engine::Column& from) {
    const bool is_end = field.kind == FieldKind::kEnd;
    const std::string name = QuoteName(field.name);
    TimeReading reading;
    reading.zone = options_.zone;
    if (IsNumeric(from.type) || IsText(from.type)) {
      CADENZA_ASSIGN(reading.units, UnitsOfColumn(engine_, raw_, from, part_.raw.files, options_));
    }
    for (const auto& [file, unit] : reading.units) {
      reading_.units[std::string(field.name)].emplace(UnitName(unit));
    }
    Append(&inner_, MicrosecondsSql(from, reading, is_end) + " AS " + name);
    Append(&outer_, fmt::format("CASE WHEN {0} >= {1} AND {0} < {2} THEN make_timestamptz({0}) END "
                                "AS {0}",
                                name, kFirstMicrosecond, kEndMicrosecond));
    MayBeUnread(field, from,
                is_end ? fmt::format("coalesce({} < {}, true)", name, kFirstMicrosecond)
                       : fmt::format("coalesce({0} < {1} OR {0} >= {2}, true)", name,
                                     kFirstMicrosecond, kEndMicrosecond));
    return {};
  }

  /// The raw value is read besides, for whoever asks for it.
  void MayBeUnread(const Field& field, const engine::Column& from, const std::string& condition) {
    const std::string raw = QuoteName("raw_" + std::string(field.name));
    Append(&inner_, fmt::format("CAST({} AS VARCHAR) AS {}", QuoteName(from.name), raw));
    const std::string is_unread =
        fmt::format("coalesce(trim({}), '') <> '' AND {}", raw, condition);
    reading_.unread[std::string(field.name)] = is_unread;
    Append(&unread_, fmt::format("CASE WHEN {} THEN {} ELSE '' END", is_unread,
                                 QuoteText(std::string(field.name) + " ")));
  }

  engine::Engine* engine_;
  const ChosenPart& part_;
  const std::string& raw_;
  const ReadingOptions& options_;
  PartReading reading_;
  std::string inner_, outer_, unread_;
};

}  // namespace

Result<PartReading> ReadPart(engine::Engine* engine, const TableSchema& schema,
                             const ChosenPart& part, const std::string& raw,
                             const ReadingOptions& options) {
  std::vector<engine::Column> columns;
  std::vector<std::string> names;
  for (const Field& field : schema.fields) {
    const auto found = part.columns.find(std::string(field.name));
    if (found == part.columns.end()) continue;
    columns.push_back(found->second);
    if (field.kind == FieldKind::kName) names.push_back(found->second.name);
  }
  CADENZA_TRY(engine->BindQuery(raw, SelectOf(part.raw, columns, options.nulls, names)));
  return Reading(engine, part, raw, options).Of(schema);
}

Status AddUnread(engine::Engine* engine, const PartReading& reading,
                 const std::set<std::string>& fields, std::vector<UnreadValues>* unread) {
  std::map<std::string, std::string> conditions = reading.unread;
  std::erase_if(conditions, [&](const auto& entry) { return !fields.contains(entry.first); });
  if (conditions.empty()) return {};
  std::string counts;
  for (const auto& [field, condition] : conditions) {
    counts +=
        fmt::format("{}count(CASE WHEN {} THEN 1 END)", counts.empty() ? "" : ", ", condition);
  }
  CADENZA_ASSIGN(
      const engine::RowSet row,
      engine->Query(fmt::format("SELECT {} FROM ({}) AS checked", counts, reading.checked)));
  size_t c = 0;
  for (const auto& [field, condition] : conditions) {
    const int64_t count = row.Number(0, c++);
    if (count == 0) continue;
    UnreadValues values{field, reading.columns.at(field), count, "", ""};
    CADENZA_ASSIGN(
        const engine::RowSet first,
        engine->Query(fmt::format("SELECT {0}, _file FROM ({1}) AS checked WHERE {2} ORDER BY "
                                  "_file, {0} LIMIT 1",
                                  QuoteName("raw_" + field), reading.checked, condition)));
    values.sample = first.Text(0, 0);
    const std::string file = first.Text(0, 1);
    const int64_t line = LineOf(reading.raw, file, values.column, values.sample);
    values.place = line > 0 ? fmt::format("line {} of {}", line, file) : file;
    const auto same = std::ranges::find(*unread, field, &UnreadValues::field);
    if (same != unread->end()) {
      same->count += count;
    } else {
      unread->push_back(std::move(values));
    }
  }
  return {};
}

Error InFile(const Error& error, const RawPart& part) {
  return MakeError(error.kind, "{}: {}", part.files.front(), error.message);
}

}  // namespace cadenza::sources
