#pragma once

#include <string>
#include <vector>

#include "http/router.h"

namespace cadenza::http {

/// The routes that have a summary, as OpenAPI 3.1: made from the table that the router uses.
std::string OpenApiJson(const std::vector<Route>& routes, const std::string& version);

/// The same as a page for people, without script.
std::string OpenApiPage(const std::vector<Route>& routes);

}  // namespace cadenza::http
