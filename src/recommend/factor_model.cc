#include "recommend/factor_model.h"

#include <cblas.h>

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>

#include "recommend/factor_row.h"
#include "recommend/slices.h"

namespace cadenza::recommend {
namespace {

// The library of cblas.h starts no threads of its own, here and in every process that links this:
// they would turn idle for a while at each start of the program. It is told so by the only way that
// it knows, before its own constructor, and after the C library has its environment. Its build
// without threads is no way out: two threads that call it get each other's numbers.
constexpr int kBeforeOthers = 101;
[[gnu::constructor(kBeforeOthers)]] void KeepBlasToItsCaller() {
  setenv("OPENBLAS_NUM_THREADS", "1", 1);
}

constexpr size_t kGramSlice = 4096;
constexpr size_t kTurnSlice = 1024;
constexpr size_t kRowSlice = 32;
/// Vectors of a row that are copied side by side, so that later passes find them in the cache.
constexpr size_t kPanelNumbers = size_t{160} << 10;
constexpr size_t kAhead = 8;  ///< vectors that are asked of the memory before they are needed

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// The axes in which the sum over all vectors is diagonal, and that diagonal.
struct Axes {
  Matrix turn;
  std::vector<float> diagonal;
};

Axes AxesOf(const FactorRows& rows, size_t threads) {
  const auto width = static_cast<Eigen::Index>(rows.width());
  const std::vector<double> gram = GramOf(rows, threads);
  const Matrix sums =
      Eigen::Map<const Eigen::Matrix<double, -1, -1, Eigen::RowMajor>>(gram.data(), width, width)
          .cast<float>();
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(sums);
  Axes axes;
  axes.turn = solver.eigenvectors();
  axes.diagonal.resize(rows.width());
  for (size_t k = 0; k < axes.diagonal.size(); ++k) {
    axes.diagonal[k] = std::max(solver.eigenvalues()[static_cast<Eigen::Index>(k)], 0.0F);
  }
  return axes;
}

void Turn(const Matrix& turn, size_t threads, FactorRows* rows) {
  const auto width = static_cast<int>(rows->width());
  InSlices(rows->rows(), kTurnSlice, threads, [&](size_t begin, size_t end) {
    float* const at = rows->values.data() + begin * rows->width();
    const std::vector<float> before(at, at + (end - begin) * rows->width());
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, static_cast<int>(end - begin), width,
                width, 1, before.data(), width, turn.data(), width, 0, at, width);
  });
}

/// Long rows first, so that no thread is left with one at the end.
std::vector<uint32_t> LongestFirst(const PlayMatrix& plays) {
  std::vector<uint32_t> order(plays.rows());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, std::greater<>(),
                           [&](uint32_t row) { return plays.RowSize(row); });
  return order;
}

/// The rows of one slice; keeps its memory from row to row.
class RowSolver {
 public:
  RowSolver(const PlayMatrix& plays, const FactorSettings& settings, const Axes& axes,
            const FactorRows& others)
      : plays_(plays),
        settings_(settings),
        axes_(axes),
        others_(others),
        work_(5 * others.width()) {}

  void Solve(size_t row, std::span<float> x) {
    const size_t pairs = plays_.RowSize(row), width = others_.width();
    if (pairs == 0) return static_cast<void>(std::ranges::fill(x, 0.0F));
    Gather(row);
    const double frequency = static_cast<double>(pairs) +
                             settings_.unplayed_weight * static_cast<double>(others_.rows());
    const auto held = static_cast<float>(settings_.regularisation *
                                         std::pow(frequency, settings_.frequency_exponent));
    float* diagonal = work_.data() + 4 * width;
    const auto unplayed = static_cast<float>(settings_.unplayed_weight);
    for (size_t k = 0; k < width; ++k) diagonal[k] = unplayed * axes_.diagonal[k] + held;
    SolveRow({vectors_.data(), quadratic_.data(), linear_.data(), pairs, diagonal, width,
              settings_.steps, x.data(), work_.data()});
  }

 private:
  void Gather(size_t row) {
    const auto places = plays_.Places(row);
    const auto weights = plays_.Weights(row);
    const size_t pairs = places.size(), width = others_.width();
    vectors_.resize(pairs);
    quadratic_.resize(pairs);
    linear_.assign(weights.begin(), weights.end());
    const bool copies = pairs * width <= kPanelNumbers;
    if (copies && panel_.size() < pairs * width) panel_.resize(pairs * width);
    const float less = settings_.weights_count_above_one ? 1 : 0;
    for (size_t i = 0; i < pairs; ++i) {
      const float* vector = others_.values.data() + static_cast<size_t>(places[i]) * width;
      if (i + kAhead < pairs) {
        const float* later =
            others_.values.data() + static_cast<size_t>(places[i + kAhead]) * width;
        for (size_t k = 0; k < width; k += 16) __builtin_prefetch(later + k);
      }
      if (copies) {
        float* const copy = panel_.data() + i * width;
        std::copy_n(vector, width, copy);
        vector = copy;
      }
      vectors_[i] = vector;
      quadratic_[i] = weights[i] - less;
    }
  }

  const PlayMatrix& plays_;
  const FactorSettings& settings_;
  const Axes& axes_;
  const FactorRows& others_;
  std::vector<const float*> vectors_;
  std::vector<float> quadratic_, linear_, panel_, work_;
};

}  // namespace

