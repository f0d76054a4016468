#include "engine/duckdb/row_sink.h"

#include <algorithm>
#include <bit>
#include <filesystem>
#include <span>
#include <thread>

#include "engine/duckdb/parquet_writer.h"
#include "engine/duckdb/row_group_file.h"

namespace cadenza::engine {
namespace {

constexpr size_t kThreadBytesMax = size_t{48} << 20;

/// Calls `take` with each row that has a value, and tells the column which rows have one.
template <class Take>
void ForDefined(const Cells& cells, idx_t begin, idx_t end, parquet::ColumnBuffer* column,
                const Take& take) {
  constexpr idx_t kAtOnce = 64;
  for (idx_t at = begin; at < end; at += kAtOnce) {
    const idx_t rows = std::min(kAtOnce, end - at);
    uint64_t defined = cells.Defined(at, rows);
    column->AppendDefinedBits(defined, static_cast<int64_t>(rows));
    if (std::popcount(defined) == static_cast<int>(rows)) {
      for (idx_t row = at; row < at + rows; ++row) take(row);
      continue;
    }
    for (; defined != 0; defined &= defined - 1) {
      take(at + static_cast<idx_t>(std::countr_zero(defined)));
    }
  }
}

}  // namespace

struct RowSink::File {
  File(std::string path, const std::vector<parquet::Column>& columns)
      : file(std::move(path), columns) {}

  std::string name;  ///< relative to the table's root
  std::map<std::string, std::optional<std::string>> partition_values;
  RowGroupFile file;
};

/// The row groups that one thread fills.
class RowSinkThread {
 public:
  explicit RowSinkThread(RowSink* sink) : sink_(sink) {}

  /// The columns of the select stand in the chunk from `first_column` on.
  Status Append(duckdb_data_chunk chunk, idx_t first_column) {
    const RowLayout& layout = sink_->layout_;
    std::vector<Cells> cells;
    cells.reserve(layout.types.size());
    for (size_t c = 0; c < layout.types.size(); ++c) {
      cells.emplace_back(duckdb_data_chunk_get_vector(chunk, first_column + c), layout.types[c]);
    }
    const idx_t rows = duckdb_data_chunk_get_size(chunk);
    for (idx_t begin = 0; begin < rows;) {
      const idx_t end = EndOfPartition(cells, begin, rows);
      CADENZA_TRY(AppendRun(cells, begin, end));
      begin = end;
    }
    return {};
  }

  struct Open {
    explicit Open(RowSink::File* to) : file(to) {}
    std::unique_ptr<parquet::RowGroupBuffer> rows;  ///< null: it has none in hand
    RowSink::File* file;
    size_t size_bytes = 0;
    int64_t last_met = 0;
  };
  Status Flush(Open* open) {
    if (!open->rows) return {};
    bytes_ -= open->size_bytes;
    open->size_bytes = 0;
    parquet::RowGroup group = open->rows->Encode(&encoded_);
    spare_.push_back(std::move(open->rows));
    return open->file->file.Append(std::move(group), encoded_);
  }
  std::map<std::string, Open>& open() { return open_; }

 private:
  idx_t EndOfPartition(const std::vector<Cells>& cells, idx_t begin, idx_t rows) const {
    idx_t end = begin + 1;
    const auto is_same = [&](int index) {
      return cells[static_cast<size_t>(index)].AreEqual(begin, end);
    };
    const auto& partitions = sink_->layout_.partition_index;
    if (partitions.empty()) return rows;
    while (end < rows && std::ranges::all_of(partitions, is_same)) ++end;
    return end;
  }

  Status AppendRun(const std::vector<Cells>& cells, idx_t begin, idx_t end) {
    const RowLayout& layout = sink_->layout_;
    CADENZA_ASSIGN(Open * open, OpenOf(cells, begin));
    for (size_t c = 0; c < layout.data_index.size(); ++c) {
      AppendColumn(cells[static_cast<size_t>(layout.data_index[c])], begin, end,
                   &open->rows->column(c));
    }
    open->last_met = ++runs_;
    const size_t before = open->size_bytes;
    open->size_bytes = open->rows->size_bytes();
    bytes_ += open->size_bytes - before;
    if (open->rows->rows() >= kRowGroupRows) CADENZA_TRY(Flush(open));
    while (bytes_ > kThreadBytesMax) CADENZA_TRY(Flush(MetLongestAgo()));
    return {};
  }

