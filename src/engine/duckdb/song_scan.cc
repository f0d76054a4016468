// Catalogue files as a DuckDB table function over decode::SongDecoder.
//
// A catalogue is often thousands of one-record files, so that a task is a batch of files. A file of
// up to kWholeBytes is decoded at once (it may be one pretty-printed record); a larger one can only
// hold one record a line and goes block by block.

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <span>

#include "decode/song_decoder.h"
#include "engine/duckdb/scan_binding.h"
#include "engine/duckdb/scan_findings.h"
#include "engine/duckdb/table_function.h"
#include "engine/duckdb/vector_writer.h"
#include "engine/event_key.h"

namespace cadenza::engine {
namespace {

using decode::SongRow;

constexpr size_t kFilesPerTask = 128;
constexpr int64_t kBytesPerTask = int64_t{4} << 20;
constexpr int64_t kWholeBytes = int64_t{16} << 20;
constexpr int64_t kBytesPerRow = 240;

enum Column {
  kSongId,
  kTitle,
  kArtistId,
  kArtistName,
  kArtistLocation,
  kArtistLatitude,
  kArtistLongitude,
  kDuration,
  kYear,
  kNumSongs,
  kRescued,
  kError,
  kFile,
  kOffset,
  kLength,
  kColumnCount
};
constexpr ScanColumn kColumns[kColumnCount] = {{"song_id", DUCKDB_TYPE_VARCHAR},
                                               {"title", DUCKDB_TYPE_VARCHAR},
                                               {"artist_id", DUCKDB_TYPE_VARCHAR},
                                               {"artist_name", DUCKDB_TYPE_VARCHAR},
                                               {"artist_location", DUCKDB_TYPE_VARCHAR},
                                               {"artist_latitude", DUCKDB_TYPE_DOUBLE},
                                               {"artist_longitude", DUCKDB_TYPE_DOUBLE},
                                               {"duration", DUCKDB_TYPE_DOUBLE},
                                               {"year", DUCKDB_TYPE_INTEGER},
                                               {"num_songs", DUCKDB_TYPE_BIGINT},
                                               {"_rescued", DUCKDB_TYPE_VARCHAR},
                                               {"_error", DUCKDB_TYPE_VARCHAR},
                                               {"_file", DUCKDB_TYPE_VARCHAR},
                                               {"_offset", DUCKDB_TYPE_BIGINT},
                                               {"_length", DUCKDB_TYPE_BIGINT}};

struct Bind {
  SongScan owned;
  SongScan* scan = nullptr;
};

struct Task {
  size_t first, last;
};

struct Global {
  SongScan* scan = nullptr;
  std::vector<Task> tasks;
  std::atomic<size_t> next{0};
  std::array<int, kColumnCount> position{};
};

struct Local {
  decode::SongDecoder decoder;
  decode::BlockBuffer buffer;
  ScanFindings findings;
  std::unique_ptr<decode::BlockReader> blocks;  ///< of a large file
  size_t file = 0, task_end = 0;
  bool in_file = false;
  std::string bytes;
  std::vector<SongRow> rows;
  size_t emitted = 0;
  std::vector<KeyMark> marks;
  /// Of a task over a network: the contents of its files, fetched together.
  std::vector<std::string> fetched;
  size_t fetched_first = 0;
};

void FinishBind(duckdb_bind_info info, std::unique_ptr<Bind> bind) {
  int64_t bytes = 0;
  for (const SourceFile& file : bind->scan->files) bytes += file.size_bytes;
  AddColumns(info, kColumns);
  duckdb_bind_set_cardinality(info, static_cast<idx_t>(bytes / kBytesPerRow + 1), false);
  duckdb_bind_set_bind_data(info, bind.release(), Delete<Bind>);
}

void BindPattern(duckdb_bind_info info) {
  auto bind = std::make_unique<Bind>();
  auto* tables = static_cast<TableLines*>(duckdb_bind_get_extra_info(info));
  Result<std::vector<SourceFile>> files = tables->List(TextParameter(info), "song_id");
  if (!files.ok()) return duckdb_bind_set_error(info, files.error().message.c_str());
  bind->owned.files = std::move(files).value();
  bind->scan = &bind->owned;
  FinishBind(info, std::move(bind));
}

void BindNumber(duckdb_bind_info info) {
  auto bind = std::make_unique<Bind>();
  auto* registry = static_cast<ScanRegistry<SongScan>*>(duckdb_bind_get_extra_info(info));
  bind->scan = registry->Find(NumberParameter(info));
  if (!bind->scan) return duckdb_bind_set_error(info, "no such scan");
  FinishBind(info, std::move(bind));
}

std::vector<Task> MakeTasks(const std::vector<SourceFile>& files) {
  std::vector<Task> tasks;
  int64_t bytes = 0;
  for (size_t f = 0; f < files.size(); ++f) {
    const bool full = tasks.empty() || bytes > kBytesPerTask ||
                      tasks.back().last - tasks.back().first >= kFilesPerTask;
    if (full) {
      tasks.push_back({f, f});
      bytes = 0;
    }
    tasks.back().last = f + 1;
    bytes += files[f].size_bytes;
  }
  return tasks;
}

void Init(duckdb_init_info info) {
  auto* bind = static_cast<Bind*>(duckdb_init_get_bind_data(info));
  auto global = std::make_unique<Global>();
  global->scan = bind->scan;
  global->tasks = MakeTasks(bind->scan->files);
  global->position.fill(-1);
  for (idx_t i = 0; i < duckdb_init_get_column_count(info); ++i) {
    const idx_t column = duckdb_init_get_column_index(info, i);
    if (column < kColumnCount) global->position[column] = static_cast<int>(i);
  }
  duckdb_init_set_max_threads(info, std::max<idx_t>(global->tasks.size(), 1));
  duckdb_init_set_init_data(info, global.release(), Delete<Global>);
}

void InitLocal(duckdb_init_info info) { duckdb_init_set_init_data(info, new Local, Delete<Local>); }

Status ReadWhole(const SourceFile& file, std::string* bytes) {
  bytes->resize(static_cast<size_t>(file.size_bytes));
  size_t used = 0;
  if (file.compression == Compression::kNone) {
    CADENZA_ASSIGN(std::shared_ptr<ByteRange> range, OpenRange(file));
    CADENZA_ASSIGN(used, range->ReadAt(0, bytes->data(), bytes->size()));
  } else {
    CADENZA_ASSIGN(std::unique_ptr<ByteStream> stream, OpenStream(file));
    while (used < bytes->size()) {
      CADENZA_ASSIGN(const size_t got, stream->Read(bytes->data() + used, bytes->size() - used));
      if (got == 0) break;
      used += got;
    }
  }
  bytes->resize(used);
  bytes->append(decode::kPadding, '\0');
  return {};
}

/// Neither gzip nor a table tells how long its lines are, so that only a stream of blocks is
/// bounded.
bool FitsInMemory(const SourceFile& file) {
  return file.compression != Compression::kGzip && !file.is_table() &&
         file.size_bytes <= kWholeBytes;
}

/// One request after the other would spend the time of thousands of small files on waiting.
Status FetchTask(const SongScan& scan, const Task& task, Local* local) {
  local->fetched.clear();
  const auto files = std::span(scan.files).subspan(task.first, task.last - task.first);
  const bool small = std::ranges::all_of(files, [](const SourceFile& file) {
    return file.s3 && file.compression == Compression::kNone && FitsInMemory(file);
  });
  if (!small) return {};
  CADENZA_ASSIGN(local->fetched, ReadFiles(files));
  local->fetched_first = task.first;
  return {};
}

Status TakeBytes(const SourceFile& file, Local* local) {
  if (local->fetched.empty()) return ReadWhole(file, &local->bytes);
  local->bytes = std::move(local->fetched[local->file - local->fetched_first]);
  local->bytes.append(decode::kPadding, '\0');
  return {};
}

Status StartFile(const SongScan& scan, Local* local) {
  const SourceFile& file = scan.files[local->file];
  local->in_file = true;
  if (FitsInMemory(file)) {
    CADENZA_TRY(TakeBytes(file, local));
    const std::string_view text(local->bytes.data(), local->bytes.size() - decode::kPadding);
    local->decoder.Decode(text, scan.limits, &local->findings.counts, &local->rows);
    return {};
  }
  if (file.compression == Compression::kNone) {
    CADENZA_ASSIGN(std::shared_ptr<ByteRange> range, OpenRange(file));
    local->blocks = decode::BlockReader::OverRange(std::move(range), 0, file.size_bytes,
                                                   scan.limits, &local->findings, &local->buffer);
  } else {
    CADENZA_ASSIGN(std::unique_ptr<ByteStream> stream, OpenStream(file));
    local->blocks = decode::BlockReader::OverStream(std::move(stream), scan.limits,
                                                    &local->findings, &local->buffer);
  }
  return {};
}

/// The next rows of the file; false at its end.
Result<bool> NextRows(const SongScan& scan, Local* local) {
  local->rows.clear();
  local->emitted = 0;
  if (!local->blocks) return false;
  decode::LineBlock block;
  CADENZA_ASSIGN(const bool more, local->blocks->Next(&block));
  if (!more) return false;
  local->decoder.Decode(block.bytes, scan.limits, &local->findings.counts, &local->rows);
  for (SongRow& row : local->rows) row.offset += block.offset;
  return true;
}

void RefusedLinesAsRows(Local* local) {
  for (const decode::QuarantinedLine& line : local->findings.lines) {
    SongRow row;
    row.reason = line.reason;
    row.detail = line.detail;
    row.offset = line.offset;
    row.length_bytes = line.length_bytes;
    local->rows.push_back(std::move(row));
  }
  local->findings.lines.clear();
}

void FinishFile(const SongScan& scan, Local* local) {
  if (scan.observer) {
    scan.observer->OnCounts(local->file, local->findings.counts);
    for (auto& line : local->findings.lines) {
      scan.observer->OnQuarantined(local->file, std::move(line));
    }
    local->findings.lines.clear();
    scan.observer->OnProgress(scan.files[local->file].size_bytes);
  } else {
    RefusedLinesAsRows(local);
  }
  local->findings.counts = {};
  local->blocks.reset();
  local->in_file = false;
}

/// Makes rows available; false when there is no work left.
Result<bool> Advance(Global* global, Local* local) {
  const SongScan& scan = *global->scan;
  while (true) {
    if (local->in_file) {
      Result<bool> more = NextRows(scan, local);
      if (!more.ok() && more.error().kind == ErrorKind::kInput &&
          scan.files[local->file].compression != Compression::kNone) {
        local->findings.NoteDamage(more.error().message);
        more = false;
      }
      if (!more.ok()) {
        return MakeError(more.error().kind, "{}: {}", scan.files[local->file].name,
                         more.error().message);
      }
      if (*more) return true;
      FinishFile(scan, local);
      ++local->file;
      if (!local->rows.empty()) return true;
      continue;
    }
    if (local->file >= local->task_end) {
      const size_t next = global->next.fetch_add(1);
      if (next >= global->tasks.size()) return false;
      local->file = global->tasks[next].first;
      local->task_end = global->tasks[next].last;
      CADENZA_TRY(FetchTask(scan, global->tasks[next], local));
    }
    local->rows.clear();
    local->emitted = 0;
    CADENZA_TRY(StartFile(scan, local));
    if (!local->rows.empty()) return true;
  }
}

struct Output {
  std::array<VectorWriter, kColumnCount> columns;
  idx_t rows = 0;

