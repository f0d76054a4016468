#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "delta/snapshot.h"
#include "http/request.h"
#include "share/table_lines.h"

namespace cadenza::share {

/// What a request for a table asks, from its headers, its query and its body.
struct QueryWish {
  ResponseFormat format = ResponseFormat::kParquet;
  bool has_capabilities = false;
  bool wants_end = false;  ///< a last line that says that it is the last
  std::optional<int64_t> version;
  std::string timestamp;
  std::optional<int64_t> limit;
  std::string predicate;  ///< jsonPredicateHints
};

/// kUsage for what cannot be: asynchronous queries, another format, a body that is no JSON.
Result<QueryWish> ReadWish(const http::Request& request, const std::string& body);

/// The files that may hold rows of the answer.
std::vector<delta::AddFile> WantedFiles(const delta::Snapshot& snapshot, const QueryWish& wish);

struct PageWish {
  size_t first = 0;
  size_t count = 500;
};
Result<PageWish> ReadPage(const http::Request& request);

}  // namespace cadenza::share