  void AppendColumn(const Cells& cells, idx_t begin, idx_t end, parquet::ColumnBuffer* column) {
    const auto append_numbers = [&](const auto& bits_of) {
      numbers_.resize(end - begin);
      uint64_t* to = numbers_.data();
      ForDefined(cells, begin, end, column, [&](idx_t row) { *to++ = bits_of(row); });
      column->AppendNumbers({numbers_.data(), to});
    };
    switch (cells.type()) {
      case parquet::Type::kText:
        return AppendTexts(cells, begin, end, column);
      case parquet::Type::kBoolean:
        return append_numbers([&](idx_t row) { return uint64_t{cells.Boolean(row)}; });
      case parquet::Type::kDouble:
        return append_numbers(
            [&](idx_t row) { return std::bit_cast<uint64_t>(cells.Double(row)); });
      default:
        return append_numbers([&](idx_t row) { return static_cast<uint64_t>(cells.Integer(row)); });
    }
  }

  /// Many columns have the same few short texts again and again, or one text in a whole file: what
  /// is as in the row before is not looked up again.
  void AppendTexts(const Cells& cells, idx_t begin, idx_t end, parquet::ColumnBuffer* column) {
    texts_.resize(end - begin);
    codes_.resize(end - begin);
    std::string_view* to = texts_.data();
    uint32_t* code = codes_.data();
    idx_t last = end;
    ForDefined(cells, begin, end, column, [&](idx_t row) {
      if (last == end || !cells.IsSameText(last, row)) *to++ = cells.Text(row);
      *code++ = static_cast<uint32_t>(to - texts_.data() - 1);
      last = row;
    });
    column->AppendCodedTexts({texts_.data(), to}, {codes_.data(), code});
  }

  Result<Open*> OpenOf(const std::vector<Cells>& cells, idx_t row) {
    std::string folder = sink_->request_.subfolder;
    std::vector<std::optional<std::string>> key;
    for (size_t i = 0; i < sink_->layout_.partition_index.size(); ++i) {
      key.push_back(
          cells[static_cast<size_t>(sink_->layout_.partition_index[i])].PartitionValue(row));
      if (!folder.empty()) folder += '/';
      folder += PartitionFolder(sink_->request_.partition_columns[i], key.back());
    }
    auto found = open_.find(folder);
    if (found == open_.end()) {
      std::error_code error;
      std::filesystem::create_directories(sink_->request_.folder + "/" + folder, error);
      if (error) {
        return MakeError(ErrorKind::kIo, "cannot create {}/{}: {}", sink_->request_.folder, folder,
                         error.message());
      }
      RowSink::File* file = sink_->FileOf(folder, std::move(key));
      found = open_.try_emplace(folder, file).first;
    }
    if (!found->second.rows) found->second.rows = TakeSpare();
    return &found->second;
  }

  /// Buffers go from partition to partition with the memory that they hold.
  std::unique_ptr<parquet::RowGroupBuffer> TakeSpare() {
    if (spare_.empty()) {
      return std::make_unique<parquet::RowGroupBuffer>(sink_->layout_.data_columns);
    }
    std::unique_ptr<parquet::RowGroupBuffer> rows = std::move(spare_.back());
    spare_.pop_back();
    return rows;
  }

  Open* MetLongestAgo() {
    Open* oldest = nullptr;
    for (auto& [folder, open] : open_) {
      if (open.rows && (!oldest || open.last_met < oldest->last_met)) oldest = &open;
    }
    return oldest;
  }

