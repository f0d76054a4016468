#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/relation.h"

namespace cadenza::engine {

/// 'text' with quotes doubled, and "name" likewise.
std::string QuoteText(std::string_view text);
std::string QuoteName(std::string_view name);
/// QuoteText of a path that is to be read as it is: what would be a pattern in it is none.
std::string QuotePath(std::string_view path);
/// With commas between them.
std::string QuotePaths(const std::vector<std::string>& paths);
/// kInput for a path that cannot be said to the engine: no UTF-8, a pattern's sign beside '\\', or
/// on S3 a sign that its requests cannot hold.
Status CheckPath(std::string_view path);
/// The folder of a partition column's value: Hive's way, everything but unreserved characters as
/// %XX. What is too long for a name is cut, and its hash put behind it: the log has the value.
std::string PartitionFolder(const std::string& column, const std::optional<std::string>& value);
/// No rows, with these columns.
std::string EmptySelect(const std::vector<Column>& columns);
/// "a", "b"
std::string NameList(const std::vector<Column>& columns);
std::string NameList(const std::vector<std::string>& names);
/// SQL condition: one of these columns has no value.
std::string AnyIsNull(const std::vector<std::string>& names);

}  // namespace cadenza::engine
