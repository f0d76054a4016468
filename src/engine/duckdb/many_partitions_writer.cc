// Thousands of small files: rows sorted by partition, cut at the partitions' borders, encoded and
// written by several threads.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <set>
#include <thread>

#include "engine/duckdb/parquet_writer.h"
#include "parquet/flat_file.h"

namespace cadenza::engine {
namespace {

std::optional<parquet::Type> TypeOf(const std::string& sql_type) {
  if (sql_type == "BOOLEAN") return parquet::Type::kBoolean;
  if (sql_type == "INTEGER") return parquet::Type::kInt32;
  if (sql_type == "BIGINT") return parquet::Type::kInt64;
  if (sql_type == "DOUBLE") return parquet::Type::kDouble;
  if (sql_type == "VARCHAR") return parquet::Type::kText;
  if (sql_type == "DATE") return parquet::Type::kDate;
  if (sql_type == "TIMESTAMP WITH TIME ZONE") return parquet::Type::kTimestampUtc;
  return std::nullopt;
}

/// A column of a chunk, read by row.
class Cells {
 public:
  Cells(duckdb_vector vector, parquet::Type type)
      : type_(type),
        data_(duckdb_vector_get_data(vector)),
        validity_(duckdb_vector_get_validity(vector)) {}

  bool IsNull(idx_t row) const {
    return validity_ && !duckdb_validity_row_is_valid(validity_, row);
  }
  std::string_view Text(idx_t row) const {
    auto* texts = static_cast<duckdb_string_t*>(data_);
    return {duckdb_string_t_data(&texts[row]), duckdb_string_t_length(texts[row])};
  }
  int64_t Integer(idx_t row) const {
    if (type_ == parquet::Type::kInt32 || type_ == parquet::Type::kDate) {
      return static_cast<int32_t*>(data_)[row];
    }
    return static_cast<int64_t*>(data_)[row];
  }
  void AppendTo(parquet::FlatFileWriter* writer, int column, idx_t row) const {
    if (IsNull(row)) return writer->AppendNull(column);
    switch (type_) {
      case parquet::Type::kBoolean:
        return writer->AppendBoolean(column, static_cast<bool*>(data_)[row]);
      case parquet::Type::kDouble:
        return writer->AppendDouble(column, static_cast<double*>(data_)[row]);
      case parquet::Type::kText:
        return writer->AppendText(column, Text(row));
      default:
        return writer->AppendInt(column, Integer(row));
    }
  }
  /// The value in a folder's name; only integers and texts are partition columns here.
  std::optional<std::string> PartitionValue(idx_t row) const {
    if (IsNull(row)) return std::nullopt;
    if (type_ == parquet::Type::kText) return std::string(Text(row));
    return std::to_string(Integer(row));
  }

 private:
  parquet::Type type_;
  void* data_;
  uint64_t* validity_;
};

struct RowPosition {
  uint32_t chunk;
  uint32_t row;
};

using PartitionKey = std::vector<std::optional<std::string>>;

/// The sorted rows: their chunks, and where each partition begins.
struct SortedRows {
  std::vector<duckdb_data_chunk> chunks;
  std::vector<std::vector<Cells>> cells;  ///< by chunk, by column
  std::vector<RowPosition> starts;        ///< of partitions; the end is not in it
  std::vector<PartitionKey> keys;

