#include "ingest/day_groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>

#include "engine/event_key.h"

namespace cadenza::ingest {
namespace {

constexpr size_t kPeekBytes = size_t{64} << 10;
/// Each group is a write of its own; beyond this many the engine's partitioning is better.
constexpr size_t kGroupsMax = 1000;

/// The day of the first or last event in some lines.
std::optional<int32_t> DayOfLines(std::string_view lines, decode::TimeUnit unit, bool last) {
  decode::EventDecoderOptions options;
  options.wanted = 1u << static_cast<int>(decode::EventColumn::kTsMs);
  options.want_rescued = false;
  options.unit = unit;
  decode::EventDecoder decoder(options);
  decode::LineCounts counts;
  decode::LineBlock block;
  block.bytes = lines;
  decoder.Begin(block, &counts);
  decode::EventRow row;
  std::optional<int32_t> day;
  while (decoder.Next(&row)) {
    if (row.reason != decode::Reason::kNone) continue;
    day = engine::DayOf(row.integer[static_cast<int>(decode::EventColumn::kTsMs)]);
    if (!last) break;
  }
  return day;
}

std::optional<int32_t> FirstDay(const SourceFile& file, decode::TimeUnit unit) {
  Result<std::unique_ptr<ByteStream>> stream = OpenStream(file);
  if (!stream.ok()) return std::nullopt;
  std::string bytes(kPeekBytes + decode::kPadding, '\0');
  size_t used = 0;
  while (used < kPeekBytes) {
    Result<size_t> got = (*stream)->Read(bytes.data() + used, kPeekBytes - used);
    if (!got.ok() || *got == 0) break;
    used += *got;
  }
  return DayOfLines({bytes.data(), used}, unit, false);
}

std::optional<int32_t> LastDay(const SourceFile& file, decode::TimeUnit unit) {
  Result<std::shared_ptr<ByteRange>> range = OpenRange(file);
  if (!range.ok()) return std::nullopt;
  const int64_t begin =
      std::max<int64_t>(0, (*range)->size_bytes() - static_cast<int64_t>(kPeekBytes));
  std::string bytes(kPeekBytes + decode::kPadding, '\0');
  Result<size_t> got = (*range)->ReadAt(begin, bytes.data(), kPeekBytes);
  if (!got.ok()) return std::nullopt;
  std::string_view lines(bytes.data(), *got);
  if (begin > 0) lines.remove_prefix(std::min(lines.find('\n') + 1, lines.size()));
  return DayOfLines(lines, unit, true);
}

std::optional<int32_t> DayOfFile(const SourceFile& file, decode::TimeUnit unit) {
  const std::optional<int32_t> first = FirstDay(file, unit);
  if (!first || file.compression != Compression::kNone) return first;
  return LastDay(file, unit) == first ? first : std::nullopt;
}

}  // namespace

std::string DayText(int32_t day) {
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

std::vector<DayGroup> GroupByDay(const std::vector<SourceFile>& files,
                                 const std::vector<decode::TimeUnit>& units) {
  std::map<std::optional<int32_t>, DayGroup> groups;
  for (size_t f = 0; f < files.size(); ++f) {
    const std::optional<int32_t> day = DayOfFile(files[f], units[f]);
    DayGroup& group = groups[day];
    group.day = day;
    group.files.push_back(f);
  }
  std::vector<DayGroup> list;
  for (auto& [day, group] : groups) list.push_back(std::move(group));
  if (list.size() <= kGroupsMax) return list;
  DayGroup all;
  for (size_t f = 0; f < files.size(); ++f) all.files.push_back(f);
  return {std::move(all)};
}

}  // namespace cadenza::ingest