std::vector<double> GramOf(const FactorRows& rows, size_t threads) {
  const size_t width = rows.width(), size = width * width;
  const size_t slices = (rows.rows() + kGramSlice - 1) / kGramSlice;
  std::vector<float> parts(slices * size);
  InSlices(rows.rows(), kGramSlice, threads, [&](size_t begin, size_t end) {
    cblas_ssyrk(CblasRowMajor, CblasUpper, CblasTrans, static_cast<int>(width),
                static_cast<int>(end - begin), 1, rows.values.data() + begin * width,
                static_cast<int>(width), 0, parts.data() + begin / kGramSlice * size,
                static_cast<int>(width));
  });
  std::vector<double> gram(size);
  for (size_t s = 0; s < slices; ++s) {
    for (size_t i = 0; i < size; ++i) gram[i] += static_cast<double>(parts[s * size + i]);
  }
  for (size_t r = 0; r < width; ++r) {
    for (size_t c = 0; c < r; ++c) gram[r * width + c] = gram[c * width + r];
  }
  return gram;
}

FactorRows RandomRows(size_t rows, int factors, uint64_t seed) {
  FactorRows made;
  made.factors = factors;
  made.values.resize(rows * made.width());
  const auto scale = static_cast<float>(0.1 / std::sqrt(factors));
  uint64_t state = seed * 0x9e3779b97f4a7c15 + 1;
  const auto next = [&state] {
    uint64_t z = state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return static_cast<float>((z ^ (z >> 31)) >> 40) * 0x1p-24F;
  };
  for (size_t row = 0; row < rows; ++row) {
    for (float& value : made.Row(row).first(static_cast<size_t>(factors))) {
      // The sum of twelve even draws is as good as normal here.
      float sum = -6;
      for (int draw = 0; draw < 12; ++draw) sum += next();
      value = sum * scale;
    }
  }
  return made;
}

void ImproveRows(const PlayMatrix& plays, const FactorSettings& settings, size_t threads,
                 FactorRows* rows, FactorRows* others) {
  const Axes axes = AxesOf(*others, threads);
  Turn(axes.turn, threads, others);
  Turn(axes.turn, threads, rows);
  const std::vector<uint32_t> order = LongestFirst(plays);
  InSlices(plays.rows(), kRowSlice, threads, [&](size_t begin, size_t end) {
    RowSolver solver(plays, settings, axes, *others);
    for (size_t i = begin; i < end; ++i) solver.Solve(order[i], rows->Row(order[i]));
  });
}

Result<FactorModel> FitFactors(const PlayMatrix& plays, const PlayMatrix& by_track,
                               const FactorSettings& settings, size_t threads,
                               const FactorRows* start, const std::function<bool()>& keep_going) {
  FactorModel model;
  model.listeners = RandomRows(plays.rows(), settings.factors, 2 * settings.seed);
  const bool fits = start && start->factors == settings.factors && start->rows() == by_track.rows();
  model.tracks =
      fits ? *start : RandomRows(by_track.rows(), settings.factors, 2 * settings.seed + 1);
  for (int iteration = 0; iteration < settings.iterations; ++iteration) {
    if (keep_going && !keep_going()) return MakeError(ErrorKind::kInterrupted, "interrupted");
    ImproveRows(plays, settings, threads, &model.listeners, &model.tracks);
    ImproveRows(by_track, settings, threads, &model.tracks, &model.listeners);
  }
  return model;
}

double Objective(const PlayMatrix& plays, const FactorSettings& settings,
                 const FactorModel& model) {
  const size_t width = model.tracks.width();
  const std::vector<double> gram = GramOf(model.tracks, 1);
  std::vector<size_t> listeners(static_cast<size_t>(plays.columns));
  const double less = settings.weights_count_above_one ? 1 : 0;
  double sum = 0;
  const auto held = [&](std::span<const float> x, size_t pairs, size_t others) {
    double squares = 0;
    for (const float value : x) squares += double{value} * value;
    const double frequency =
        static_cast<double>(pairs) + settings.unplayed_weight * static_cast<double>(others);
    return settings.regularisation * std::pow(frequency, settings.frequency_exponent) * squares;
  };
  for (size_t u = 0; u < plays.rows(); ++u) {
    const auto x = model.listeners.Row(u);
    for (size_t r = 0; r < width; ++r) {
      for (size_t c = 0; c < width; ++c) {
        sum += settings.unplayed_weight * double{x[r]} * gram[r * width + c] * double{x[c]};
      }
    }
    for (size_t i = 0; i < plays.RowSize(u); ++i) {
      const auto place = static_cast<size_t>(plays.Places(u)[i]);
      ++listeners[place];
      double product = 0;
      for (size_t k = 0; k < width; ++k) product += double{x[k]} * model.tracks.Row(place)[k];
      const double weight = plays.Weights(u)[i];
      sum += weight - 2 * weight * product + (weight - less) * product * product;
    }
    sum += held(x, plays.RowSize(u), model.tracks.rows());
  }
  for (size_t i = 0; i < listeners.size(); ++i) {
    sum += held(model.tracks.Row(i), listeners[i], plays.rows());
  }
  return sum;
}

}  // namespace cadenza::recommend
