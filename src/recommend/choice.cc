#include "recommend/choice.h"

#include <algorithm>
#include <array>
#include <map>

namespace cadenza::recommend {
namespace {

constexpr std::array<double, 6> kUnplayedWeights = {0.03, 0.1, 0.3, 1, 2, 4};
constexpr std::array<double, 6> kRegularisations = {0.0003, 0.001, 0.003, 0.01, 0.03, 0.1};
constexpr std::array<int, 3> kFactors = {32, 64, 128};
constexpr std::array<double, 5> kBlends = {0, 0.25, 0.5, 1, 2};
constexpr std::array<double, 9> kExponents = {0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.7};
constexpr std::array<double, 3> kFar = {0.5, 1, 2};
constexpr int kHalvings = 3;  ///< of a step between two exponents

double Mean(const std::vector<double>& values) { return IntervalOf(values).mean; }

template <size_t N, class T>
int Nearest(const std::array<T, N>& values, T value) {
  return static_cast<int>(std::ranges::lower_bound(values, value) - values.begin());
}

/// A walk over a grid of settings; each point is learned once.
class Walk {
 public:
  Walk(const ChoiceData& data, const TasteSettings& first, size_t threads,
       const std::function<bool()>& keep_going)
      : data_(data), threads_(threads), keep_going_(keep_going) {
    choice_.settings = first;
    choice_.settings.blend = 0;
    choice_.settings.follows_trend = false;
  }

  Result<Choice> Work() {
    CADENZA_TRY(WalkUphill());
    CADENZA_TRY(TryFactors());
    CADENZA_TRY(TryBlends());
    return std::move(choice_);
  }

 private:
  Result<double> Look(const TasteSettings& settings) {
    CADENZA_ASSIGN(const TasteModel model,
                   LearnTaste(data_.liked, {}, settings, threads_, nullptr, keep_going_));
    return Note(settings, model);
  }

  double Note(const TasteSettings& settings, const TasteModel& model) {
    const double ndcg = Mean(MeasureTaste(model, data_.validation, threads_).ndcg_100);
    choice_.tried.push_back({settings, ndcg});
    if (ndcg > choice_.ndcg_100) {
      choice_.ndcg_100 = ndcg;
      choice_.settings = settings;
    }
    return ndcg;
  }

  Status WalkUphill() {
    const TasteSettings first = choice_.settings;
    int w = std::min(Nearest(kUnplayedWeights, first.factors.unplayed_weight), 5);
    int r = std::min(Nearest(kRegularisations, first.factors.regularisation), 5);
    std::map<std::pair<int, int>, double> known;
    const auto look = [&](int weight, int held) -> Result<double> {
      if (weight < 0 || weight > 5 || held < 0 || held > 5) return -1.0;
      if (const auto found = known.find({weight, held}); found != known.end()) return found->second;
      TasteSettings settings = first;
      settings.factors.unplayed_weight = kUnplayedWeights[static_cast<size_t>(weight)];
      settings.factors.regularisation = kRegularisations[static_cast<size_t>(held)];
      CADENZA_ASSIGN(const double ndcg, Look(settings));
      known[{weight, held}] = ndcg;
      return ndcg;
    };
    CADENZA_ASSIGN(double here, look(w, r));
    for (bool moved = true; moved;) {
      moved = false;
      constexpr std::pair<int, int> kSteps[] = {{0, 1}, {0, -1}, {-1, 0}, {1, 0}};
      for (const auto& [dw, dr] : kSteps) {
        CADENZA_ASSIGN(const double there, look(w + dw, r + dr));
        if (there <= here) continue;
        here = there;
        w += dw;
        r += dr;
        moved = true;
      }
    }
    return {};
  }

  Status TryFactors() {
    const TasteSettings best = choice_.settings;
    for (const int factors : kFactors) {
      if (factors == best.factors.factors) continue;
      TasteSettings settings = best;
      settings.factors.factors = factors;
      CADENZA_TRY(Look(settings));
    }
    return {};
  }

  Status TryBlends() {
    TasteSettings settings = choice_.settings;
    settings.blend = 1;
    settings.follows_trend = !data_.trend.empty();
    CADENZA_ASSIGN(TasteModel model,
                   LearnTaste(data_.liked, data_.trend, settings, threads_, nullptr, keep_going_));
    for (const bool trend : {false, true}) {
      if (trend && data_.trend.empty()) continue;
      model.trend = trend ? data_.trend : std::vector<float>();
      for (const double blend : kBlends) {
        settings.blend = model.settings.blend = blend;
        settings.follows_trend = model.settings.follows_trend = trend;
        Note(settings, model);
      }
    }
    return {};
  }

  const ChoiceData& data_;
  size_t threads_;
  const std::function<bool()>& keep_going_;
  Choice choice_;
};

}  // namespace

Result<Choice> ChooseSettings(const ChoiceData& data, const TasteSettings& first, size_t threads,
                              const std::function<bool()>& keep_going) {
  return Walk(data, first, threads, keep_going).Work();
}

Result<void> ChooseDial(const ChoiceData& data, const TrackFacts& facts,
                        std::span<const int32_t> homes, double cost_max, size_t threads,
                        Choice* choice) {
  choice->dial = {};
  choice->dial_ndcg_100 = choice->ndcg_100;
  if (cost_max <= 0 || data.validation.listeners() == 0) return {};
  CADENZA_ASSIGN(const TasteModel model,
                 LearnTaste(data.liked, data.trend, choice->settings, threads));
  const std::vector<int32_t> listeners = ListenersOf(data.liked);
  const auto measure = [&](const Dial& dial) {
    const Discovery discovery(dial, facts, listeners);
    return Mean(MeasureTaste(model, data.validation, threads, [&](ScoredListener& listener) {
                  const int32_t home = homes.empty() ? -1 : homes[listener.row];
                  Discovery::Turn(
                      discovery.Factors(home, data.validation.known.Places(listener.row)),
                      listener.scores);
                }).ndcg_100);
  };
  const double least = (1 - cost_max) * measure({});
  const auto accept = [&](const Dial& dial) {
    const double ndcg = measure(dial);
    if (ndcg < least) return false;
    choice->dial = dial;
    choice->dial_ndcg_100 = ndcg;
    return true;
  };
  for (const double far : kFar) {
    if (!accept({0, far})) break;
  }
  const double far = choice->dial.far;
  double refused = 0;
  for (const double exponent : kExponents) {
    if (accept({exponent, far})) continue;
    refused = exponent;
    break;
  }
  // Between the last that was taken and the first that was not.
  for (int halving = 0; halving < kHalvings && refused > 0; ++halving) {
    const double between = (choice->dial.listeners_exponent + refused) / 2;
    if (!accept({between, far})) refused = between;
  }
  return {};
}

}  // namespace cadenza::recommend
