#pragma once

#include <functional>
#include <string>

#include "http/router.h"

namespace cadenza::http {

/// /metrics with this text.
Route MetricsRoute(std::function<std::string()> metrics);
/// /healthz: an empty text is 200 ok, any other 503 and the text.
Route HealthRoute(std::function<std::string()> health);

}  // namespace cadenza::http
