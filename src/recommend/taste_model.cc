#include "recommend/taste_model.h"

#include <cblas.h>

#include <algorithm>
#include <cmath>

#include "recommend/co_listening.h"
#include "recommend/slices.h"

namespace cadenza::recommend {
namespace {

constexpr int kTrendDays = 7;
constexpr double kTrendShrink = 30;
constexpr size_t kListeners = 16;  ///< scored by one product of matrices

double DeviationOf(std::span<const float> values) {
  double sum = 0, squares = 0;
  for (const float value : values) {
    sum += static_cast<double>(value);
    squares += static_cast<double>(value) * static_cast<double>(value);
  }
  const auto count = static_cast<double>(std::max<size_t>(values.size(), 1));
  return std::sqrt(std::max(squares / count - sum / count * (sum / count), 0.0));
}

/// The low pass of a listener: its tracks' rows, by weight.
void AddNear(const PlayMatrix& near, std::span<const int32_t> places,
             std::span<const float> weights, std::span<float> sum) {
  std::ranges::fill(sum, 0.0F);
  for (size_t i = 0; i < places.size(); ++i) {
    const auto row = static_cast<size_t>(places[i]);
    const auto others = near.Places(row);
    const auto values = near.Weights(row);
    for (size_t j = 0; j < others.size(); ++j) {
      sum[static_cast<size_t>(others[j])] += weights[i] * values[j];
    }
  }
}

float Inverse(double deviation) { return deviation > 0 ? static_cast<float>(1 / deviation) : 0; }

}  // namespace

std::vector<float> TrendOf(const History& history, DaySpan span) {
  const DaySpan recent{std::max(span.begin, span.end - kTrendDays), span.end};
  const std::vector<int64_t> all = PlaysOf(history, span), last = PlaysOf(history, recent);
  std::vector<float> trend(all.size());
  const double share = static_cast<double>(recent.days()) / std::max(span.days(), 1);
  for (size_t track = 0; track < trend.size(); ++track) {
    const double usual = static_cast<double>(all[track]) * share;
    trend[track] = static_cast<float>(
        std::sqrt((static_cast<double>(last[track]) + kTrendShrink) / (usual + kTrendShrink)));
  }
  return trend;
}

Result<TasteModel> LearnTaste(const PlayMatrix& liked, std::vector<float> trend,
                              const TasteSettings& settings, size_t threads,
                              const FactorRows* start, const std::function<bool()>& keep_going) {
  TasteModel model;
  model.settings = settings;
  if (settings.follows_trend) model.trend = std::move(trend);
  const PlayMatrix by_track = Transposed(liked);
  CADENZA_ASSIGN(FactorModel factors,
                 FitFactors(liked, by_track, settings.factors, threads, start, keep_going));
  model.tracks = std::move(factors.tracks);
  if (keep_going && !keep_going()) return MakeError(ErrorKind::kInterrupted, "interrupted");
  if (settings.blend > 0) {
    model.near = LowPassNeighbours(liked, by_track, settings.neighbours, threads);
  }
  return model;
}

void ScoreListeners(const TasteModel& model, const FoldIn& fold_in, const PlayMatrix& plays,
                    size_t threads, const std::function<void(ScoredListener&)>& take) {
  const size_t tracks = model.tracks.rows(), width = model.tracks.width();
  const auto stride = static_cast<int>(width), columns = static_cast<int>(tracks);
  const bool blends = model.near.rows() > 0 && model.settings.blend > 0;
  InSlices(plays.rows(), kListeners, threads, [&](size_t begin, size_t end) {
    std::vector<FoldIn::Listener> folded;
    std::vector<float> vectors, near(blends ? tracks : 0), scores((end - begin) * tracks);
    for (size_t row = begin; row < end; ++row) {
      folded.push_back(fold_in.Solve(plays.Places(row), plays.Weights(row)));
      vectors.insert(vectors.end(), folded.back().vector().begin(), folded.back().vector().end());
    }
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, static_cast<int>(end - begin), columns,
                stride, 1, vectors.data(), stride, model.tracks.values.data(), stride, 0,
                scores.data(), columns);
    for (size_t row = begin; row < end; ++row) {
      ScoredListener listener;
      listener.row = row;
      listener.folded = std::move(folded[row - begin]);
      listener.scores = std::span(scores).subspan((row - begin) * tracks, tracks);
      listener.factor_deviation = fold_in.Deviation(listener.folded.vector());
      const float factor = Inverse(listener.factor_deviation);
      float blend = 0;
      if (blends) {
        AddNear(model.near, plays.Places(row), plays.Weights(row), near);
        listener.blend_deviation = DeviationOf(near);
        blend = static_cast<float>(model.settings.blend) * Inverse(listener.blend_deviation);
      }
      for (size_t track = 0; track < tracks; ++track) {
        float score = factor * listener.scores[track];
        if (blends) score += blend * near[track];
        listener.scores[track] = model.trend.empty() ? score : Raised(score, model.trend[track]);
      }
      take(listener);
    }
  });
}

int32_t MostOf(std::span<const double> parts, std::span<const int32_t> places) {
  return places[static_cast<size_t>(std::ranges::max_element(parts) - parts.begin())];
}

std::vector<double> ScoreParts(const TasteModel& model, const ScoredListener& listener,
                               const PlayMatrix& plays, size_t track) {
  std::vector<double> parts = listener.folded.Parts(model.tracks.Row(track));
  const auto places = plays.Places(listener.row);
  const auto weights = plays.Weights(listener.row);
  const auto factor = static_cast<double>(Inverse(listener.factor_deviation));
  const double blend = model.settings.blend * double{Inverse(listener.blend_deviation)};
  double sum = 0;
  for (size_t i = 0; i < parts.size(); ++i) {
    parts[i] *= factor;
    if (model.near.rows() > 0) {
      const auto others = model.near.Places(static_cast<size_t>(places[i]));
      const auto found = std::ranges::lower_bound(others, static_cast<int32_t>(track));
      if (found != others.end() && *found == static_cast<int32_t>(track)) {
        const auto at = static_cast<size_t>(found - others.begin());
        const auto value = model.near.Weights(static_cast<size_t>(places[i]))[at];
        parts[i] += blend * static_cast<double>(weights[i]) * static_cast<double>(value);
      }
    }
    sum += parts[i];
  }
  if (model.trend.empty()) return parts;
  const auto trend = static_cast<double>(model.trend[track]);
  for (double& part : parts) part = sum > 0 ? part * trend : part / trend;
  return parts;
}

}  // namespace cadenza::recommend
