#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cadenza::engine {

class Engine;

/// One column of a batch. Only the vector of its kind is filled.
struct TypedColumn {
  enum class Kind {
    kWhole,   ///< whole numbers, booleans, dates (days since 1970), times (µs since 1970, UTC)
    kNumber,  ///< DOUBLE, FLOAT, decimals with places
    kText,
  };

  std::string name;
  Kind kind = Kind::kWhole;
  std::vector<int64_t> whole;     ///< 0 where the value is NULL
  std::vector<double> numbers;    ///< NaN where the value is NULL
  std::vector<size_t> text_ends;  ///< in `characters`
  std::string characters;         ///< of all texts, one after the other
  std::vector<uint8_t> null;      ///< 1 = NULL; as long as the batch

  std::string_view Text(size_t row) const {
    const size_t begin = row == 0 ? 0 : text_ends[row - 1];
    return std::string_view(characters).substr(begin, text_ends[row] - begin);
  }
  /// As a number, whatever the kind: NaN for NULL and for texts.
  double Number(size_t row) const;
};

struct TypedBatch {
  size_t rows = 0;
  std::vector<TypedColumn> columns;
};

/// Runs a query and hands on its rows in batches of columns, without a text in between: some
/// thousand rows at a time, never all in memory. On a cluster the rows come to this machine first.
/// kInput for a column that is neither number nor text, and for a whole number beyond 64 bits.
/// The receiver sees a batch (without rows) even when there are none, so that it knows the columns.
Status ReadTyped(Engine* engine, const std::string& select,
                 const std::function<Status(const TypedBatch&)>& receiver);

}  // namespace cadenza::engine
