#include "churn/settings_search.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <random>
#include <vector>

#include "learn/resampling.h"

namespace cadenza::churn {
namespace {

constexpr int kFoldsOfSearch = 3;
/// A gain of less is a matter of the draw.
constexpr double kLeastGain = 0.001;

/// A number from 0 to 1, the same from every standard library.
double Uniform(std::mt19937_64* random) { return static_cast<double>((*random)() >> 11) * 0x1p-53; }

/// Ranges about the usual settings that reach from timid to bold.
TreeSettings Draw(std::mt19937_64* random) {
  constexpr int kDepths[] = {2, 3, 4, 5};
  constexpr double kLeast[] = {3, 10, 30, 100};
  constexpr double kShares[] = {0.25, 0.5, 0.75, 1};
  const auto one_of = [&](const auto& values) {
    return values[static_cast<size_t>(Uniform(random) * std::size(values))];
  };
  TreeSettings settings;
  settings.depth = one_of(kDepths);
  settings.least_weight = one_of(kLeast);
  settings.features_share = one_of(kShares);
  settings.learning_rate = 0.02 * std::pow(8, Uniform(random));
  // What a tree adds, times their number, stays within a factor of three of the usual.
  const double strength = 7.8 * std::pow(3, 2 * Uniform(random) - 1);
  settings.rounds = std::max(20, static_cast<int>(strength / settings.learning_rate));
  return settings;
}

class Search {
 public:
  Search(const Snapshots& data, std::span<const size_t> rows, int64_t known_until,
         const HazardOptions& options)
      : data_(data), known_until_(known_until), options_(options) {
    for (const size_t row : rows) {
      // Other folds than those of the evaluation, which has taken one of these out.
      const auto held = static_cast<size_t>(
          learn::FoldOf(data.users[data.rows[row].listener] + "/settings", kFoldsOfSearch));
      for (size_t fold = 0; fold < kFoldsOfSearch; ++fold) {
        (fold == held ? held_[fold] : learnt_[fold]).push_back(row);
      }
    }
  }

  /// The mean over the folds; kInput when one cannot be learned from or measured.
  Result<double> LogLoss(const TreeSettings& settings) {
    options_.trees = settings;
    double sum = 0;
    for (size_t fold = 0; fold < kFoldsOfSearch; ++fold) {
      CADENZA_ASSIGN(
          const HazardModel model,
          HazardModel::Fit(data_, learnt_[fold], Outcome::kCancel, known_until_, options_));
      CADENZA_ASSIGN(const double loss,
                     model.LogLoss(data_, held_[fold], Outcome::kCancel, known_until_));
      sum += loss;
    }
    return sum / kFoldsOfSearch;
  }

 private:
  const Snapshots& data_;
  int64_t known_until_;
  HazardOptions options_;
  std::vector<size_t> learnt_[kFoldsOfSearch], held_[kFoldsOfSearch];
};

}  // namespace

Result<SettingsSearch> SearchSettings(const Snapshots& data, std::span<const size_t> rows,
                                      int64_t known_until, HazardOptions options, int draws) {
  SettingsSearch found;
  found.best = options.trees;
  if (draws <= 0) return found;
  Search search(data, rows, known_until, options);
  const Result<double> usual = search.LogLoss(found.best);
  if (!usual.ok()) {
    const bool has_too_little = usual.error().kind == ErrorKind::kInput;
    return has_too_little ? Result<SettingsSearch>(found) : usual.error();
  }
  found.usual_log_loss = found.best_log_loss = *usual;
  std::mt19937_64 random(static_cast<uint64_t>(options.seed));
  for (int draw = 0; draw < draws; ++draw) {
    const TreeSettings settings = Draw(&random);
    CADENZA_ASSIGN(const double loss, search.LogLoss(settings));
    ++found.tried;
    if (loss >= found.best_log_loss || loss > (1 - kLeastGain) * found.usual_log_loss) continue;
    found.best_log_loss = loss;
    found.best = settings;
  }
  return found;
}

}  // namespace cadenza::churn
