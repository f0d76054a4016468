// Event files as a DuckDB table function over decode::EventDecoder.
//
// Threads take tasks: a range of a plain file, or a whole compressed one. A chunk never spans two
// blocks, so that long texts can point into the block instead of being copied; the block stays in
// place until the next call of the same thread, and the engine's sinks copy what they keep.

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <optional>

#include "engine/duckdb/scan_binding.h"
#include "engine/duckdb/scan_findings.h"
#include "engine/duckdb/scan_tasks.h"
#include "engine/duckdb/table_function.h"
#include "engine/duckdb/vector_writer.h"
#include "engine/event_key.h"

namespace cadenza::engine {
namespace {

using decode::EventColumn;
using decode::EventRow;
using decode::kEventColumnCount;

constexpr int64_t kBytesPerRow = 450;

enum MetaColumn { kEventTime, kEventDate, kRescued, kError, kFile, kOffset, kLength, kMetaCount };
constexpr int kColumnCount = kEventColumnCount + kMetaCount;
constexpr ScanColumn kMetaColumns[kMetaCount] = {
    {"event_time", DUCKDB_TYPE_TIMESTAMP_TZ}, {"event_date", DUCKDB_TYPE_DATE},
    {"_rescued", DUCKDB_TYPE_VARCHAR},        {"_error", DUCKDB_TYPE_VARCHAR},
    {"_file", DUCKDB_TYPE_VARCHAR},           {"_offset", DUCKDB_TYPE_BIGINT},
    {"_length", DUCKDB_TYPE_BIGINT}};

duckdb_type TypeOf(decode::ColumnType type) {
  switch (type) {
    case decode::ColumnType::kText:
      return DUCKDB_TYPE_VARCHAR;
    case decode::ColumnType::kInt64:
      return DUCKDB_TYPE_BIGINT;
    case decode::ColumnType::kInt32:
      return DUCKDB_TYPE_INTEGER;
    case decode::ColumnType::kDouble:
      return DUCKDB_TYPE_DOUBLE;
  }
  std::abort();
}

struct Bind {
  EventScan owned;  ///< for read_events('pattern')
  EventScan* scan = nullptr;
};

struct Global {
  explicit Global(EventScan* given) : scan(given), tasks(*given) {}

  EventScan* scan;
  ScanTaskQueue tasks;
  std::array<int, kColumnCount> position{};  ///< in the output; -1 = not wanted
  uint32_t wanted = 0;
  bool want_rescued = false;
};

struct Local {
  std::optional<decode::EventDecoder> decoder;
  decode::TimeUnit unit = decode::TimeUnit::kMilliseconds;  ///< of the decoder
  decode::BlockBuffer buffer;
  std::unique_ptr<decode::BlockReader> reader;
  ScanFindings findings;
  size_t file = ScanTaskQueue::kNoFile;
  int64_t file_bytes = 0;  ///< stored bytes of the task, for progress
  bool in_block = false;
  EventRow row;
  std::vector<KeyMark> marks;
};

void BindColumns(duckdb_bind_info info) {
  for (const decode::ColumnSpec& column : decode::kEventColumns) {
    AddColumn(info, std::string(column.name), TypeOf(column.type));
  }
  AddColumns(info, kMetaColumns);
}

void FinishBind(duckdb_bind_info info, std::unique_ptr<Bind> bind) {
  int64_t bytes = 0;
  for (const SourceFile& file : bind->scan->files) bytes += file.size_bytes;
  BindColumns(info);
  duckdb_bind_set_cardinality(info, static_cast<idx_t>(bytes / kBytesPerRow + 1), false);
  duckdb_bind_set_bind_data(info, bind.release(), Delete<Bind>);
}

void BindPattern(duckdb_bind_info info) {
  auto bind = std::make_unique<Bind>();
  auto* tables = static_cast<TableLines*>(duckdb_bind_get_extra_info(info));
  Result<std::vector<SourceFile>> files = tables->List(TextParameter(info), "ts");
  if (!files.ok()) return duckdb_bind_set_error(info, files.error().message.c_str());
  bind->owned.files = std::move(files).value();
  bind->scan = &bind->owned;
  FinishBind(info, std::move(bind));
}

void BindNumber(duckdb_bind_info info) {
  auto bind = std::make_unique<Bind>();
  auto* registry = static_cast<ScanRegistry<EventScan>*>(duckdb_bind_get_extra_info(info));
  bind->scan = registry->Find(NumberParameter(info));
  if (!bind->scan) return duckdb_bind_set_error(info, "no such scan");
  FinishBind(info, std::move(bind));
}

void Init(duckdb_init_info info) {
  auto* bind = static_cast<Bind*>(duckdb_init_get_bind_data(info));
  auto global = std::make_unique<Global>(bind->scan);
  global->position.fill(-1);
  for (idx_t i = 0; i < duckdb_init_get_column_count(info); ++i) {
    const idx_t column = duckdb_init_get_column_index(info, i);
    if (column < kColumnCount) global->position[column] = static_cast<int>(i);
  }
  for (int c = 0; c < kEventColumnCount; ++c) {
    if (global->position[c] >= 0) global->wanted |= 1u << c;
  }
  global->want_rescued = global->position[kEventColumnCount + kRescued] >= 0;
  if (global->scan->observer && global->scan->observer->WantsKeys())
    global->wanted = (1u << kEventColumnCount) - 1;
  if (global->position[kEventColumnCount + kEventTime] >= 0 ||
      global->position[kEventColumnCount + kEventDate] >= 0) {
    global->wanted |= 1u << static_cast<int>(EventColumn::kTsMs);
  }
  duckdb_init_set_max_threads(info, std::max<idx_t>(global->tasks.size(), 1));
  duckdb_init_set_init_data(info, global.release(), Delete<Global>);
}

void InitLocal(duckdb_init_info info) { duckdb_init_set_init_data(info, new Local, Delete<Local>); }

Status StartTask(const Global& global, const ScanTask& task, Local* local) {
  const EventScan& scan = *global.scan;
  const SourceFile& file = scan.files[task.file];
  decode::EventDecoderOptions options;
  options.wanted = global.wanted;
  options.want_rescued = global.want_rescued;
  options.require_time = scan.require_time;
  if (!scan.units.empty()) options.unit = scan.units[task.file];
  if (!local->decoder || local->unit != options.unit) local->decoder.emplace(options);
  local->unit = options.unit;
  local->file = task.file;
  local->file_bytes = task.end - task.begin;
  if (file.compression == Compression::kNone) {
    CADENZA_ASSIGN(std::shared_ptr<ByteRange> range, OpenRange(file));
    local->reader = decode::BlockReader::OverRange(std::move(range), task.begin, task.end,
                                                   scan.limits, &local->findings, &local->buffer);
  } else {
    CADENZA_ASSIGN(std::unique_ptr<ByteStream> stream, OpenStream(file));
    local->reader = decode::BlockReader::OverStream(std::move(stream), scan.limits,
                                                    &local->findings, &local->buffer);
  }
  return {};
}

/// Hands on what the task found. Lines that the block reader itself refused become rows where
/// nobody observes; the caller has room for them by emitting them at a chunk's start.
void FinishTask(const Global& global, Local* local) {
  ScanObserver* observer = global.scan->observer;
  if (observer) {
    observer->OnCounts(local->file, local->findings.counts);
    for (auto& line : local->findings.lines) observer->OnQuarantined(local->file, std::move(line));
    observer->OnProgress(local->file_bytes);
    local->findings.lines.clear();
  }
  local->findings.counts = {};
  local->reader.reset();
}

/// The output's columns for one call.
struct Output {
  std::array<VectorWriter, kColumnCount> columns;
  idx_t rows = 0;

