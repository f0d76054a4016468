// Thousands of small files: rows sorted by partition, cut at the partitions' borders, encoded and
// written by several threads.

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <thread>

#include "engine/duckdb/parquet_writer.h"
#include "engine/duckdb/row_layout.h"
#include "parquet/flat_file.h"

namespace cadenza::engine {
namespace {

void AppendCell(const Cells& cells, idx_t row, int column, parquet::FlatFileWriter* writer) {
  if (cells.IsNull(row)) return writer->AppendNull(column);
  switch (cells.type()) {
    case parquet::Type::kBoolean:
      return writer->AppendBoolean(column, cells.Boolean(row));
    case parquet::Type::kDouble:
      return writer->AppendDouble(column, cells.Double(row));
    case parquet::Type::kText:
      return writer->AppendText(column, cells.Text(row));
    default:
      return writer->AppendInt(column, cells.Integer(row));
  }
}

/// Whether the folder is the other one or contains it.
bool IsAtOrAbove(std::string_view folder, std::string_view other) {
  return other.starts_with(folder) &&
         (other.size() == folder.size() || other[folder.size()] == '/');
}

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

Status FetchSorted(Connection& connection, const WriteRequest& request, const RowLayout& layout,
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

void FindPartitions(const RowLayout& layout, SortedRows* rows) {
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

Status WriteFile(const std::string& path, std::string_view bytes) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (file < 0) return MakeError(ErrorKind::kIo, "cannot create {}: {}", path, strerror(errno));
  int failure = 0;
  while (!bytes.empty() && failure == 0) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      failure = written == 0 ? EIO : errno;
    } else {
      bytes.remove_prefix(static_cast<size_t>(written));
    }
  }
  // Some file systems report only here that a write failed.
  if (::close(file) != 0 && failure == 0) failure = errno;
  if (failure == 0) return {};
  return MakeError(ErrorKind::kIo, "cannot write {}: {}", path, strerror(failure));
}

/// Writes the partitions [first, last) of the sorted rows; one a thread.
class PartitionWriter {
 public:
  PartitionWriter(const WriteRequest& request, const RowLayout& layout, const SortedRows& rows)
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
      folder += PartitionFolder(request_.partition_columns[i], rows_.keys[p][i]);
      if (!IsAtOrAbove(folder, last_folder_)) {
        CADENZA_TRY(MakeFolder(request_.folder + "/" + folder));
        last_folder_ = folder;
      }
      file->partition_values[request_.partition_columns[i]] = rows_.keys[p][i];
    }
    file->path = fmt::format("{}/{}-{:05}.parquet", folder, request_.file_prefix, p);
    file->columns = RangesOf(layout_.data_columns, std::move(summaries_));
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
        AppendCell(cells[layout_.data_index[c]], at.row, static_cast<int>(c), &writer_);
      }
      if (++at.row == duckdb_data_chunk_get_size(rows_.chunks[at.chunk])) at = {at.chunk + 1, 0};
    }
  }

  const WriteRequest& request_;
  const RowLayout& layout_;
  const SortedRows& rows_;
  parquet::FlatFileWriter writer_;
  std::vector<parquet::ColumnSummary> summaries_;
  std::string last_folder_;  ///< sorted input visits a folder once
};

}  // namespace

Result<std::vector<WrittenFile>> WriteManyPartitions(Connection& connection,
                                                     const WriteRequest& request,
                                                     const std::vector<Column>& columns,
                                                     int threads) {
  const RowLayout layout = LayoutOf(request, columns);
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
