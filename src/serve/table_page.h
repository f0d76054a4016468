#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "http/request.h"
#include "serve/filter.h"

namespace cadenza::serve {

/// Which rows of a table somebody asked for.
struct TablePage {
  static constexpr int64_t kLimitMax = 10'000;

  std::string select;  ///< one row more than `limit`, which tells whether there are more
  int64_t limit = 100;
  int64_t offset = 0;
  std::optional<int64_t> run;  ///< of the first page
};

/// Reads `columns`, `where`, `order` and `limit`, and the place in the rows from `cursor`. kUsage
/// for what the table does not have; a fault of `where` has its place.
Result<TablePage> ReadTablePage(const http::Request& request, const std::string& table,
                                const std::vector<engine::Column>& columns, TextFault* fault);

/// The run and the offset behind a cursor; kUsage when it is none, or one of another question.
Status ReadCursor(const http::Request& request, TablePage* page);
/// What leads to the next page.
std::string MakeCursor(const http::Request& request, int64_t run, int64_t offset);

}  // namespace cadenza::serve
