#include "sources/relation.h"

#include <algorithm>
#include <set>

#include "decode/event_time.h"
#include "sources/csv_dialect.h"
#include "sources/time_unit.h"

namespace cadenza::sources {
namespace {

using engine::QuoteName;
using engine::QuoteText;

constexpr int64_t kFirstMicrosecond = decode::kFirstSecond * 1'000'000;
constexpr int64_t kEndMicrosecond = decode::kEndSecond * 1'000'000;

const char* FormatName(FileFormat format) {
  if (format == FileFormat::kParquet) return "parquet";
  if (format == FileFormat::kDelta) return "delta";
  return format == FileFormat::kJson ? "json" : "csv";
}

engine::ForeignFiles::Format ForeignFormat(FileFormat format) {
  using Format = engine::ForeignFiles::Format;
  if (format == FileFormat::kParquet) return Format::kParquet;
  if (format == FileFormat::kDelta) return Format::kDelta;
  return format == FileFormat::kJson ? Format::kJson : Format::kCsv;
}

std::string PathList(const std::vector<std::string>& files) {
  std::string list;
  for (const std::string& file : files)
    list += (list.empty() ? "" : ", ") + engine::QuotePath(file);
  return "[" + list + "]";
}

constexpr const char* kCommonOptions = ", union_by_name = true, filename = '_file'";

/// A struct literal: every column of these names is text.
std::string AllText(const std::vector<std::string>& names) {
  std::string types;
  for (const std::string& name : names) {
    types += fmt::format("{}{}: 'VARCHAR'", types.empty() ? "" : ", ", QuoteText(name));
  }
  return "{" + types + "}";
}

/// Files of one header are read together, the others beside them.
Result<std::string> CsvSelect(engine::Engine* engine, const std::vector<std::string>& files) {
  std::vector<std::pair<CsvDialect, std::vector<std::string>>> groups;
  for (const std::string& file : files) {
    CADENZA_ASSIGN(const CsvDialect dialect, ReadDialect(engine, file));
    auto group = std::ranges::find_if(groups, [&](const auto& g) { return g.first == dialect; });
    if (group == groups.end()) group = groups.insert(group, {dialect, {}});
    group->second.push_back(file);
  }
  std::string select;
  for (const auto& [dialect, members] : groups) {
    select += fmt::format(
        "{}SELECT * FROM read_csv({}, columns = {}, auto_detect = false, header = true, delim = "
        "{}, "
        "quote = '\"', escape = '\"', strict_mode = false, filename = '_file')",
        select.empty() ? "" : " UNION ALL BY NAME ", PathList(members), AllText(dialect.columns),
        QuoteText(std::string(1, dialect.delimiter)));
  }
  return select;
}

/// The names of all fields are looked for first, then read as text.
Result<std::string> JsonSelect(engine::Engine* engine, const std::vector<std::string>& files) {
  const std::string call = fmt::format(
      "SELECT * FROM read_json({}, format = 'auto', records = true, maximum_object_size "
      "= 16777216{}",
      PathList(files), kCommonOptions);
  CADENZA_ASSIGN(const std::vector<engine::Column> guessed, engine->Describe(call + ")"));
  std::vector<std::string> names;
  for (const engine::Column& column : guessed) {
    if (column.name != "_file") names.push_back(column.name);
  }
  return call + ", columns = " + AllText(names) + ")";
}

/// Binds the files as they are. Values of text formats stay text: a type must not be guessed from
/// values, because an id such as 007 or a name such as Infinity is none.
Status BindRaw(engine::Engine* engine, const std::string& name, const TableFiles& files) {
  CADENZA_ASSIGN(const bool is_bound,
                 engine->BindForeign(name, {ForeignFormat(files.format), files.files}));
  if (is_bound) return {};
  std::string select;
  switch (files.format) {
    case FileFormat::kParquet:
      select =
          fmt::format("SELECT * FROM read_parquet({}{})", PathList(files.files), kCommonOptions);
      break;
    case FileFormat::kDelta: {
      for (const std::string& folder : files.files) {
        SourceFile table;
        table.container = folder;
        table.compression = Compression::kDelta;
        CADENZA_ASSIGN(const std::string relation, engine->DeltaTable(table));
        select +=
            fmt::format("{}SELECT *, {} AS _file FROM {}",
                        select.empty() ? "" : " UNION ALL BY NAME ", QuoteText(folder), relation);
      }
      break;
    }
    case FileFormat::kJson: {
      CADENZA_ASSIGN(select, JsonSelect(engine, files.files));
      break;
    }
    case FileFormat::kCsv: {
      CADENZA_ASSIGN(select, CsvSelect(engine, files.files));
      break;
    }
  }
  return engine->BindQuery(name, select);
}

/// The unit under which most values of each file lie between 1990 and 2100.
Result<std::map<std::string, TimeUnit>> UnitsOfColumn(engine::Engine* engine,
                                                      const std::string& raw,
                                                      const engine::Column& column,
                                                      const std::vector<std::string>& files,
                                                      const ReadingOptions& options) {
  std::map<std::string, TimeUnit> units;
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
  const std::string ranges =
      "count(CASE WHEN v >= 631152000 AND v < 4102444800 THEN 1 END), "
      "count(CASE WHEN v >= 631152000e3 AND v < 4102444800e3 THEN 1 END), "
      "count(CASE WHEN v >= 631152000e6 AND v < 4102444800e6 THEN 1 END), "
      "count(CASE WHEN v >= 631152000e9 AND v < 4102444800e9 THEN 1 END)";
  CADENZA_ASSIGN(const engine::RowSet counts,
                 engine->Query(fmt::format("SELECT _file, {} FROM (SELECT _file, TRY_CAST({} AS "
                                           "DOUBLE) AS v FROM {}) AS epochs GROUP BY _file",
                                           ranges, name, raw)));
  for (size_t r = 0; r < counts.rows.size(); ++r) {
    size_t most = 1;  // milliseconds where nothing tells
    for (size_t unit = 0; unit < 4; ++unit) {
      if (counts.Number(r, unit + 1) > counts.Number(r, most + 1)) most = unit;
    }
    units[counts.Text(r)] = static_cast<TimeUnit>(most);
  }
  return units;
}

std::string UnitNames(const std::map<std::string, TimeUnit>& units) {
  std::set<std::string> names;
  for (const auto& [file, unit] : units) names.emplace(UnitName(unit));
  return fmt::format("{}", fmt::join(names, "+"));
}

const char* EmptyOf(FieldKind kind) {
  switch (kind) {
    case FieldKind::kTime:
      return "CAST(NULL AS TIMESTAMP WITH TIME ZONE)";
    case FieldKind::kSeconds:
    case FieldKind::kNumber:
      return "CAST(NULL AS DOUBLE)";
    default:
      return "CAST(NULL AS VARCHAR)";
  }
}

/// The SELECT of source_<table>: the inner one reads, the outer one checks the range of times, so
/// that a text is not read three times.
class Selection {
 public:
  void Add(const Field& field, const std::string& sql) {
    const std::string name = QuoteName(field.name);
    Append(&inner_, sql + " AS " + name);
    if (field.kind != FieldKind::kTime) {
      Append(&outer_, name);
      return;
    }
    Append(&outer_, fmt::format("CASE WHEN {0} >= {1} AND {0} < {2} THEN make_timestamptz({0}) END "
                                "AS {0}",
                                name, kFirstMicrosecond, kEndMicrosecond));
  }
  void AddMissing(const Field& field) {
    Append(&outer_, fmt::format("{} AS {}", EmptyOf(field.kind), QuoteName(field.name)));
  }
  std::string Over(const std::string& raw) const {
    return fmt::format("SELECT {} FROM (SELECT {} FROM {}) AS read", outer_, inner_, raw);
  }