  Output(const Global& global, duckdb_data_chunk chunk) {
    for (int c = 0; c < kColumnCount; ++c) {
      if (global.position[c] >= 0) {
        columns[c] = VectorWriter(duckdb_data_chunk_get_vector(chunk, global.position[c]));
      }
    }
  }
  void Text(Column column, const std::optional<std::string>& value) {
    VectorWriter& writer = columns[column];
    if (!writer.wanted()) return;
    if (value) {
      writer.CopyText(rows, *value);
    } else {
      writer.SetNull(rows);
    }
  }
  template <class T>
  void Number(Column column, const std::optional<T>& value) {
    VectorWriter& writer = columns[column];
    if (!writer.wanted()) return;
    if (value) {
      writer.Set<T>(rows, *value);
    } else {
      writer.SetNull(rows);
    }
  }
};

std::optional<std::string> ErrorText(const SongRow& row) {
  if (row.reason == decode::Reason::kNone) return std::nullopt;
  const std::string_view reason = decode::ReasonName(row.reason);
  if (row.detail.empty()) return std::string(reason);
  return fmt::format("{}: {}", reason, row.detail);
}

void WriteRow(const SongRow& row, const std::string& file, Output* out) {
  out->Text(kSongId, row.song_id);
  out->Text(kTitle, row.title);
  out->Text(kArtistId, row.artist_id);
  out->Text(kArtistName, row.artist_name);
  out->Text(kArtistLocation, row.artist_location);
  out->Number(kArtistLatitude, row.artist_latitude);
  out->Number(kArtistLongitude, row.artist_longitude);
  out->Number(kDuration, row.duration);
  out->Number(kYear, row.year);
  out->Number(kNumSongs, row.num_songs);
  out->Text(kRescued, row.rescued.empty() ? std::nullopt : std::optional(row.rescued));
  out->Text(kError, ErrorText(row));
  out->Text(kFile, file);
  out->Number(kOffset, std::optional(row.offset));
  out->Number(kLength, std::optional(row.length_bytes));
  ++out->rows;
}

void EmitRows(const SongScan& scan, Local* local, Output* out) {
  // After FinishFile the position has moved on to the next file already.
  const size_t file = local->in_file ? local->file : local->file - 1;
  while (local->emitted < local->rows.size() && out->rows < duckdb_vector_size()) {
    const SongRow& row = local->rows[local->emitted++];
    if (row.reason != decode::Reason::kNone && scan.observer) {
      scan.observer->OnQuarantined(
          file, decode::MakeQuarantined(row.offset, row.length_bytes, row.reason, row.detail,
                                        row.line, scan.limits.raw_bytes_max));
      continue;
    }
    if (scan.observer && row.song_id) local->marks.push_back({0, HashText(*row.song_id)});
    WriteRow(row, scan.files[file].name, out);
  }
}

void Scan(duckdb_function_info info, duckdb_data_chunk chunk) {
  auto* global = static_cast<Global*>(duckdb_function_get_init_data(info));
  auto* local = static_cast<Local*>(duckdb_function_get_local_init_data(info));
  Output out(*global, chunk);
  while (out.rows < duckdb_vector_size()) {
    if (local->emitted == local->rows.size()) {
      Result<bool> more = Advance(global, local);
      if (!more.ok()) return duckdb_function_set_error(info, more.error().message.c_str());
      if (!*more) break;
    }
    EmitRows(*global->scan, local, &out);
  }
  if (ScanObserver* observer = global->scan->observer; observer && !local->marks.empty()) {
    observer->OnKeys(local->marks);
    local->marks.clear();
  }
  duckdb_data_chunk_set_size(chunk, out.rows);
}

}  // namespace

Status RegisterSongFunctions(duckdb_connection connection, ScanRegistry<SongScan>* scans,
                             TableLines* tables) {
  CADENZA_TRY(RegisterTableFunction(
      connection, {"read_songs", DUCKDB_TYPE_VARCHAR, BindPattern, Init, InitLocal, Scan, tables}));
  return RegisterTableFunction(connection, {"cadenza_song_scan", DUCKDB_TYPE_BIGINT, BindNumber,
                                            Init, InitLocal, Scan, scans});
}

}  // namespace cadenza::engine
