#include "simulate/log_files.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "simulate/gzip_member.h"

namespace cadenza::simulate {
namespace {

constexpr size_t kUsualLineBytes = 640;

std::string FileName(int64_t start_ms, const LogFileOptions& options) {
  const auto moment =
      std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(start_ms));
  const auto day = std::chrono::floor<std::chrono::days>(moment);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{std::chrono::floor<std::chrono::seconds>(moment - day)};
  const auto year = static_cast<int>(date.year());
  const auto month = static_cast<unsigned>(date.month());
  const std::string within_day = options.file_ms % kDayMs == 0
                                     ? ""
                                     : fmt::format("T{:02}-{:02}-{:02}", time.hours().count(),
                                                   time.minutes().count(), time.seconds().count());
  return fmt::format("log_data/{0}/{1:02}/{0}-{1:02}-{2:02}{3}-events.json{4}", year, month,
                     static_cast<unsigned>(date.day()), within_day, options.gzip ? ".gz" : "");
}

}  // namespace

/// The lines of one part of an hour.
struct LogFiles::Chunk {
  std::string text;
  FileLedger ledger;  ///< line ends count for the line before, so the last line lacks its own
  LineFate last_fate = LineFate::kGood;
  int64_t text_bytes = 0;                            ///< before compression
  std::vector<std::pair<uint32_t, LineFate>> lines;  ///< of a file that will be cut
};

LogFiles::LogFiles(const World& world, const LineWriter& lines, Workers* workers, FileSink* sink,
                   LogFileOptions options)
    : world_(world),
      lines_(lines),
      workers_(workers),
      sink_(sink),
      options_(std::move(options)),
      faults_(options_.faults, world.options.seed) {}

bool LogFiles::IsCut(int64_t period) const {
  // Spread evenly over the time.
  const int64_t periods = std::max<int64_t>(world_.options.days * kDayMs / options_.file_ms, 1);
  const int64_t cut = std::min<int64_t>(options_.faults.cut_files, periods);
  const int64_t number = period - world_.options.start_ms / options_.file_ms;
  for (int64_t i = 0; i < cut; ++i) {
    if (number == (2 * i + 1) * periods / (2 * cut)) return true;
  }
  return false;
}

int64_t LogFiles::RowsOf(const std::vector<Event>& events) const {
  auto rows = static_cast<int64_t>(events.size());
  if (options_.faults.duplicated > 0) {
    rows += std::ranges::count_if(
        events, [&](const Event& event) { return faults_.Of(event) == Fault::kDuplicated; });
  }
  return rows;
}

Status LogFiles::Write(const Hour& hour) {
  if (options_.file_ms >= kHourMs) return WriteParts(hour, hour.start_ms / options_.file_ms);
  // Files of less than an hour: parts are cut where files begin.
  Hour slice;
  slice.parts.resize(1);
  std::vector<Event>& events = slice.parts.front();
  int64_t period = hour.start_ms / options_.file_ms;
  for (const std::vector<Event>& part : hour.parts) {
    for (const Event& event : part) {
      if (event.arrival_ms / options_.file_ms != period) {
        CADENZA_TRY(WriteParts(slice, period));
        events.clear();
        period = event.arrival_ms / options_.file_ms;
      }
      events.push_back(event);
    }
  }
  return WriteParts(slice, period);
}

Status LogFiles::WriteParts(const Hour& hour, int64_t period) {
  const auto parts = static_cast<int>(hour.parts.size());
  const int at_once = workers_->threads() * 2;
  for (int first = 0; first < parts; first += at_once) {
    const int count = std::min(at_once, parts - first);
    const auto events_of = [&](int i) -> const std::vector<Event>& {
      return hour.parts[static_cast<size_t>(first) + static_cast<size_t>(i)];
    };
    std::vector<int64_t> rows(static_cast<size_t>(count));
    workers_->Run(count, [&](int i) { rows[static_cast<size_t>(i)] = RowsOf(events_of(i)); });
    std::vector<int64_t> first_row(static_cast<size_t>(count), rows_);
    for (size_t i = 1; i < rows.size(); ++i) first_row[i] = first_row[i - 1] + rows[i - 1];
    if (first_row.back() + rows.back() == rows_) continue;
    if (period_ != period) CADENZA_TRY(BeginFile(period));
    std::vector<Chunk> chunks(static_cast<size_t>(count));
    const int64_t file_began_at = rows_ - file_.all_lines();
    workers_->Run(count, [&](int i) {
      const auto c = static_cast<size_t>(i);
      if (rows[c] > 0) chunks[c] = Make(events_of(i), first_row[c], first_row[c] == file_began_at);
    });
    for (size_t c = 0; c < chunks.size(); ++c) {
      if (rows[c] > 0) CADENZA_TRY(Take(std::move(chunks[c])));
    }
  }
  return {};
}

