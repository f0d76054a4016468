#include "engine/duckdb/files_select.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "delta/path_encoding.h"
#include "engine/sql_text.h"

namespace cadenza::engine {
namespace {

constexpr std::string_view kNullFolder = "__HIVE_DEFAULT_PARTITION__";

bool IsPartition(const FileRelation& relation, const std::string& column) {
  return std::ranges::count(relation.partition_columns, column) > 0;
}

const std::string& TypeOf(const FileRelation& relation, const std::string& column) {
  static const std::string kText = "VARCHAR";
  const auto found = std::ranges::find(relation.columns, column, &Column::name);
  return found == relation.columns.end() ? kText : found->type;
}

/// As the engine reads the name of a folder; nullopt twice over: it takes the text for NULL.
std::optional<std::string> ValueInFolder(std::string_view encoded) {
  std::string value = delta::DecodePath(encoded);
  if (value == kNullFolder || Lower(value) == "null") return std::nullopt;
  return value;
}

/// The folders of a path are those of the partitions, in any order, and say what the log says.
bool FoldersSay(const FileRelation& relation, std::string_view path,
                const PartitionValues& values) {
  size_t said = 0;
  for (size_t slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/')) {
    const std::string_view folder = path.substr(0, slash);
    path.remove_prefix(slash + 1);
    const size_t equals = folder.find('=');
    if (equals == std::string_view::npos) continue;
    const auto column = std::ranges::find(relation.partition_columns, folder.substr(0, equals));
    if (column == relation.partition_columns.end()) return false;
    const auto at = static_cast<size_t>(column - relation.partition_columns.begin());
    const std::string_view encoded = folder.substr(equals + 1);
    // The engine cannot tell these from a NULL, or from the folder's own mark.
    if (encoded.empty() || encoded.find('=') != std::string_view::npos) return false;
    if (ValueInFolder(encoded) != values[at]) return false;
    ++said;
  }
  return said == relation.partition_columns.size() && path.find('=') == std::string_view::npos;
}

/// Values that nobody gave stand in the folders.
bool FoldersCanBeRead(const FileRelation& relation) {
  if (relation.folder.find('=') != std::string::npos) return false;
  if (relation.partition_values.empty()) return true;
  for (size_t f = 0; f < relation.files.size(); ++f) {
    if (relation.PathOf(relation.files[f]) != relation.folder + "/" + relation.files[f]) {
      return false;
    }
    if (!FoldersSay(relation, relation.files[f], relation.partition_values[f])) return false;
  }
  return true;
}

/// The values that the folders say, for relations that were made without.
std::vector<PartitionValues> ValuesOfFolders(const FileRelation& relation) {
  std::vector<PartitionValues> all;
  for (const std::string& file : relation.files) {
    PartitionValues& values = all.emplace_back();
    for (const std::string& column : relation.partition_columns) {
      const std::string mark = column + "=";
      size_t at = file.starts_with(mark) ? 0 : file.find("/" + mark);
      if (at == std::string::npos) {
        values.emplace_back();
        continue;
      }
      at = file.find('=', at) + 1;
      values.push_back(ValueInFolder(std::string_view(file).substr(at, file.find('/', at) - at)));
    }
  }
  return all;
}

std::string HiveTypes(const FileRelation& relation) {
  std::string types;
  for (const std::string& name : relation.partition_columns) {
    // The engine fails to answer max() of a typed folder name from the statistics of one file.
    const std::string type = relation.files.size() == 1 ? "VARCHAR" : TypeOf(relation, name);
    types += fmt::format("{}{}: {}", types.empty() ? "" : ", ", QuoteText(name), QuoteText(type));
  }
  return types;
}

/// The columns that the files have, or lack, by name: the engine then opens no file to see.
std::string SchemaOption(const FileRelation& relation) {
  std::string fields;
  for (const Column& column : relation.columns) {
    if (IsPartition(relation, column.name)) continue;
    fields +=
        fmt::format("{}{}: {{name: {}, type: {}, default_value: NULL}}", fields.empty() ? "" : ", ",
                    QuoteText(column.name), QuoteText(column.name), QuoteText(column.type));
  }
  return fields.empty() ? "" : ", schema = MAP {" + fields + "}";
}

/// One row a file: its number and what the log says of it.
std::string FactsOfFiles(const FileRelation& relation, bool has_values) {
  const std::vector<PartitionValues> of_folders = has_values && relation.partition_values.empty()
                                                      ? ValuesOfFolders(relation)
                                                      : std::vector<PartitionValues>();
  const std::vector<PartitionValues>& values =
      of_folders.empty() ? relation.partition_values : of_folders;
  std::string facts = fmt::format("unnest(range({})) AS _number", relation.files.size());
  for (size_t c = 0; has_values && c < relation.partition_columns.size(); ++c) {
    std::string list;
    for (const PartitionValues& of_file : values) {
      list += (list.empty() ? "" : ", ") + (of_file[c] ? QuoteText(*of_file[c]) : "NULL");
    }
    facts += fmt::format(", unnest(CAST([{}] AS VARCHAR[])) AS _value_{}", list, c);
  }
  if (relation.path_column.empty()) return facts;
  std::string list;
  for (const std::string& file : relation.files) {
    list += (list.empty() ? "" : ", ") + QuoteText(file);
  }
  return facts + ", unnest([" + list + "]) AS _path";
}

std::string ColumnList(const FileRelation& relation, bool joins_values) {
  std::string list;
  for (const Column& column : relation.columns) {
    std::string value = QuoteName(column.name);
    const auto partition = std::ranges::find(relation.partition_columns, column.name);
    if (joins_values && partition != relation.partition_columns.end()) {
      value = fmt::format("_facts._value_{}", partition - relation.partition_columns.begin());
    }
    list += fmt::format("{}CAST({} AS {}) AS {}", list.empty() ? "" : ", ", value, column.type,
                        QuoteName(column.name));
  }
  if (!relation.path_column.empty()) {
    list += fmt::format(", _facts._path AS {}", QuoteName(relation.path_column));
  }
  return list;
}

}  // namespace

Result<std::string> SelectFiles(const FileRelation& relation) {
  std::string paths;
  for (const std::string& file : relation.files) {
    const std::string path = relation.PathOf(file);
    CADENZA_TRY(CheckPath(path));
    if (!paths.empty()) paths += ", ";
    paths += QuotePath(path);
  }
  const bool has_partitions = !relation.partition_columns.empty();
  // Files that a filter on a folder leaves out are not counted by file_index: where that is asked
  // for, no folder is read.
  const bool reads_folders = has_partitions && relation.path_column.empty() &&
                             !relation.columns_were_added && FoldersCanBeRead(relation);
  const bool joins_values = has_partitions && !reads_folders;
  std::string options =
      reads_folders
          ? fmt::format(", hive_partitioning = true, hive_types = {{{}}}", HiveTypes(relation))
          : ", hive_partitioning = false";
  if (relation.columns_were_added) options += SchemaOption(relation);
  std::string select = fmt::format("SELECT {} FROM read_parquet([{}]{}) AS _rows",
                                   ColumnList(relation, joins_values), paths, options);
  if (joins_values || !relation.path_column.empty()) {
    // The engine's own column of that name tells the rows of a file from those of its neighbours.
    if (std::ranges::any_of(relation.columns,
                            [](const Column& c) { return Lower(c.name) == "file_index"; })) {
      return MakeError(ErrorKind::kInput,
                       "a column of {} is called file_index, and so its files "
                       "cannot be told apart",
                       relation.folder);
    }
    select += fmt::format(" JOIN (SELECT {}) AS _facts ON _facts._number = _rows.file_index",
                          FactsOfFiles(relation, joins_values));
  }
  return select;
}

}  // namespace cadenza::engine
