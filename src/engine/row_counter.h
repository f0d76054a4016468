#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"

namespace cadenza::engine {

/// What CountRows found besides the counts.
struct RowTotals {
  int64_t rows = 0;
  int64_t without_number = 0;                      ///< rows; they are not counted
  std::optional<int64_t> greatest = std::nullopt;  ///< number, before it is rounded
};

/// A column of a file of counts.
struct CountColumn {
  enum class Kind {
    kTime,  ///< the number and `plus`, microseconds: TIMESTAMP WITH TIME ZONE
    kText,  ///< text_`text`; 0: always NULL
    kRows,
  };
  std::string name;
  Kind kind = Kind::kRows;
  int64_t plus = 0;
  size_t text = 0;
};

/// An engine that counts equal rows by sorting: several times as fast as GROUP BY where most rows
/// differ. Not every engine does.
class RowCounter {
 public:
  virtual ~RowCounter() = default;
  /// How often each (number, texts) comes among the rows of a query with the columns BIGINT (the
  /// number, which is rounded down to a multiple of `unit`) and so many VARCHAR, one at least.
  /// Binds `name` with the columns number, rows, text_1 ..., in the order of the number, in memory
  /// until the name is bound again; and `name`_sums with a row for each number and all texts but
  /// the last: number, rows, texts (how many different last ones that are not NULL), text_1 ....
  /// Nothing, and no relation, where that would take half of the engine's memory; the query was
  /// read to its end then.
  virtual Result<std::optional<RowTotals>> CountRows(const std::string& name,
                                                     const std::string& select, size_t texts,
                                                     int64_t unit) = 0;
  /// Writes what is bound as `name`, in its order, as Write does; the request's select and
  /// partition columns are not looked at. No file where there are no rows.
  virtual Result<std::vector<WrittenFile>> WriteCounts(const std::string& name,
                                                       const WriteRequest& request,
                                                       const std::vector<CountColumn>& columns) = 0;
};

/// nullptr where the engine does not count so.
RowCounter* CounterOf(Engine* engine);

}  // namespace cadenza::engine
