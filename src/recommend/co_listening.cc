#include "recommend/co_listening.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "recommend/slices.h"
#include "recommend/top_tracks.h"

namespace cadenza::recommend {
namespace {

constexpr size_t kSlice = 64;

/// 1 / root of the sum of each row; 0 where that is 0.
std::vector<float> InverseRoots(const PlayMatrix& matrix) {
  std::vector<float> roots(matrix.rows());
  for (size_t row = 0; row < matrix.rows(); ++row) {
    double sum = 0;
    for (const float weight : matrix.Weights(row)) sum += static_cast<double>(weight);
    roots[row] = sum > 0 ? static_cast<float>(1 / std::sqrt(sum)) : 0.0F;
  }
  return roots;
}

/// A row that is added up place by place.
class RowSum {
 public:
  explicit RowSum(size_t places) : values_(places), is_met_(places) {}

  void Add(int32_t place, float value) {
    const auto at = static_cast<size_t>(place);
    if (!is_met_[at]) {
      is_met_[at] = 1;
      met_.push_back(place);
    }
    values_[at] += value;
  }
  /// The greatest values by place, and begins anew.
  std::vector<Ranked> Take(size_t count) {
    std::vector<Ranked> row;
    row.reserve(met_.size());
    for (const int32_t place : met_) {
      const auto at = static_cast<size_t>(place);
      if (values_[at] > 0) row.push_back({place, values_[at]});
      values_[at] = 0;
      is_met_[at] = 0;
    }
    met_.clear();
    if (row.size() > count) {
      std::ranges::nth_element(row, row.begin() + static_cast<std::ptrdiff_t>(count), ComesBefore);
      row.resize(count);
    }
    std::ranges::sort(row, {}, &Ranked::track);
    return row;
  }

 private:
  std::vector<float> values_;
  std::vector<uint8_t> is_met_;
  std::vector<int32_t> met_;
};

/// Makes a matrix of rows that are computed one by one, on all threads.
template <class Fill>
PlayMatrix MakeRows(size_t rows, size_t keep, size_t threads, const Fill& fill) {
  std::vector<std::vector<Ranked>> made(rows);
  InSlices(rows, kSlice, threads, [&](size_t begin, size_t end) {
    thread_local std::unique_ptr<RowSum> sum;
    thread_local size_t sum_places = 0;
    if (!sum || sum_places != rows) sum = std::make_unique<RowSum>(rows);
    sum_places = rows;
    for (size_t row = begin; row < end; ++row) {
      fill(row, sum.get());
      made[row] = sum->Take(keep);
    }
  });
  PlayMatrix matrix;
  matrix.columns = static_cast<int32_t>(rows);
  for (std::vector<Ranked>& row : made) {
    for (const Ranked& value : row) matrix.Add(value.track, value.score);
    matrix.EndRow();
    row = {};
  }
  return matrix;
}

}  // namespace

PlayMatrix LowPassNeighbours(const PlayMatrix& plays, const PlayMatrix& by_track, size_t neighbours,
                             size_t threads) {
  const std::vector<float> of_listener = InverseRoots(plays), of_track = InverseRoots(by_track);
  const size_t tracks = by_track.rows();
  const PlayMatrix near = MakeRows(tracks, neighbours, threads, [&](size_t track, RowSum* sum) {
    for (size_t i = 0; i < by_track.RowSize(track); ++i) {
      const auto listener = static_cast<size_t>(by_track.Places(track)[i]);
      const float factor = by_track.Weights(track)[i] * of_track[track] * of_listener[listener] *
                           of_listener[listener];
      const auto places = plays.Places(listener);
      const auto weights = plays.Weights(listener);
      for (size_t j = 0; j < places.size(); ++j) {
        sum->Add(places[j], factor * weights[j] * of_track[static_cast<size_t>(places[j])]);
      }
    }
  });
  return MakeRows(tracks, neighbours, threads, [&](size_t track, RowSum* sum) {
    const auto first = near.Places(track);
    const auto values = near.Weights(track);
    for (size_t i = 0; i < first.size(); ++i) {
      sum->Add(first[i], 2 * values[i]);
      const auto second = near.Places(static_cast<size_t>(first[i]));
      const auto of_second = near.Weights(static_cast<size_t>(first[i]));
      for (size_t j = 0; j < second.size(); ++j) sum->Add(second[j], -values[i] * of_second[j]);
    }
  });
}

}  // namespace cadenza::recommend
