#include "base/unique_id.h"
#include "engine/duckdb/parquet_writer.h"

namespace cadenza::engine {
namespace {

/// A VARCHAR vector, by row.
class TextVector {
 public:
  explicit TextVector(duckdb_vector vector)
      : data_(static_cast<duckdb_string_t*>(duckdb_vector_get_data(vector))),
        validity_(duckdb_vector_get_validity(vector)) {}
  std::optional<std::string> At(idx_t row) const {
    if (validity_ && !duckdb_validity_row_is_valid(validity_, row)) return std::nullopt;
    return std::string(duckdb_string_t_data(&data_[row]), duckdb_string_t_length(data_[row]));
  }

 private:
  duckdb_string_t* data_;
  uint64_t* validity_;
};

/// A MAP vector: a list of (key, value) structs.
class MapVector {
 public:
  explicit MapVector(duckdb_vector vector)
      : entries_(static_cast<duckdb_list_entry*>(duckdb_vector_get_data(vector))),
        validity_(duckdb_vector_get_validity(vector)),
        pair_(duckdb_list_vector_get_child(vector)) {}
  duckdb_list_entry Entry(idx_t row) const {
    if (validity_ && !duckdb_validity_row_is_valid(validity_, row)) return {0, 0};
    return entries_[row];
  }
  TextVector Keys() const { return TextVector(duckdb_struct_vector_get_child(pair_, 0)); }
  duckdb_vector Values() const { return duckdb_struct_vector_get_child(pair_, 1); }

 private:
  duckdb_list_entry* entries_;
  uint64_t* validity_;
  duckdb_vector pair_;
};

/// RETURN_STATS quotes the names of columns: "user_id".
std::string Unquoted(const std::string& name) {
  if (name.size() < 2 || name.front() != '"') return name;
  std::string plain;
  for (size_t i = 1; i + 1 < name.size(); ++i) {
    plain += name[i];
    if (name[i] == '"') ++i;
  }
  return plain;
}

delta::ColumnRange RangeAt(const MapVector& statistics, idx_t row) {
  delta::ColumnRange range;
  const TextVector keys = statistics.Keys();
  const TextVector values(statistics.Values());
  const duckdb_list_entry entry = statistics.Entry(row);
  for (idx_t i = entry.offset; i < entry.offset + entry.length; ++i) {
    const std::string key = keys.At(i).value_or("");
    const std::optional<std::string> value = values.At(i);
    if (key == "min") range.min = value;
    if (key == "max") range.max = value;
    if (key == "null_count" && value) range.null_count = std::stoll(*value);
    if (key == "has_nan" && value) range.has_nan = *value == "true";
  }
  return range;
}

void AppendFiles(duckdb_data_chunk chunk, const std::string& folder,
                 std::vector<WrittenFile>* files) {
  const TextVector names(duckdb_data_chunk_get_vector(chunk, 0));
  const auto* counts =
      static_cast<int64_t*>(duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 1)));
  const auto* sizes =
      static_cast<int64_t*>(duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 2)));
  const MapVector columns(duckdb_data_chunk_get_vector(chunk, 4));
  const MapVector partitions(duckdb_data_chunk_get_vector(chunk, 5));
  const TextVector column_names = columns.Keys();
  const MapVector ranges(columns.Values());
  const TextVector partition_names = partitions.Keys();
  const TextVector partition_values(partitions.Values());
  for (idx_t r = 0; r < duckdb_data_chunk_get_size(chunk); ++r) {
    WrittenFile file;
    file.path = names.At(r).value_or("").substr(folder.size() + 1);
    file.rows = counts[r];
    file.size_bytes = sizes[r];
    duckdb_list_entry entry = columns.Entry(r);
    for (idx_t i = entry.offset; i < entry.offset + entry.length; ++i) {
      file.columns[Unquoted(column_names.At(i).value_or(""))] = RangeAt(ranges, i);
    }
    entry = partitions.Entry(r);
    for (idx_t i = entry.offset; i < entry.offset + entry.length; ++i) {
      file.partition_values[partition_names.At(i).value_or("")] = partition_values.At(i);
    }
    if (file.rows > 0) files->push_back(std::move(file));
  }
}

}  // namespace

Result<std::vector<WrittenFile>> WriteByCopy(Connection& connection, const WriteRequest& request) {
  std::string target = request.folder;
  if (!request.subfolder.empty()) target += "/" + request.subfolder;
  std::string options = "FORMAT parquet, RETURN_STATS";
  if (request.partition_columns.empty()) {
    target += fmt::format("/{}-{}.parquet", request.file_prefix, UniqueId());
  } else {
    std::string names;
    for (const std::string& name : request.partition_columns) {
      names += (names.empty() ? "" : ", ") + QuoteName(name);
    }
    options += fmt::format(", PARTITION_BY ({}), APPEND, FILENAME_PATTERN {}", names,
                           QuoteText(request.file_prefix + "-{uuid}"));
  }
  std::vector<WrittenFile> files;
  const std::string copy =
      fmt::format("COPY ({}\n) TO {} ({})", request.select, QuoteText(target), options);
  // Else the threads hand in their row groups as they come, an ORDER BY notwithstanding.
  std::string order_before;
  if (request.ordered) {
    CADENZA_ASSIGN(const RowSet setting,
                   connection.Query("SELECT current_setting('preserve_insertion_order')"));
    order_before = setting.Text();
    CADENZA_TRY(connection.Execute("SET GLOBAL preserve_insertion_order = true"));
  }
  const Status done = connection.ForEachChunk(copy, [&](duckdb_data_chunk chunk) {
    AppendFiles(chunk, request.folder, &files);
    return Status();
  });
  if (request.ordered) {
    CADENZA_TRY(connection.Execute("SET GLOBAL preserve_insertion_order = " + order_before));
  }
  CADENZA_TRY(done);
  return files;
}

}  // namespace cadenza::engine
