#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/result.h"
#include "recommend/play_matrix.h"

namespace cadenza::recommend {

/// What the factors are to fit, for each listener u and track i with the weight w (0: unplayed):
///   sum of w (1 - x_u y_i)^2 + unplayed_weight (x_u y_i)^2
///   + regularisation (pairs of the row + unplayed_weight * rows of the other side)^frequency |x|^2
struct FactorSettings {
  int factors = 64;
  double unplayed_weight = 1;
  double regularisation = 0.003;
  double frequency_exponent = 1;  ///< 0: each row is held down alike
  int iterations = 12;
  int steps = 2;      ///< of conjugate gradients a row and iteration
  uint64_t seed = 1;  ///< of the factors to begin with
  /// w counts above the unplayed: (w - 1) (x y)^2 in place of w (x y)^2, as the first paper has it.
  bool weights_count_above_one = false;
};

/// Vectors of one length, row after row; a multiple of 8 numbers each, padded with 0.
struct FactorRows {
  int factors = 0;  ///< the length without padding
  std::vector<float> values;

  size_t width() const { return (static_cast<size_t>(factors) + 7) / 8 * 8; }
  size_t rows() const { return factors == 0 ? 0 : values.size() / width(); }
  std::span<const float> Row(size_t row) const {
    return std::span(values).subspan(row * width(), width());
  }
  std::span<float> Row(size_t row) { return std::span(values).subspan(row * width(), width()); }
};

struct FactorModel {
  FactorRows listeners;
  FactorRows tracks;
};

/// Small numbers, the same for a seed wherever they are made; `first`: number of the first row.
FactorRows RandomRows(size_t rows, int factors, uint64_t seed);

/// One side of the fit: brings `rows` nearer to the best for the other side's vectors, which may be
/// turned (products of the two sides stay).
void ImproveRows(const PlayMatrix& plays, const FactorSettings& settings, size_t threads,
                 FactorRows* rows, FactorRows* others);

/// Implicit alternating least squares (Hu, Koren, Volinsky 2008; regularisation by frequency after
/// Rendle 2021). Starts from `start` where its sizes fit, else from random vectors. The same bytes
/// on any number of threads. `keep_going` is asked before each iteration; false: kInterrupted.
Result<FactorModel> FitFactors(const PlayMatrix& plays, const PlayMatrix& by_track,
                               const FactorSettings& settings, size_t threads,
                               const FactorRows* start = nullptr,
                               const std::function<bool()>& keep_going = {});

/// The value of what is fitted, in double precision; for tests and benchmarks.
double Objective(const PlayMatrix& plays, const FactorSettings& settings, const FactorModel& model);

/// sum over the rows of y y^T, as a full matrix of width x width.
std::vector<double> GramOf(const FactorRows& rows, size_t threads);

}  // namespace cadenza::recommend
