#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "recommend/history.h"
#include "recommend/truth_tables.h"

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

/// A world in which listeners differ by style alone: a listener e-explores, a song s of style k has
/// the weight w(s, day) among those of its style, and
///
///   P(next play of the listener is s) = (e * share(k) + (1 - e) * taste(k)) * w(s) / sum of w in k
///
/// with share(k) the part of all weights that style k has, w = popularity * freshness from a song's
/// release on, as the simulator draws (docs/SIMULATOR.md), averaged over days. Liking is the weight
/// of the style in the taste against the greatest.
class TrueTastes : public Truth {
 public:
  static Result<std::unique_ptr<Truth>> Read(engine::Engine* engine, const std::string& folder,
                                             const History& history, int first_day, int end_day);

  std::vector<float> ExpectedPlays(size_t listener) const override;
  std::vector<float> Liking(size_t listener) const override;

 private:
  struct Weight {
    int32_t track = 0;
    int style = 0;
    double share = 0;  ///< of its style
  };

  void Weigh(const std::vector<TrueSong>& songs, int first_day, int end_day);

  size_t tracks_ = 0;
  std::vector<Weight> weights_;
  std::vector<double> style_shares_;
  std::vector<TrueListener> listeners_;
};

}  // namespace cadenza::recommend
