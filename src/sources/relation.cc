#include "sources/relation.h"

#include <algorithm>
#include <set>

namespace cadenza::sources {
namespace {

using engine::QuoteName;

const char* FormatName(FileFormat format) {
  if (format == FileFormat::kParquet) return "parquet";
  if (format == FileFormat::kDelta) return "delta";
  return format == FileFormat::kJson ? "json" : "csv";
}

const char* EmptyOf(FieldKind kind) {
  switch (kind) {
    case FieldKind::kTime:
    case FieldKind::kEnd:
      return "CAST(NULL AS TIMESTAMP WITH TIME ZONE)";
    case FieldKind::kSeconds:
    case FieldKind::kNumber:
      return "CAST(NULL AS DOUBLE)";
    default:
      return "CAST(NULL AS VARCHAR)";
  }
}

std::string EmptyFields(const TableSchema& schema) {
  std::string list;
  for (const Field& field : schema.fields) {
    list += fmt::format("{} AS {}, ", EmptyOf(field.kind), QuoteName(field.name));
  }
  return list + "CAST(NULL AS VARCHAR) AS unread";
}

void Append(std::string* list, const std::string& item) {
  *list += (list->empty() ? "" : ", ") + item;
}

/// Whether files may be read as one: no field is in a column of another name.
bool Agree(const ChosenColumns& a, const ChosenColumns& b) {
  return std::ranges::all_of(a, [&](const auto& own) {
    const auto other = b.find(own.first);
    return other == b.end() || other->second == own.second;
  });
}

/// Chooses the columns of each part. JSON files that agree become one part: a key that one of them
/// lacks is NULL there. A part without rows may lack what it likes.
Result<std::vector<ChosenPart>> ChooseParts(engine::Engine* engine, const TableSchema& schema,
                                            std::vector<RawPart> parts,
                                            const ReadingOptions& options) {
  std::vector<ChosenPart> chosen;
  for (RawPart& part : parts) {
    Result<ChosenColumns> columns = ChooseColumns(schema, part.columns, options.mappings);
    if (!columns.ok()) {
      if (parts.size() == 1 || part.from.empty()) return InFile(columns.error(), part);
      CADENZA_ASSIGN(const engine::RowSet rows, engine->Query("SELECT count(*) FROM " + part.from));
      if (rows.Number() > 0) return InFile(columns.error(), part);
      continue;
    }
    const auto same = std::ranges::find_if(chosen, [&](const ChosenPart& other) {
      return part.format == FileFormat::kJson && part.has_bad_lines == other.raw.has_bad_lines &&
             Agree(*columns, other.columns) && Agree(other.columns, *columns);
    });
    if (same == chosen.end()) {
      chosen.push_back({std::move(part), std::move(*columns)});
      continue;
    }
    same->raw.files.insert(same->raw.files.end(), part.files.begin(), part.files.end());
    for (engine::Column& column : part.columns) {
      if (std::ranges::count(same->raw.columns, column) == 0) same->raw.columns.push_back(column);
    }
    same->columns.insert(columns->begin(), columns->end());
  }
  return chosen;
}

void Describe(const TableSchema& schema, const std::vector<PartReading>& readings,
              SourceReport* report) {
  for (const Field& field : schema.fields) {
    std::set<std::string> columns, units;
    for (const PartReading& reading : readings) {
      const auto found = reading.columns.find(std::string(field.name));
      if (found == reading.columns.end()) continue;
      report->fields.emplace(field.name);
      if (found->second != field.name) columns.insert(found->second);
      const auto unit = reading.units.find(std::string(field.name));
      if (unit != reading.units.end()) units.insert(unit->second.begin(), unit->second.end());
    }
    for (const std::string& column : columns) {
      Append(&report->columns, fmt::format("{}={}", field.name, column));
    }
    if (!units.empty()) {
      Append(&report->units, fmt::format("{}={}", field.name, fmt::join(units, "+")));
    }
  }
}

}  // namespace

int64_t SourceReport::unread_values() const {
  int64_t count = 0;
  for (const UnreadValues& values : unread) count += values.count;
  return count;
}

Status KnowZones(engine::Engine* engine) {
  if (engine->name() != "duckdb") return {};
  return engine->Execute(
      "SET VARIABLE cadenza_zones = (SELECT list(name) FROM pg_timezone_names())");
}

Result<SourceReport> BindSourceTable(engine::Engine* engine, const TableSchema& schema,
                                     const TableFiles& files, const ReadingOptions& options) {
  SourceReport report;
  report.table = schema.name;
  report.format = FormatName(files.format);
  report.files = static_cast<int64_t>(files.files.size());
  CADENZA_TRY(KnowZones(engine));
  CADENZA_ASSIGN(RawTable raw, FindParts(engine, report.table, files));
  report.rejected = std::move(raw.rejected);
  CADENZA_ASSIGN(const std::vector<ChosenPart> parts,
                 ChooseParts(engine, schema, std::move(raw.parts), options));
  std::vector<PartReading> readings;
  std::string count = "SELECT 0 AS n";
  for (const ChosenPart& part : parts) {
    const std::string name = fmt::format("raw_{}_{}", report.table, readings.size());
    CADENZA_ASSIGN(PartReading reading, ReadPart(engine, schema, part, name, options));
    report.select += (report.select.empty() ? "" : " UNION ALL ") + reading.select;
    count += " UNION ALL SELECT count(*) FROM " + name;
    readings.push_back(std::move(reading));
  }
  Describe(schema, readings, &report);
  if (report.select.empty()) {
    report.select = "SELECT " + EmptyFields(schema) + " WHERE false";
  }
  CADENZA_TRY(engine->BindQuery("source_" + report.table, report.select));
  CADENZA_ASSIGN(const engine::RowSet rows,
                 engine->Query("SELECT CAST(sum(n) AS BIGINT) FROM (" + count + ") AS counts"));
  report.rows = rows.Number();
  report.readings = std::move(readings);
  return report;
}

Status CountUnread(engine::Engine* engine, const std::set<std::string>& fields,
                   SourceReport* report) {
  for (const PartReading& reading : report->readings) {
    CADENZA_TRY(AddUnread(engine, reading, fields, &report->unread));
  }
  return {};
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
  return {};
}

Status BindEmptySourceTable(engine::Engine* engine, const TableSchema& schema) {
  return engine->BindQuery("source_" + std::string(schema.name),
                           "SELECT " + EmptyFields(schema) + " WHERE false");
}

}  // namespace cadenza::sources
