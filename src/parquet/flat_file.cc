#include "parquet/flat_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cstdio>
#include <cstdlib>
#include <limits>

#include "parquet/column_chunk.h"
#include "parquet/file_metadata.h"
#include "parquet/plain_encoding.h"

namespace cadenza::parquet {

namespace {

constexpr std::string_view kMagic = "PAR1";

// The format counts a page's rows and bytes in 32 bits. A caller that goes past them has broken the
// promise of a small file, and whatever was written then would be read wrongly: stop in release
// too.
int32_t PageLimited(int64_t count) {
  if (count > std::numeric_limits<int32_t>::max()) {
    fmt::print(stderr, "cadenza: a Parquet page holds less than 2^31 rows and bytes: {}\n", count);
    std::abort();
  }
  return static_cast<int32_t>(count);
}

}  // namespace

struct FlatFileWriter::State {
  explicit State(const std::vector<Column>& columns) : footer(columns), places(columns.size()) {
    chunks.reserve(columns.size());
    for (const Column& column : columns) chunks.emplace_back(column.type);
  }

  ColumnChunk& Chunk(int column) {
    assert(column >= 0 && static_cast<size_t>(column) < chunks.size());
    return chunks[static_cast<size_t>(column)];
  }

  void WritePage(size_t column);

  FooterEncoder footer;
  std::vector<ColumnChunk> chunks;
  std::vector<PagePlace> places;
  std::string page;
  std::string file;
};

void FlatFileWriter::State::WritePage(size_t column) {
  const size_t offset = file.size();
  page.clear();
  chunks[column].EncodePage(&page);
  EncodePageHeader(PageLimited(chunks[column].rows()),
                   PageLimited(static_cast<int64_t>(page.size())), &file);
  file.append(page);
  places[column] = {.offset = static_cast<int64_t>(offset),
                    .size_bytes = static_cast<int64_t>(file.size() - offset)};
}

// The interface takes the columns to keep; today their encoded form is all that is kept.
// NOLINTNEXTLINE(performance-unnecessary-value-param)
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
  if (rows() > 0) {
    for (size_t column = 0; column < state.chunks.size(); ++column) state.WritePage(column);
  }
  const size_t footer_at = state.file.size();
  state.footer.Encode(state.chunks, state.places, &state.file);
  AppendPlain(&state.file, static_cast<uint32_t>(state.file.size() - footer_at));
  state.file.append(kMagic);

  summaries->clear();
  for (ColumnChunk& chunk : state.chunks) {
    summaries->push_back(chunk.Summary());
    chunk.Clear();
  }
  return state.file;
}

}  // namespace cadenza::parquet