LogFiles::Chunk LogFiles::Make(const std::vector<Event>& events, int64_t first_row,
                               bool begins_file) const {
  Chunk chunk;
  chunk.text.resize(events.size() * kUsualLineBytes + LineWriter::kLineBytesMax);
  if (!begins_file) chunk.text[0] = '\n';
  chunk.text_bytes = begins_file ? 0 : 1;
  PutEvents(events, first_row, &chunk);
  chunk.text.resize(static_cast<size_t>(chunk.text_bytes));
  if (options_.gzip) chunk.text = GzipMember(chunk.text);
  return chunk;
}

void LogFiles::PutEvents(const std::vector<Event>& events, int64_t first_row, Chunk* chunk) const {
  const bool spoils = options_.faults.spoils();
  const int64_t drift = options_.faults.drift_at_row;
  auto at = static_cast<size_t>(chunk->text_bytes);
  int64_t row = first_row;
  const auto settle = [&](size_t size, LineFate fate) {
    // The line end of the line before belongs to it; the first line's stands in the file's count.
    chunk->ledger.Add(fate, static_cast<int64_t>(size));
    if (row > first_row) chunk->ledger.bytes[static_cast<size_t>(chunk->last_fate)] += 1;
    if (cut_) chunk->lines.emplace_back(static_cast<uint32_t>(size), fate);
    chunk->last_fate = fate;
    at += size;
    ++row;
  };
  for (const Event& event : events) {
    if (chunk->text.size() < at + 3 * LineWriter::kLineBytesMax) {
      chunk->text.resize(chunk->text.size() + chunk->text.size() / 2 +
                         4 * LineWriter::kLineBytesMax);
    }
    if (row > first_row) chunk->text[at++] = '\n';
    LineForm form;
    form.ts = event.ts_ms;
    form.drifted = drift > 0 && row + 1 >= drift;
    const Fault fault = spoils ? faults_.Of(event) : Fault::kNone;
    if (fault == Fault::kSeconds) form.ts = event.ts_ms / 1000;
    if (fault == Fault::kMicroseconds) form.ts = event.ts_ms * 1000;
    char* line = chunk->text.data() + at;
    auto size = static_cast<size_t>(lines_.Put(event, form, line) - line);
    const std::string_view reason = Spoil(fault, event, line, &size);
    if (!reason.empty()) ++chunk->ledger.reasons[std::string(reason)];
    settle(size, reason.empty() ? LineFate::kGood : LineFate::kQuarantined);
    if (fault == Fault::kDuplicated) {
      chunk->text[at++] = '\n';
      std::memcpy(chunk->text.data() + at, chunk->text.data() + at - 1 - size, size);
      settle(size, LineFate::kDuplicate);
    }
  }
  chunk->text_bytes = static_cast<int64_t>(at);
}

Status LogFiles::Take(Chunk chunk) {
  if (file_.all_lines() > 0) file_.bytes[static_cast<size_t>(last_fate_)] += 1;
  file_.Add(chunk.ledger);
  last_fate_ = chunk.last_fate;
  rows_ += chunk.ledger.all_lines();
  bytes_ += chunk.text_bytes;
  if (!cut_) return sink_->Append(std::move(chunk.text));
  held_ += chunk.text;
  lines_of_cut_.insert(lines_of_cut_.end(), chunk.lines.begin(), chunk.lines.end());
  return {};
}

Status LogFiles::BeginFile(int64_t period) {
  CADENZA_TRY(EndFile());
  period_ = period;
  cut_ = IsCut(period);
  file_ = {};
  file_.name = FileName(period * options_.file_ms, options_);
  return sink_->Begin(file_.name);
}

Status LogFiles::EndFile() {
  if (!period_) return {};
  if (options_.before_end) CADENZA_TRY(options_.before_end((*period_ + 1) * options_.file_ms));
  period_.reset();
  if (cut_) CADENZA_TRY(EndCutFile());
  ledger_.push_back(std::move(file_));
  return sink_->End();
}

Status LogFiles::EndCutFile() {
  held_.resize(held_.size() * 2 / 3);
  // What a reader gets is what zlib gives. A line whose end is missing is bad, even where the JSON
  // is complete: nobody knows what would have come.
  auto left = static_cast<int64_t>(ReadableOfGzip(held_).size());
  FileLedger ledger;
  ledger.name = file_.name;
  for (const auto& [size, fate] : lines_of_cut_) {
    if (left <= 0) break;
    const int64_t with_end = int64_t{size} + 1;
    const bool whole = left >= with_end;
    ledger.Add(whole ? fate : LineFate::kQuarantined, std::min(left, with_end));
    left -= with_end;
  }
  file_ = std::move(ledger);
  lines_of_cut_.clear();
  return sink_->Append(std::exchange(held_, {}));
}

Status LogFiles::Finish() { return EndFile(); }

}  // namespace cadenza::simulate
