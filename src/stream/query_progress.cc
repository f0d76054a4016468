#include "stream/query_progress.h"

#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

namespace cadenza::stream {
namespace {

using nlohmann::json;

int64_t Number(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number() ? found->get<int64_t>() : 0;
}

/// "2025-07-01T03:59:00.000Z". Spark's watermark before any event is 1970.
std::optional<int64_t> Instant(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) return std::nullopt;
  int year = 0, hour = 0, minute = 0, milliseconds = 0;
  unsigned month = 0, day = 0, second = 0;
  if (std::sscanf(found->get_ref<const std::string&>().c_str(), "%d-%u-%uT%d:%d:%u.%dZ", &year,
                  &month, &day, &hour, &minute, &second, &milliseconds) < 6) {
    return std::nullopt;
  }
  const std::chrono::sys_days date =
      std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day);
  const int64_t seconds = std::chrono::seconds(date.time_since_epoch()).count() +
                          int64_t{hour} * 3600 + int64_t{minute} * 60 + second;
  const int64_t us = (seconds * 1000 + milliseconds) * 1000;
  return us > 0 ? std::optional(us) : std::nullopt;
}

/// {"logOffset":3}, itself a text.
int64_t LogOffset(const json& source, const char* name) {
  const auto found = source.find(name);
  if (found == source.end()) return -1;
  const json offset = found->is_string()
                          ? json::parse(found->get_ref<const std::string&>(), nullptr, false)
                          : *found;
  if (!offset.is_object() || !offset.contains("logOffset")) return -1;
  return Number(offset, "logOffset");
}

}  // namespace

Result<QueryProgress> ParseProgress(std::string_view text, std::string_view watching) {
  const json parsed = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_object() || !parsed.contains("batchId")) {
    return MakeError(ErrorKind::kInput, "not the progress of a query: {}", text);
  }
  QueryProgress progress;
  progress.batch = Number(parsed, "batchId");
  const json durations = parsed.value("durationMs", json::object());
  progress.did_run = durations.contains("addBatch");
  progress.seconds = static_cast<double>(Number(durations, "triggerExecution")) / 1000;
  progress.watermark_us = Instant(parsed.value("eventTime", json::object()), "watermark");
  for (const json& state : parsed.value("stateOperators", json::array())) {
    progress.windows_open += Number(state, "numRowsTotal");
    progress.dropped += Number(state, "numRowsDroppedByWatermark");
  }
  const json observed = parsed.value("observedMetrics", json::object());
  if (const auto rows = observed.find(watching); rows != observed.end() && rows->is_object()) {
    progress.lines = Number(*rows, "lines");
    progress.events = Number(*rows, "events");
    if (rows->contains("newest_us") && rows->at("newest_us").is_number()) {
      progress.newest_us = Number(*rows, "newest_us");
    }
  }
  for (const json& source : parsed.value("sources", json::array())) {
    progress.sources.push_back({LogOffset(source, "startOffset"), LogOffset(source, "endOffset")});
  }
  return progress;
}

}  // namespace cadenza::stream
