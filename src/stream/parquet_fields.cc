#include "stream/parquet_fields.h"

#include <algorithm>

#include "ingest/forgotten.h"
#include "sources/table_schema.h"
#include "stream/event_fields.h"

namespace cadenza::stream {
namespace {

using engine::QuoteName;

const engine::Column* Find(const std::vector<engine::Column>& columns, const std::string& name) {
  const auto exact = std::ranges::find(columns, name, &engine::Column::name);
  if (exact != columns.end()) return &*exact;
  const std::string plain = sources::PlainName(name);
  const auto found = std::ranges::find_if(columns, [&](const engine::Column& column) {
    return sources::PlainName(column.name) == plain;
  });
  return found == columns.end() ? nullptr : &*found;
}

std::string NamesOf(const std::vector<engine::Column>& columns) {
  std::string names;
  for (const engine::Column& column : columns) {
    if (column.name == "_file" || column.name == "file_row_number") continue;
    names += (names.empty() ? "" : ", ") + column.name;
  }
  return names;
}

std::string TimeUs(const engine::Column& column, const SourceOptions& options) {
  const std::string name = QuoteName(column.name);
  if (sources::IsNumeric(column.type)) {
    return sources::IsWhole(column.type)
               ? EpochUs(fmt::format("CAST({} AS BIGINT)", name), options.ts_unit)
               : EpochUsOfDouble(fmt::format("CAST({} AS DOUBLE)", name), options.ts_unit);
  }
  sources::TimeReading reading;
  reading.zone = options.zone;
  const std::string us = sources::MicrosecondsSql(column, reading);
  std::string in_range = EpochUs(fmt::format("({})", us), "us");
  if (!sources::IsText(column.type)) return in_range;
  return fmt::format("coalesce({}, {})", in_range, EpochUsOfText(name, options.ts_unit));
}

}  // namespace

std::string ParquetFields::List() const {
  std::string list = fmt::format("{} AS event_us, {} AS customer_id", event_us, customer_id);
  for (size_t g = 0; g < groups.size(); ++g) {
    list += fmt::format(", {} AS group_{}", groups[g], g + 1);
  }
  if (!listener_id.empty()) list += fmt::format(", {} AS listener_id", listener_id);
  return list;
}

Result<ParquetFields> FieldsOf(const std::vector<engine::Column>& columns,
                               const SourceOptions& options, const std::string& file) {
  const auto column_of = [&](const std::vector<std::string>& names,
                             const char* what) -> Result<engine::Column> {
    for (const std::string& name : names) {
      if (const engine::Column* column = Find(columns, name)) return *column;
    }
    return MakeError(ErrorKind::kInput, "{} has no column for the {} (there are {})", file, what,
                     NamesOf(columns));
  };
  ParquetFields fields;
  CADENZA_ASSIGN(const engine::Column time, column_of(TimeNames(options), "time"));
  fields.event_us = TimeUs(time, options);
  const std::vector<std::string> key =
      options.key.empty() ? CustomerNames(options) : std::vector{options.key};
  CADENZA_ASSIGN(const engine::Column customer, column_of(key, "customer"));
  fields.customer_id = sources::IdSql(customer);
  if (!options.key.empty()) {
    const Result<engine::Column> listener = column_of(CustomerNames(options), "customer");
    fields.listener_id = listener.ok() ? sources::IdSql(*listener) : "CAST(NULL AS VARCHAR)";
  }
  for (const std::string& name : options.groups) {
    CADENZA_ASSIGN(const engine::Column group, column_of({name}, "group"));
    // An id is one text wherever it stands: 7, not 7.0.
    fields.groups.push_back(ingest::IsIdName(group.name)
                                ? sources::IdSql(group)
                                : fmt::format("CAST({} AS VARCHAR)", QuoteName(group.name)));
  }
  return fields;
}

}  // namespace cadenza::stream
