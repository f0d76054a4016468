#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "recommend/history.h"

namespace cadenza::recommend {

/// What a simulated world knows of listeners and songs (`cadenza simulate --truth`).
class Truth {
 public:
  virtual ~Truth() = default;

  /// Shares of each track in what the listener plays on the tested days; nothing but zeros for a
  /// listener whom the truth does not know.
  virtual std::vector<float> ExpectedPlays(size_t listener) const = 0;
  /// How much the listener likes each track, from 0 to 1.
  virtual std::vector<float> Liking(size_t listener) const = 0;

  /// Days since 1970, the last exclusive: those that are tested. Needs track_numbers. kInput for a
  /// folder without the tables of a truth, or of another world: with none of the listeners.
  static Result<std::unique_ptr<Truth>> Read(engine::Engine* engine, const std::string& folder,
                                             const History& history, int first_day, int end_day);
};

}  // namespace cadenza::recommend
