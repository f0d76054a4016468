#include "parquet/flat_file.h"

#include <algorithm>
#include <cassert>

#include "parquet/column_chunk.h"
#include "parquet/file_metadata.h"

namespace cadenza::parquet {

struct FlatFileWriter::State {
  explicit State(const std::vector<Column>& columns) : footer(columns) {
    chunks.reserve(columns.size());
    for (const Column& column : columns) {
      chunks.emplace_back(column.type);
      row_group.columns.push_back({.range = ValueRange(column.type)});
    }
  }

  ColumnChunk& Chunk(int column) {
    assert(column >= 0 && static_cast<size_t>(column) < chunks.size());
    return chunks[static_cast<size_t>(column)];
  }

  void WritePage(size_t column);

  FooterEncoder footer;
  std::vector<ColumnChunk> chunks;
  RowGroup row_group;
  std::string page;
  std::string file;
};

void FlatFileWriter::State::WritePage(size_t column) {
  const ColumnChunk& chunk = chunks[column];
  EncodedColumn& encoded = row_group.columns[column];
  const size_t offset = file.size();
  page.clear();
  chunk.EncodePage(&page);
  const int32_t page_bytes = PageCount(page.size());
  EncodePageHeader(PageCount(static_cast<size_t>(chunk.rows())), {page_bytes, page_bytes},
                   Encoding::kPlain, &file);
  file.append(page);
  encoded.data_at = static_cast<int64_t>(offset) - row_group.at;
  encoded.size_bytes = static_cast<int64_t>(file.size() - offset);
  encoded.unpacked_bytes = encoded.size_bytes;
  encoded.null_count = chunk.null_count();
  encoded.range = chunk.range();
}

// The interface takes the columns to keep; today their encoded form is all that is kept.
FlatFileWriter::FlatFileWriter(std::vector<Column> columns)
    : state_(std::make_unique<State>(columns)) {}

FlatFileWriter::~FlatFileWriter() = default;

void FlatFileWriter::AppendNull(int column) { state_->Chunk(column).AppendNull(); }

void FlatFileWriter::AppendBoolean(int column, bool value) {
  state_->Chunk(column).AppendBoolean(value);
}

void FlatFileWriter::AppendInt(int column, int64_t value) {
  state_->Chunk(column).AppendInt(value);
}

void FlatFileWriter::AppendDouble(int column, double value) {
  state_->Chunk(column).AppendDouble(value);
}

void FlatFileWriter::AppendText(int column, std::string_view utf8) {
  state_->Chunk(column).AppendText(utf8);
}

int64_t FlatFileWriter::rows() const {
  return state_->chunks.empty() ? 0 : state_->chunks.front().rows();
}

std::string_view FlatFileWriter::Finish(std::vector<ColumnSummary>* summaries) {
  State& state = *state_;
  assert(std::all_of(state.chunks.begin(), state.chunks.end(),
                     [this](const ColumnChunk& chunk) { return chunk.rows() == rows(); }));
  state.file.assign(kMagic);
  state.row_group.rows = rows();
  if (rows() > 0) {
    state.row_group.at = static_cast<int64_t>(state.file.size());
    for (size_t column = 0; column < state.chunks.size(); ++column) state.WritePage(column);
  }
  state.footer.Encode(std::span(&state.row_group, rows() > 0 ? 1 : 0), &state.file);

  summaries->clear();
  for (ColumnChunk& chunk : state.chunks) {
    summaries->push_back(chunk.Summary());
    chunk.Clear();
  }
  return state.file;
}

}  // namespace cadenza::parquet
