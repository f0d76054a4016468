#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "recommend/history.h"

namespace cadenza::recommend {

/// What a simulated world knows of tastes (`cadenza simulate --truth`): a listener e-explores, a
/// song s of style k has the weight w(s, day) among those of its style, and
///
///   P(next play of the listener is s) = (e * share(k) + (1 - e) * taste(k)) * w(s) / sum of w in k
///
/// with share(k) the part of all weights that style k has, w = popularity * (1 + 10 exp(-age / 14
/// d)) from a song's release on, as the simulator draws (docs/SIMULATOR.md), averaged over days.
class TrueTastes {
 public:
  /// Days since 1970, the last exclusive: those that are tested. Needs track_numbers. kInput for a
  /// folder without the tables of a truth, or of another world: with none of the listeners.
  static Result<TrueTastes> Read(engine::Engine* engine, const std::string& folder,
                                 const History& history, int first_day, int end_day);

  /// Of each track; none for a listener whom the truth does not know.
  std::vector<float> ExpectedPlays(size_t listener) const;

 private:
  struct Weight {
    int32_t track = 0;
    int style = 0;
    double share = 0;  ///< of its style
  };
  struct Listener {
    double exploration = 0;
    std::vector<double> taste;  ///< by style, sums to 1
  };

  Status ReadSongs(engine::Engine* engine, const std::string& folder, int first_day, int end_day);
  Status ReadListeners(engine::Engine* engine, const std::string& folder, const History& history);

  size_t tracks_ = 0;
  std::vector<Weight> weights_;
  std::vector<double> style_shares_;
  std::vector<Listener> listeners_;  ///< as in the history; without a taste: not known
};

}  // namespace cadenza::recommend
