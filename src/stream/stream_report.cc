#include "stream/stream_report.h"

#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace cadenza::stream {
namespace {

constexpr double kHeartbeatSeconds = 10;

std::optional<int64_t> Known(const Watermark& mark) {
  return mark.us == Watermark::kNone ? std::nullopt : std::optional(mark.us);
}

}  // namespace

StreamReport::StreamReport(const StreamOptions& options, Checkpoint* checkpoint)
    : options_(options), checkpoint_(checkpoint) {
  summary_.stream = health_.stream = options.name;
  Show(checkpoint->position().watermark);
}

void StreamReport::SetTable(const lake::Model& windows) {
  summary_.table = windows.layer + "." + windows.name;
  health_.table = windows.name;
}

void StreamReport::Show(const Watermark& mark) {
  health_.watermark_us = Known(mark);
  health_.max_event_us = mark.max_event_us;
}

void StreamReport::AddBatch(const BatchRecord& record, double seconds) {
  const BatchEffect& effect = *record.effect;
  BatchNews news;
  news.batch = record.plan->batch;
  news.files = record.all_files();
  news.events = effect.rows;
  news.late = effect.late_rows;
  news.quarantined = record.quarantined_lines();
  news.windows = effect.windows;
  news.seconds = seconds;
  news.watermark = effect.watermark;
  ++summary_.batches;
  summary_.files += record.plan->skip ? 0 : news.files;
  summary_.events += news.events;
  summary_.late += news.late;
  summary_.quarantined += news.quarantined;
  for (size_t f = 0; f < record.counts.size(); ++f) {
    summary_.good += record.counts[f].good_lines;
    const bool is_first = summary_.first_bad_file.empty() && record.counts[f].quarantined_lines > 0;
    // A cluster counts the lines of a batch without saying whose they are.
    if (is_first && f < record.plan->parts.size()) {
      summary_.first_bad_file = record.plan->parts[f].name;
    }
  }
  summary_.rescued += record.rescued;
  summary_.windows += news.windows;
  summary_.busy_seconds += seconds;
  health_.batches = summary_.batches;
  health_.events = summary_.events;
  health_.events_per_second = static_cast<double>(news.events) / std::max(seconds, 1e-6);
  health_.late = summary_.late;
  health_.quarantined = summary_.quarantined;
  Show(effect.watermark);
  IsWell();
  if (options_.on_batch) options_.on_batch(news);
  TellHealth();
}

void StreamReport::TellHealth() {
  if (health_.max_event_us) {
    health_.lag_seconds = static_cast<double>(NowMs() * 1000 - *health_.max_event_us) / 1e6;
  }
  if (options_.on_health) options_.on_health(health_);
}

Status StreamReport::Beat(const char* doing) {
  heartbeat_ = Stopwatch();
  has_beaten_ = true;
  const nlohmann::json json = {{"stream", health_.stream},
                               {"process", ::getpid()},
                               {"doing", doing},
                               {"time_ms", NowMs()},
                               {"last_success_ms", health_.last_success_ms},
                               {"batch", checkpoint_->position().batch},
                               {"events", health_.events},
                               {"events_per_second", health_.events_per_second},
                               {"lag_seconds", health_.lag_seconds},
                               {"watermark", InstantText(health_.watermark_us)},
                               {"late", health_.late},
                               {"quarantined", health_.quarantined},
                               {"failures", health_.failures}};
  // What the batch committed is done, whether anybody hears of it or not.
  if (const Status told = checkpoint_->Heartbeat(json.dump()); !told.ok()) {
    options_.Warn("the heartbeat could not be written: " + told.error().message);
  }
  return {};
}

Status StreamReport::BeatInTime(const char* doing) {
  if (has_beaten_ && heartbeat_.seconds() <= kHeartbeatSeconds) return {};
  return Beat(doing);
}

Result<StreamSummary> StreamReport::Finish(double seconds) {
  summary_.stopped = options_.Stops();
  if (has_beaten_) CADENZA_TRY(Beat(summary_.stopped ? "stopped" : "done"));
  const StreamPosition& position = checkpoint_->position();
  summary_.last_batch = position.batch;
  summary_.watermark = position.watermark;
  summary_.watermark_text = InstantText(Known(position.watermark));
  summary_.max_event_text = InstantText(position.watermark.max_event_us);
  summary_.seconds = seconds;
  return std::move(summary_);
}

}  // namespace cadenza::stream
