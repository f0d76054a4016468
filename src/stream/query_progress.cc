#include "stream/query_progress.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "base/utc_time.h"

namespace cadenza::stream {
namespace {

using nlohmann::json;

int64_t Number(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number() ? found->get<int64_t>() : 0;
}

/// Spark's watermark before any event is 1970.
std::optional<int64_t> Instant(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) return std::nullopt;
  const std::optional<int64_t> ms = ParseUtcMs(found->get<std::string>());
  return ms && *ms > 0 ? std::optional(*ms * 1000) : std::nullopt;
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

/// {"w":{"lines":3}}, or as servers of Spark Connect write it, the values apart from their names:
/// {"w":{"values":[3],"schema":{"type":"struct","fields":[{"name":"lines","type":"long"}]}}}
json Observed(const json& progress, std::string_view watching) {
  const json all = progress.value("observedMetrics", json::object());
  const auto found = all.find(watching);
  if (found == all.end() || !found->is_object()) return json::object();
  if (!found->contains("values") || !found->contains("schema")) return *found;
  json named = json::object();
  const json& values = found->at("values");
  const json& schema = found->at("schema");
  const json fields = schema.is_object() ? schema.value("fields", json::array()) : json::array();
  if (!values.is_array() || !fields.is_array()) return named;
  for (size_t f = 0; f < std::min(values.size(), fields.size()); ++f) {
    const json name = fields[f].is_object() ? fields[f].value("name", json()) : json();
    if (name.is_string()) named[name.get<std::string>()] = values[f];
  }
  return named;
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
  const json observed = Observed(parsed, watching);
  progress.lines = Number(observed, "lines");
  progress.events = Number(observed, "events");
  if (observed.contains("newest_us") && observed.at("newest_us").is_number()) {
    progress.newest_us = Number(observed, "newest_us");
  }
  for (const json& source : parsed.value("sources", json::array())) {
    progress.sources.push_back({LogOffset(source, "startOffset"), LogOffset(source, "endOffset")});
  }
  return progress;
}

}  // namespace cadenza::stream
