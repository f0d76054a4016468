#pragma once

#include <span>
#include <vector>

#include "recommend/factor_model.h"

namespace cadenza::recommend {

/// The best vectors of listeners for the tracks' vectors as they are: exact, so that the score of a
/// track is a sum over what the listener played. Refers to the tracks. Thread-safe.
class FoldIn {
 public:
  FoldIn(const FactorRows& tracks, const FactorSettings& settings, size_t threads);

  /// One listener, solved: x = A^-1 sum of w y.
  class Listener {
   public:
    std::span<const float> vector() const { return vector_; }
    /// What each of the listener's pairs adds to the product with a track's vector, in their order.
    std::vector<double> Parts(std::span<const float> track) const;

   private:
    friend class FoldIn;
    const FoldIn* owner_ = nullptr;
    std::span<const int32_t> places_;
    std::span<const float> weights_;
    std::vector<float> root_;  ///< Cholesky's, of A
    std::vector<float> vector_;
  };
  /// The places and weights must outlive the listener.
  Listener Solve(std::span<const int32_t> places, std::span<const float> weights) const;

  const FactorRows& tracks() const { return tracks_; }
  /// Deviation of the vector's products with all tracks.
  double Deviation(std::span<const float> vector) const;

 private:
  const FactorRows& tracks_;
  FactorSettings settings_;
  std::vector<float> gram_;
  std::vector<double> exact_gram_, mean_;
};

}  // namespace cadenza::recommend
