#include <cstdio>

#include "http/metrics.h"
#include "http/server.h"
#include "http/service_routes.h"

// Serves a few metrics until standard input ends, for tests/test_metrics.py: metrics_sample
// HOST:PORT
int main(int argc, char** argv) {
  using cadenza::http::MetricKind;
  cadenza::http::Metrics metrics;
  cadenza::http::ServerOptions options;
  options.router.Add(cadenza::http::MetricsRoute([&metrics] { return metrics.Text(); }));
  options.router.Add(cadenza::http::HealthRoute([] { return std::string(); }));
  const bool is_ready =
      argc == 2 && cadenza::http::ParseListen(argv[1], &options).ok() &&
      metrics.Declare("cadenza_windows_total", MetricKind::kCounter, "Windows written.").ok() &&
      metrics.Declare("cadenza_lag_seconds", MetricKind::kGauge, "A \\ and\na second line.").ok();
  if (!is_ready) return 2;
  metrics.Add("cadenza_windows_total", 41, {{"table", "sessions_5m"}});
  metrics.Add("cadenza_windows_total", 1, {{"table", "sessions_5m"}});
  metrics.Set("cadenza_lag_seconds", 0.1, {{"source", "C:\\new \"folder\"\nline {a=\"b\"} é"}});
  metrics.Set("cadenza_lag_seconds", 1e-300, {{"source", ""}});
  const auto server = cadenza::http::Server::Start(options);
  if (!server.ok()) {
    std::fprintf(stderr, "%s\n", server.error().message.c_str());
    return 1;
  }
  std::printf("%s\n", (*server)->url().c_str());
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  return 0;
}
