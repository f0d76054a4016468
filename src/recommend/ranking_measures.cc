#include "recommend/ranking_measures.h"

#include <algorithm>
#include <cmath>

namespace cadenza::recommend {
namespace {

bool Has(std::span<const int32_t> tracks, int32_t track) {
  return std::ranges::binary_search(tracks, track);
}

double Gain(size_t place) { return 1 / std::log2(static_cast<double>(place) + 2); }

}  // namespace

double RecallAt(size_t k, std::span<const Ranked> list, std::span<const int32_t> relevant) {
  size_t found = 0;
  for (const Ranked& ranked : list.first(std::min(k, list.size()))) {
    found += Has(relevant, ranked.track) ? 1 : 0;
  }
  return static_cast<double>(found) / static_cast<double>(std::min(k, relevant.size()));
}

ListMeasures MeasureList(std::span<const Ranked> list, std::span<const int32_t> relevant) {
  ListMeasures measures;
  measures.recall_20 = RecallAt(20, list, relevant);
  measures.recall_50 = RecallAt(50, list, relevant);
  const size_t best = std::min(kListLength, relevant.size());
  double gain = 0, ideal = 0, precision = 0;
  size_t found = 0;
  for (size_t place = 0; place < std::min(kListLength, list.size()); ++place) {
    if (!Has(relevant, list[place].track)) continue;
    ++found;
    gain += Gain(place);
    precision += static_cast<double>(found) / static_cast<double>(place + 1);
  }
  for (size_t place = 0; place < best; ++place) ideal += Gain(place);
  measures.ndcg_100 = gain / ideal;
  measures.map_100 = precision / static_cast<double>(best);
  return measures;
}

Interval IntervalOf(std::span<const double> values) {
  Interval interval;
  interval.listeners = static_cast<int64_t>(values.size());
  if (values.empty()) return interval;
  const auto count = static_cast<double>(values.size());
  double sum = 0, squares = 0;
  for (const double value : values) sum += value;
  interval.mean = sum / count;
  for (const double value : values) squares += (value - interval.mean) * (value - interval.mean);
  const double error = values.size() > 1 ? std::sqrt(squares / (count - 1) / count) : 0;
  interval.lower = interval.mean - 1.96 * error;
  interval.upper = interval.mean + 1.96 * error;
  return interval;
}

Interval PairedInterval(std::span<const double> values, std::span<const double> others) {
  std::vector<double> differences(values.size());
  for (size_t i = 0; i < values.size(); ++i) differences[i] = values[i] - others[i];
  return IntervalOf(differences);
}

}  // namespace cadenza::recommend
