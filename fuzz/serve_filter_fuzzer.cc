// Any bytes as a filter, as a cursor's text and as the body of a statement: what becomes SQL has
// balanced quotes and brackets, so that it never is more than one condition or one list of values.
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include "engine/sql_text.h"
#include "serve/filter.h"
#include "serve/secret_text.h"
#include "serve/statement_text.h"

namespace {

/// Every token is one that the filter writes, and brackets close what they open.
void CheckFilter(const std::string& sql) {
  const cadenza::engine::SqlText text(sql);
  int depth = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text.IsSymbol(at, "(")) ++depth;
    if (text.IsSymbol(at, ")") && --depth < 0) std::abort();
    if (text.IsSymbol(at, ";")) std::abort();
  }
  if (depth != 0) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const std::vector<cadenza::engine::Column> columns = {{"plays", "BIGINT"},
                                                        {"country", "VARCHAR"}};
  cadenza::serve::TextFault fault;
  const auto filter = cadenza::serve::FilterSql(bytes, columns, &fault);
  if (filter.ok()) CheckFilter(*filter);
  if (!filter.ok() && (fault.position < 0 || fault.position > static_cast<int64_t>(size))) {
    std::abort();
  }
  cadenza::serve::FromUrlText(bytes);
  const auto body = nlohmann::json::parse(bytes, nullptr, false);
  if (!body.is_discarded()) {
    static_cast<void>(cadenza::serve::WithParameters("select ?, $2, $a", body));
  }
  return 0;
}
