#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "decode/event_decoder.h"
#include "engine/engine.h"
#include "sources/table_schema.h"

namespace cadenza::sources {

using decode::TimeUnit;

/// "this field is in that column", said by the user.
struct ColumnMapping {
  std::string table;  ///< empty: every table that has the field and the column
  std::string field;
  std::string column;
};

/// [TABLE.]FIELD=COLUMN; kUsage when there is no such table or field.
Result<ColumnMapping> ParseMapping(const std::string& text);

/// The column of that name, else the first whose name is the same without case and punctuation;
/// nullptr: there is none.
const engine::Column* FindColumn(const std::vector<engine::Column>& columns, std::string_view name);

/// The column of each field that the source has: the mapped one, else the one of the field's own
/// name, else the first of its other names that is there. kInput with the columns there are when a
/// needed one is missing.
Result<std::map<std::string, engine::Column>> ChooseColumns(
    const TableSchema& schema, const std::vector<engine::Column>& columns,
    const std::vector<ColumnMapping>& mappings);

/// How a column's values stand for instants.
struct TimeReading {
  std::string zone = "UTC";               ///< of text and timestamps without one
  std::map<std::string, TimeUnit> units;  ///< by file, of numbers; empty: none are numbers
};

// SQL expressions of a column in the terms of the models.
/// The one normal form of an id: text without blanks around it; a whole number is its integer.
std::string IdSql(const engine::Column& column);
std::string TextSql(const engine::Column& column);
std::string NumberSql(const engine::Column& column);
std::string SecondsSql(const engine::Column& column);
/// Microseconds since 1970 UTC, NULL where the value is no time. Of text they may lie outside of
/// the plausible span, as they may for an end: one in the year 9999 says that there is none.
std::string MicrosecondsSql(const engine::Column& column, const TimeReading& reading,
                            bool is_end = false);

bool IsNumeric(const std::string& sql_type);
bool IsWhole(const std::string& sql_type);
bool IsText(const std::string& sql_type);

}  // namespace cadenza::sources