  SortedRows() = default;
  SortedRows(const SortedRows&) = delete;
  SortedRows& operator=(const SortedRows&) = delete;
  ~SortedRows() {
    for (duckdb_data_chunk& chunk : chunks) duckdb_destroy_data_chunk(&chunk);
  }
};

struct Layout {
  std::vector<parquet::Type> types;
  std::vector<int> partition_index;  ///< into the select's columns
  std::vector<int> data_index;
  std::vector<parquet::Column> data_columns;
};

Layout LayoutOf(const WriteRequest& request, const std::vector<Column>& columns) {
  Layout layout;
  for (const Column& column : columns) layout.types.push_back(*TypeOf(column.type));
  for (const std::string& name : request.partition_columns) {
    for (size_t c = 0; c < columns.size(); ++c) {
      if (columns[c].name == name) layout.partition_index.push_back(static_cast<int>(c));
    }
  }
  for (size_t c = 0; c < columns.size(); ++c) {
    if (std::ranges::count(request.partition_columns, columns[c].name) > 0) continue;
    layout.data_index.push_back(static_cast<int>(c));
    layout.data_columns.push_back({columns[c].name, layout.types[c]});
  }
  return layout;
}

Status FetchSorted(Connection& connection, const WriteRequest& request, const Layout& layout,
                   SortedRows* rows) {
  std::string order;
  for (const std::string& name : request.partition_columns) {
    order += (order.empty() ? "" : ", ") + QuoteName(name);
  }
  duckdb_result result{};
  const std::string sql = fmt::format("SELECT * FROM ({}\n) ORDER BY {}", request.select, order);
  if (duckdb_query(connection.handle(), sql.c_str(), &result) == DuckDBError) {
    Error error{ErrorKind::kInput, duckdb_result_error(&result)};
    duckdb_destroy_result(&result);
    return error;
  }
  while (duckdb_data_chunk chunk = duckdb_fetch_chunk(result)) {
    rows->chunks.push_back(chunk);
    std::vector<Cells> cells;
    for (size_t c = 0; c < layout.types.size(); ++c) {
      cells.emplace_back(duckdb_data_chunk_get_vector(chunk, c), layout.types[c]);
    }
    rows->cells.push_back(std::move(cells));
  }
  duckdb_destroy_result(&result);
  return {};
}

void FindPartitions(const Layout& layout, SortedRows* rows) {
  PartitionKey key;
  for (uint32_t c = 0; c < rows->chunks.size(); ++c) {
    const auto count = static_cast<uint32_t>(duckdb_data_chunk_get_size(rows->chunks[c]));
    for (uint32_t r = 0; r < count; ++r) {
      key.clear();
      for (int index : layout.partition_index)
        key.push_back(rows->cells[c][index].PartitionValue(r));
      if (rows->keys.empty() || key != rows->keys.back()) {
        rows->starts.push_back({c, r});
        rows->keys.push_back(key);
      }
    }
  }
}

/// Hive's way: everything but unreserved characters as %XX.
std::string FolderName(const std::string& column, const std::optional<std::string>& value) {
  std::string name = column + "=";
  if (!value) return name + "__HIVE_DEFAULT_PARTITION__";
  for (unsigned char c : *value) {
    if (std::isalnum(c) || std::strchr("-_.~", c)) {
      name += static_cast<char>(c);
    } else {
      name += fmt::format("%{:02X}", c);
    }
  }
  return name;
}

Status WriteFile(const std::string& path, std::string_view bytes) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (file < 0) return MakeError(ErrorKind::kIo, "cannot create {}: {}", path, strerror(errno));
  const ssize_t written = ::write(file, bytes.data(), bytes.size());
  const int error = errno;
  ::close(file);
  if (written != static_cast<ssize_t>(bytes.size())) {
    return MakeError(ErrorKind::kIo, "cannot write {}: {}", path, strerror(error));
  }
  return {};
}

/// Writes the partitions [first, last) of the sorted rows; one a thread.
class PartitionWriter {
 public:
  PartitionWriter(const WriteRequest& request, const Layout& layout, const SortedRows& rows)
      : request_(request), layout_(layout), rows_(rows), writer_(layout.data_columns) {}

  Status Write(size_t first, size_t last, std::vector<WrittenFile>* files) {
    for (size_t p = first; p < last; ++p) CADENZA_TRY(WriteOne(p, &(*files)[p]));
    return {};
  }

 private:
  Status WriteOne(size_t p, WrittenFile* file) {
    AppendRows(p);
    file->rows = writer_.rows();
    const std::string_view bytes = writer_.Finish(&summaries_);
    file->size_bytes = static_cast<int64_t>(bytes.size());
    std::string folder = request_.subfolder;
    for (size_t i = 0; i < rows_.keys[p].size(); ++i) {
      if (!folder.empty()) folder += '/';
      folder += FolderName(request_.partition_columns[i], rows_.keys[p][i]);
      CADENZA_TRY(MakeFolder(folder));
      file->partition_values[request_.partition_columns[i]] = rows_.keys[p][i];
    }
    file->path = fmt::format("{}/{}-{:05}.parquet", folder, request_.file_prefix, p);
    Summarise(file);
    return WriteFile(request_.folder + "/" + file->path, bytes);
  }