  Output(const Global& global, duckdb_data_chunk chunk) {
    for (int c = 0; c < kColumnCount; ++c) {
      const int position = global.position[c];
      if (position >= 0) {
        columns[c] = VectorWriter(duckdb_data_chunk_get_vector(chunk, position));
      }
    }
  }
  VectorWriter& meta(MetaColumn column) { return columns[kEventColumnCount + column]; }
};

void WriteEventColumn(const EventRow& row, int c, idx_t at, VectorWriter* writer) {
  switch (decode::kEventColumns[c].type) {
    case decode::ColumnType::kText:
      if (row.transient >> c & 1) {
        writer->CopyText(at, row.text[c]);
      } else {
        writer->ReferPaddedText(at, row.text[c]);
      }
      break;
    case decode::ColumnType::kInt64:
      writer->Set<int64_t>(at, row.integer[c]);
      break;
    case decode::ColumnType::kInt32:
      writer->Set<int32_t>(at, static_cast<int32_t>(row.integer[c]));
      break;
    case decode::ColumnType::kDouble:
      writer->Set<double>(at, row.number[c]);
      break;
  }
}

void WriteTimes(const EventRow& row, idx_t at, Output* out) {
  constexpr int kTs = static_cast<int>(EventColumn::kTsMs);
  const bool present = row.present >> kTs & 1;
  if (auto& writer = out->meta(kEventTime); writer.wanted()) {
    if (present) {
      writer.Set<int64_t>(at, row.integer[kTs] * 1000);
    } else {
      writer.SetNull(at);
    }
  }
  if (auto& writer = out->meta(kEventDate); writer.wanted()) {
    if (present) {
      writer.Set<int32_t>(at, DayOf(row.integer[kTs]));
    } else {
      writer.SetNull(at);
    }
  }
}

void WriteMeta(const EventRow& row, const std::string& file, Output* out) {
  const idx_t at = out->rows;
  if (auto& writer = out->meta(kRescued); writer.wanted()) {
    if (row.rescued.empty()) {
      writer.SetNull(at);
    } else {
      writer.CopyText(at, row.rescued);
    }
  }
  if (auto& writer = out->meta(kError); writer.wanted()) {
    if (row.reason == decode::Reason::kNone) {
      writer.SetNull(at);
    } else {
      const std::string_view reason = decode::ReasonName(row.reason);
      writer.CopyText(
          at, row.detail.empty() ? std::string(reason) : fmt::format("{}: {}", reason, row.detail));
    }
  }
  if (auto& writer = out->meta(kFile); writer.wanted()) writer.ReferText(at, file);
  if (auto& writer = out->meta(kOffset); writer.wanted()) writer.Set<int64_t>(at, row.offset);
  if (auto& writer = out->meta(kLength); writer.wanted()) writer.Set<int64_t>(at, row.length_bytes);
}

void WriteRow(const EventRow& row, const std::string& file, Output* out) {
  const uint32_t present = row.reason == decode::Reason::kNone ? row.present : 0;
  for (int c = 0; c < kEventColumnCount; ++c) {
    VectorWriter& writer = out->columns[c];
    if (!writer.wanted()) continue;
    if (present >> c & 1) {
      WriteEventColumn(row, c, out->rows, &writer);
    } else {
      writer.SetNull(out->rows);
    }
  }
  if (present != row.present) {
    EventRow bad;
    WriteTimes(bad, out->rows, out);
  } else {
    WriteTimes(row, out->rows, out);
  }
  WriteMeta(row, file, out);
  ++out->rows;
}

/// The lines that only the block reader saw, as rows of their own.
void WriteRefusedLines(const Global& global, Local* local, Output* out) {
  while (!local->findings.lines.empty() && out->rows < duckdb_vector_size()) {
    const decode::QuarantinedLine& line = local->findings.lines.back();
    EventRow row;
    row.reason = line.reason;
    row.detail = line.detail;
    row.offset = line.offset;
    row.length_bytes = line.length_bytes;
    WriteRow(row, global.scan->files[local->file].name, out);
    local->findings.lines.pop_back();
  }
}

/// Fills the chunk from the current block.
void DrainBlock(const Global& global, Local* local, Output* out) {
  const SourceFile& file = global.scan->files[local->file];
  ScanObserver* observer = global.scan->observer;
  const idx_t capacity = duckdb_vector_size();
  EventRow& row = local->row;
  while (out->rows < capacity) {
    if (!local->decoder->Next(&row)) {
      local->in_block = false;
      return;
    }
    if (row.reason != decode::Reason::kNone && observer) {
      observer->OnQuarantined(
          local->file, decode::MakeQuarantined(row.offset, row.length_bytes, row.reason, row.detail,
                                               row.line, global.scan->limits.raw_bytes_max));
      continue;
    }
    if (observer && observer->WantsKeys()) local->marks.push_back(MarkOf(row));
    WriteRow(row, file.name, out);
  }
}

/// A damaged archive is bad input like a bad line: what came before it counts.
bool IsDamagedArchive(const Global& global, const Local& local, const Error& error) {
  return error.kind == ErrorKind::kInput &&
         global.scan->files[local.file].compression != Compression::kNone;
}

/// Moves to the next block or task. False when there is no work left.
Result<bool> Advance(Global* global, Local* local) {
  while (true) {
    if (!local->reader) {
      const std::optional<ScanTask> task = global->tasks.Next(local->file);
      if (!task) return false;
      CADENZA_TRY(StartTask(*global, *task, local));
    }
    decode::LineBlock block;
    Result<bool> more = local->reader->Next(&block);
    if (!more.ok() && IsDamagedArchive(*global, *local, more.error())) {
      local->findings.NoteDamage(more.error().message);
      more = false;
    }
    if (!more.ok()) {
      return MakeError(more.error().kind, "{}: {}", global->scan->files[local->file].name,
                       more.error().message);
    }
    if (*more) {
      local->decoder->Begin(block, &local->findings.counts);
      local->in_block = true;
      return true;
    }
    FinishTask(*global, local);
    if (!local->findings.lines.empty()) return true;
  }
}

void Scan(duckdb_function_info info, duckdb_data_chunk chunk) {
  auto* global = static_cast<Global*>(duckdb_function_get_init_data(info));
  auto* local = static_cast<Local*>(duckdb_function_get_local_init_data(info));
  Output out(*global, chunk);
  while (out.rows == 0) {
    if (!global->scan->observer) WriteRefusedLines(*global, local, &out);
    if (out.rows > 0) break;
    if (!local->in_block) {
      Result<bool> more = Advance(global, local);
      if (!more.ok()) return duckdb_function_set_error(info, more.error().message.c_str());
      if (!*more) break;
      continue;
    }
    DrainBlock(*global, local, &out);
  }
  if (ScanObserver* observer = global->scan->observer; observer && !local->marks.empty()) {
    observer->OnKeys(local->marks);
    local->marks.clear();
  }
  duckdb_data_chunk_set_size(chunk, out.rows);
}

}  // namespace

Status RegisterEventFunctions(duckdb_connection connection, ScanRegistry<EventScan>* scans,
                              TableLines* tables) {
  CADENZA_TRY(RegisterTableFunction(connection, {"read_events", DUCKDB_TYPE_VARCHAR, BindPattern,
                                                 Init, InitLocal, Scan, tables}));
  return RegisterTableFunction(connection, {"cadenza_event_scan", DUCKDB_TYPE_BIGINT, BindNumber,
                                            Init, InitLocal, Scan, scans});
}

}  // namespace cadenza::engine
