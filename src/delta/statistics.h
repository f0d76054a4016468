#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "delta/schema.h"

namespace cadenza::delta {

/// A column of a data file as the engine reports it, values as text.
struct ColumnRange {
  /// The true bounds: a max that the engine cut short is no bound, so pass nullopt for it.
  std::optional<std::string> min;  ///< timestamps: "yyyy-mm-dd hh:mm:ss[.ffffff][+00]", UTC
  std::optional<std::string> max;
  int64_t null_count = 0;
  bool has_nan = false;
};

/// The `stats` JSON of an add action: numRecords, minValues, maxValues, nullCount.
/// Strings are cut at 32 characters with a high tie-breaker on max, timestamps floored and ceiled
/// to milliseconds, no bounds where a NaN is, none for boolean and binary.
std::string StatisticsJson(const Schema& schema, int64_t rows,
                           const std::map<std::string, ColumnRange>& columns);

}  // namespace cadenza::delta
