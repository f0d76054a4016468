#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cadenza::stream {

/// What Spark says of one batch of an endless query.
struct QueryProgress {
  int64_t batch = -1;    ///< from 0
  bool did_run = false;  ///< false: it only looked, and found nothing
  int64_t lines = 0;     ///< or rows, read from the files
  int64_t events = 0;    ///< of them with a time
  std::optional<int64_t> newest_us;
  std::optional<int64_t> watermark_us;  ///< under which the batch ran
  int64_t windows_open = 0;             ///< in the state
  int64_t dropped = 0;                  ///< rows of partial sums behind the watermark
  double seconds = 0;

  /// What a source took: the entries of its log behind `after` up to `last`.
  struct Taken {
    int64_t after = -1, last = -1;
  };
  std::vector<Taken> sources;
};

/// `watching`: the name of the observed aggregates, which are lines, events and newest_us.
Result<QueryProgress> ParseProgress(std::string_view json, std::string_view watching);

}  // namespace cadenza::stream
