// Any bytes as the body of a query for a shared table: hints never throw, and what says nothing of
// a partition prunes nothing.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "serve/share_hints.h"
#include "serve/share_query.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string body(reinterpret_cast<const char*>(data), size);
  const auto query = cadenza::serve::ParseShareQuery(body);
  if (!query.ok()) return 0;
  if (query->version.value_or(0) < 0 || query->limit.value_or(0) < 0) std::abort();
  cadenza::delta::AddFile file;
  if (!cadenza::serve::MayHold(query->hints, file)) std::abort();
  file.partition_values = {{"month", "11"}, {"level", std::nullopt}};
  cadenza::serve::MayHold(query->hints, file);
  return 0;
}
