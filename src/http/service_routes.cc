#include "http/service_routes.h"

namespace cadenza::http {

Route MetricsRoute(std::function<std::string()> metrics) {
  Route route;
  route.path = "/metrics";
  route.handler = [metrics = std::move(metrics)](const Request&) {
    return TextReply(200, metrics(), "text/plain; version=0.0.4; charset=utf-8");
  };
  return route;
}

Route HealthRoute(std::function<std::string()> health) {
  Route route;
  route.path = "/healthz";
  route.is_open = true;
  route.handler = [health = std::move(health)](const Request&) {
    const std::string trouble = health();
    return TextReply(trouble.empty() ? 200 : 503, trouble.empty() ? "ok\n" : trouble + "\n");
  };
  return route;
}

}  // namespace cadenza::http