  void AppendRows(size_t p) {
    RowPosition at = rows_.starts[p];
    const bool is_last = p + 1 == rows_.starts.size();
    const RowPosition end =
        is_last ? RowPosition{static_cast<uint32_t>(rows_.chunks.size()), 0} : rows_.starts[p + 1];
    while (at.chunk < end.chunk || (at.chunk == end.chunk && at.row < end.row)) {
      const auto& cells = rows_.cells[at.chunk];
      for (size_t c = 0; c < layout_.data_index.size(); ++c) {
        cells[layout_.data_index[c]].AppendTo(&writer_, static_cast<int>(c), at.row);
      }
      if (++at.row == duckdb_data_chunk_get_size(rows_.chunks[at.chunk])) at = {at.chunk + 1, 0};
    }
  }

  void Summarise(WrittenFile* file) {
    for (size_t c = 0; c < layout_.data_columns.size(); ++c) {
      delta::ColumnRange& range = file->columns[layout_.data_columns[c].name];
      range.null_count = summaries_[c].null_count;
      range.has_nan = summaries_[c].has_nan;
      range.min = std::move(summaries_[c].min);
      range.max = std::move(summaries_[c].max);
    }
  }

  /// Sorted input visits a folder once, so that the last one made is all that is worth knowing.
  Status MakeFolder(const std::string& folder) {
    if (last_folder_.starts_with(folder) &&
        (last_folder_.size() == folder.size() || last_folder_[folder.size()] == '/')) {
      return {};
    }
    const std::string path = request_.folder + "/" + folder;
    if (::mkdir(path.c_str(), 0755) != 0 && errno != EEXIST) {
      return MakeError(ErrorKind::kIo, "cannot create {}: {}", path, strerror(errno));
    }
    last_folder_ = folder;
    return {};
  }

  const WriteRequest& request_;
  const Layout& layout_;
  const SortedRows& rows_;
  parquet::FlatFileWriter writer_;
  std::vector<parquet::ColumnSummary> summaries_;
  std::string last_folder_;
};

}  // namespace

bool FlatFilesCanHold(const WriteRequest& request, const std::vector<Column>& columns) {
  return std::ranges::all_of(columns, [&](const Column& column) {
    const std::optional<parquet::Type> type = TypeOf(column.type);
    if (!type) return false;
    // A folder's name takes whole numbers and texts; other types have forms that the engine knows.
    return std::ranges::count(request.partition_columns, column.name) == 0 ||
           type == parquet::Type::kInt32 || type == parquet::Type::kInt64 ||
           type == parquet::Type::kText;
  });
}

Result<std::vector<WrittenFile>> WriteManyPartitions(Connection& connection,
                                                     const WriteRequest& request,
                                                     const std::vector<Column>& columns,
                                                     int threads) {
  const Layout layout = LayoutOf(request, columns);
  SortedRows rows;
  CADENZA_TRY(FetchSorted(connection, request, layout, &rows));
  FindPartitions(layout, &rows);
  const size_t partitions = rows.starts.size();
  std::vector<WrittenFile> files(partitions);
  std::mutex mutex;
  Status failure;
  std::vector<std::thread> workers;
  const size_t share = partitions / static_cast<size_t>(threads) + 1;
  for (size_t first = 0; first < partitions; first += share) {
    workers.emplace_back([&, first] {
      PartitionWriter writer(request, layout, rows);
      Status status = writer.Write(first, std::min(first + share, partitions), &files);
      if (status.ok()) return;
      const std::scoped_lock lock(mutex);
      failure = status;
    });
  }
  for (std::thread& worker : workers) worker.join();
  CADENZA_TRY(failure);
  return files;
}

}  // namespace cadenza::engine
