#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "delta/json_text.h"

namespace cadenza::serve {

/// What the body of a query for a shared table asks for.
struct ShareQuery {
  std::optional<int64_t> version, as_of_ms;
  std::optional<int64_t> limit;  ///< rows that are enough
  delta::Json hints;             ///< a tree of conditions; null: none

  bool is_of_another_version() const { return version || as_of_ms; }
};

/// kInput with the field and its value for what cannot be read; an empty body asks for everything.
/// Fields that are unknown, and hints that cannot be read, are passed over, as the protocol has it.
Result<ShareQuery> ParseShareQuery(const std::string& body);

}  // namespace cadenza::serve
