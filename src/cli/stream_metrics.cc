#include "cli/stream_metrics.h"

#include "base/clock.h"
#include "cli/message_text.h"
#include "http/service_routes.h"

namespace cadenza::cli {
namespace {

constexpr int64_t kSilenceMsMax = 300'000;

struct Declared {
  const char* name;
  http::MetricKind kind;
  const char* help;
};
constexpr Declared kMetrics[] = {
    {"cadenza_stream_batches_total", http::MetricKind::kCounter, "Batches committed."},
    {"cadenza_stream_events_total", http::MetricKind::kCounter, "Events counted."},
    {"cadenza_stream_late_total", http::MetricKind::kCounter, "Events behind the watermark."},
    {"cadenza_stream_quarantined_total", http::MetricKind::kCounter, "Lines in quarantine."},
    {"cadenza_stream_retries_total", http::MetricKind::kCounter, "Batches that were tried again."},
    {"cadenza_stream_events_per_second", http::MetricKind::kGauge, "Rate of the last batch."},
    {"cadenza_stream_lag_seconds", http::MetricKind::kGauge,
     "Machine time behind the newest event."},
    {"cadenza_stream_watermark_seconds", http::MetricKind::kGauge,
     "Event time up to which windows are final, epoch."},
    {"cadenza_stream_last_success_seconds", http::MetricKind::kGauge,
     "Last commit, or last look that found nothing, epoch."},
};

}  // namespace

Status StreamMetrics::Serve(const std::string& address) {
  for (const Declared& each : kMetrics) {
    CADENZA_TRY(metrics_.Declare(each.name, each.kind, each.help));
  }
  if (address.empty()) return {};
  http::ServerOptions options;
  CADENZA_TRY(http::ParseListen(address, &options));
  last_success_ms_ = NowMs();
  options.router.Add(http::MetricsRoute([this] { return metrics_.Text(); }));
  options.router.Add(http::HealthRoute([this] { return Ailment(); }));
  CADENZA_ASSIGN(server_, http::Server::Start(std::move(options)));
  PrintError("metrics at {}/metrics\n", server_->url());
  return {};
}

void StreamMetrics::Update(const stream::StreamHealth& health) {
  const http::Labels labels = {{"stream", health.stream}};
  const auto set = [&](const char* name, auto value) {
    metrics_.Set(name, static_cast<double>(value), labels);
  };
  last_success_ms_ = health.last_success_ms;
  set("cadenza_stream_batches_total", health.batches);
  set("cadenza_stream_events_total", health.events);
  set("cadenza_stream_late_total", health.late);
  set("cadenza_stream_quarantined_total", health.quarantined);
  set("cadenza_stream_retries_total", health.failures);
  set("cadenza_stream_events_per_second", health.events_per_second);
  set("cadenza_stream_last_success_seconds", static_cast<double>(health.last_success_ms) / 1000);
  if (health.max_event_us) set("cadenza_stream_lag_seconds", health.lag_seconds);
  if (health.watermark_us) {
    set("cadenza_stream_watermark_seconds", static_cast<double>(*health.watermark_us) / 1e6);
  }
}

std::string StreamMetrics::Ailment() const {
  const int64_t silent_ms = NowMs() - last_success_ms_;
  if (silent_ms <= kSilenceMsMax) return "";
  return fmt::format("nothing has succeeded for {} s\n", silent_ms / 1000);
}

}  // namespace cadenza::cli