 private:
  static void Append(std::string* list, const std::string& item) {
    *list += (list->empty() ? "" : ", ") + item;
  }
  std::string inner_, outer_;
};

}  // namespace

Result<SourceReport> BindSourceTable(engine::Engine* engine, const TableSchema& schema,
                                     const TableFiles& files, const ReadingOptions& options) {
  SourceReport report;
  report.table = schema.name;
  report.format = FormatName(files.format);
  report.files = static_cast<int64_t>(files.files.size());
  const std::string raw = "raw_" + report.table;
  CADENZA_TRY(BindRaw(engine, raw, files));
  CADENZA_ASSIGN(const std::vector<engine::Column> columns,
                 engine->Describe("SELECT * FROM " + raw));
  CADENZA_ASSIGN(const auto chosen, ChooseColumns(schema, columns, options.mappings));
  Selection selection;
  for (const Field& field : schema.fields) {
    const auto column = chosen.find(std::string(field.name));
    if (column == chosen.end()) {
      selection.AddMissing(field);
      continue;
    }
    const engine::Column& from = column->second;
    report.fields.emplace(field.name);
    if (from.name != field.name) {
      report.columns +=
          fmt::format("{}{}={}", report.columns.empty() ? "" : ", ", field.name, from.name);
    }
    switch (field.kind) {
      case FieldKind::kId:
        selection.Add(field, IdSql(from, files.format == FileFormat::kParquet ||
                                             files.format == FileFormat::kDelta));
        break;
      case FieldKind::kText:
        selection.Add(field, TextSql(from));
        break;
      case FieldKind::kNumber:
        selection.Add(field, NumberSql(from));
        break;
      case FieldKind::kSeconds:
        selection.Add(field, SecondsSql(from));
        break;
      case FieldKind::kTime: {
        TimeReading reading;
        reading.zone = options.zone;
        if (IsNumeric(from.type) || IsText(from.type)) {
          CADENZA_ASSIGN(reading.units, UnitsOfColumn(engine, raw, from, files.files, options));
        }
        if (!reading.units.empty()) {
          report.units += fmt::format("{}{}={}", report.units.empty() ? "" : ", ", field.name,
                                      UnitNames(reading.units));
        }
        const std::string sql = MicrosecondsSql(from, reading);
        selection.Add(field, sql);
        if (field.is_needed) {
          report.time_column = from.name;
          report.time_sql = sql;
        }
        break;
      }
    }
  }
  report.select = selection.Over(raw);
  CADENZA_TRY(engine->BindQuery("source_" + report.table, report.select));
  CADENZA_ASSIGN(const engine::RowSet count, engine->Query("SELECT count(*) FROM " + raw));
  report.rows = count.Number();
  return report;
}

Status CountUsableRows(engine::Engine* engine, const TableSchema& schema, SourceReport* report) {
  std::string ids, time;
  for (const Field& field : schema.fields) {
    if (!field.is_needed) continue;
    if (field.kind == FieldKind::kTime) time = field.name;
    if (field.kind != FieldKind::kId) continue;
    ids += fmt::format("{}{} IS NOT NULL", ids.empty() ? "" : " AND ", QuoteName(field.name));
  }
  const std::string timed = time.empty() ? "true" : QuoteName(time) + " IS NOT NULL";
  CADENZA_ASSIGN(
      const engine::RowSet counts,
      engine->Query(fmt::format("SELECT count(*), count(CASE WHEN {0} AND {1} THEN 1 END), "
                                "count(CASE WHEN NOT ({0}) THEN 1 END), count(CASE WHEN {0} AND "
                                "NOT ({1}) THEN 1 END) FROM source_{2}",
                                ids, timed, schema.name)));
  report->rows = counts.Number(0, 0);
  report->used_rows = counts.Number(0, 1);
  report->without_ids = counts.Number(0, 2);
  report->without_time = counts.Number(0, 3);
  if (report->without_time == 0) return {};
  CADENZA_ASSIGN(
      const engine::RowSet sample,
      engine->Query(fmt::format(
          "SELECT CAST({0} AS VARCHAR), _file FROM (SELECT {0}, _file, {1} AS us FROM raw_{2}) AS "
          "r "
          "WHERE {0} IS NOT NULL AND coalesce(us < {3} OR us >= {4}, true) LIMIT 1",
          QuoteName(report->time_column), report->time_sql, schema.name, kFirstMicrosecond,
          kEndMicrosecond)));
  if (!sample.rows.empty()) {
    report->bad_sample = fmt::format("{} in {}", sample.Text(0, 0), sample.Text(0, 1));
  }
  return {};
}

Status BindEmptySourceTable(engine::Engine* engine, const TableSchema& schema) {
  std::string list;
  for (const Field& field : schema.fields) {
    list += fmt::format("{}{} AS {}", list.empty() ? "" : ", ", EmptyOf(field.kind),
                        QuoteName(field.name));
  }
  return engine->BindQuery("source_" + std::string(schema.name), "SELECT " + list + " WHERE false");
}

}  // namespace cadenza::sources