  RowSink* sink_;
  std::map<std::string, Open> open_;  ///< by folder
  std::vector<std::unique_ptr<parquet::RowGroupBuffer>> spare_;
  std::string encoded_;
  // Of one column of one run.
  std::vector<std::string_view> texts_;
  std::vector<uint32_t> codes_;
  std::vector<uint64_t> numbers_;
  size_t bytes_ = 0;  ///< of all row groups in hand
  int64_t runs_ = 0;
};

RowSink::RowSink(WriteRequest request, RowLayout layout)
    : request_(std::move(request)), layout_(std::move(layout)) {}
RowSink::~RowSink() = default;

RowSinkThread* RowSink::AddThread() {
  const std::scoped_lock lock(mutex_);
  threads_.push_back(std::make_unique<RowSinkThread>(this));
  return threads_.back().get();
}

RowSink::File* RowSink::FileOf(const std::string& folder,
                               std::vector<std::optional<std::string>> key) {
  const std::scoped_lock lock(mutex_);
  std::unique_ptr<File>& file = files_[folder];
  if (file) return file.get();
  std::string name = NewFileName(request_, folder);
  file = std::make_unique<File>(request_.folder + "/" + name, layout_.data_columns);
  file->name = std::move(name);
  for (size_t i = 0; i < key.size(); ++i) {
    file->partition_values[request_.partition_columns[i]] = std::move(key[i]);
  }
  return file.get();
}

Result<std::vector<WrittenFile>> RowSink::Finish() {
  // Each thread's remains are one thread's work again.
  std::vector<Status> outcomes(threads_.size());
  std::vector<std::thread> workers;
  for (size_t t = 0; t < threads_.size(); ++t) {
    workers.emplace_back([this, t, &outcomes] {
      for (auto& [folder, open] : threads_[t]->open()) {
        outcomes[t] = threads_[t]->Flush(&open);
        if (!outcomes[t].ok()) return;
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
  for (const Status& outcome : outcomes) CADENZA_TRY(outcome);
  std::vector<WrittenFile> written;
  for (auto& [folder, file] : files_) {
    CADENZA_ASSIGN(WrittenFile made, file->file.Finish());
    made.path = std::move(file->name);
    made.partition_values = std::move(file->partition_values);
    written.push_back(std::move(made));
  }
  return written;
}

namespace {

/// A thread's part of a sink, found at its first chunk.
struct CallState {
  RowSinkThread* thread = nullptr;
};

void InitCall(duckdb_init_info info) {
  duckdb_scalar_function_init_set_state(info, new CallState, Delete<CallState>);
}

void WriteRows(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output) {
  const idx_t rows = duckdb_data_chunk_get_size(input);
  if (rows == 0) return;
  auto* state = static_cast<CallState*>(duckdb_scalar_function_get_state(info));
  if (!state->thread) {
    auto* sinks = static_cast<ScanRegistry<RowSink>*>(duckdb_scalar_function_get_extra_info(info));
    const auto* number =
        static_cast<int64_t*>(duckdb_vector_get_data(duckdb_data_chunk_get_vector(input, 0)));
    RowSink* sink = sinks->Find(*number);
    if (!sink) return duckdb_scalar_function_set_error(info, "no such sink");
    state->thread = sink->AddThread();
  }
  const Status status = state->thread->Append(input, 1);
  if (!status.ok()) {
    return duckdb_scalar_function_set_error(info, status.error().message.c_str());
  }
  auto* counts = static_cast<int64_t*>(duckdb_vector_get_data(output));
  std::fill_n(counts, rows, 1);
}

}  // namespace

Status RegisterWriteRows(duckdb_connection connection, ScanRegistry<RowSink>* sinks) {
  return RegisterScalarFunction(connection, {.name = "cadenza_write_rows",
                                             .parameters = {DUCKDB_TYPE_BIGINT},
                                             .further = DUCKDB_TYPE_ANY,
                                             .result = DUCKDB_TYPE_BIGINT,
                                             .function = WriteRows,
                                             .takes_nulls = true,
                                             .acts = true,
                                             .init = InitCall,
                                             .extra = sinks});
}

Result<std::vector<WrittenFile>> WriteByRowSink(Connection& connection, const WriteRequest& request,
                                                const std::vector<Column>& columns,
                                                ScanRegistry<RowSink>* sinks) {
  RowSink sink(request, LayoutOf(request, columns));
  std::string arguments;
  for (const Column& column : columns) arguments += ", " + QuoteName(column.name);
  const int64_t number = sinks->Add(&sink);
  const Status status =
      connection.Execute(fmt::format("SELECT sum(cadenza_write_rows({}{})) FROM ({}\n) AS rows",
                                     number, arguments, request.select));
  sinks->Remove(number);
  CADENZA_TRY(status);
  return sink.Finish();
}

}  // namespace cadenza::engine
