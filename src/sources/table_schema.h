#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cadenza::sources {

enum class FieldKind {
  kId,       ///< text; a whole number becomes its integer text
  kText,     ///< text; empty is NULL
  kName,     ///< text that people gave: somebody may be called None
  kTime,     ///< an instant: timestamp, date, text or epoch
  kEnd,      ///< an instant; one after the year 2100 says that there is none
  kSeconds,  ///< a duration; a column whose name says ms holds milliseconds
  kNumber,
};

/// What Cadenza needs of a source table, and the column names under which sources have it. Names
/// are compared without case and punctuation: startTime, start_time and "Start time" are one.
struct Field {
  std::string_view name;
  FieldKind kind;
  bool is_needed;
  std::vector<std::string_view> other_names;
};

struct TableSchema {
  std::string_view name;
  std::vector<Field> fields;
};

/// customers, sessions, subscriptions, events, tracks, artists.
const std::vector<TableSchema>& SourceTables();
/// nullptr when there is none of that name.
const TableSchema* FindSourceTable(std::string_view name);

/// Lower case letters and digits only.
std::string PlainName(std::string_view name);

}  // namespace cadenza::sources
