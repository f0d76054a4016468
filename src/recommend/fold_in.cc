#include "recommend/fold_in.h"

#include <cblas.h>

#include <algorithm>
#include <cassert>
#include <cmath>

// Cholesky's decomposition, in the library behind cblas.h.
extern "C" void spotrf_(const char* triangle, const int* size, float* matrix, const int* stride,
                        int* info);

namespace cadenza::recommend {

FoldIn::FoldIn(const FactorRows& tracks, const FactorSettings& settings, size_t threads)
    : tracks_(tracks), settings_(settings), exact_gram_(GramOf(tracks, threads)) {
  for (const double value : exact_gram_) {
    gram_.push_back(static_cast<float>(value * settings.unplayed_weight));
  }
  mean_.resize(tracks.width());
  for (size_t row = 0; row < tracks.rows(); ++row) {
    for (size_t k = 0; k < mean_.size(); ++k) mean_[k] += static_cast<double>(tracks.Row(row)[k]);
  }
  for (double& value : mean_) value /= static_cast<double>(std::max<size_t>(tracks.rows(), 1));
}

FoldIn::Listener FoldIn::Solve(std::span<const int32_t> places,
                               std::span<const float> weights) const {
  const size_t width = tracks_.width();
  const auto size = static_cast<int>(width);
  Listener listener;
  listener.owner_ = this;
  listener.places_ = places;
  listener.weights_ = weights;
  listener.vector_.assign(width, 0);
  if (places.empty()) return listener;
  listener.root_ = gram_;
  const double frequency = static_cast<double>(places.size()) +
                           settings_.unplayed_weight * static_cast<double>(tracks_.rows());
  const auto held = static_cast<float>(settings_.regularisation *
                                       std::pow(frequency, settings_.frequency_exponent));
  for (size_t k = 0; k < width; ++k) listener.root_[k * width + k] += held;
  std::vector<float> scaled(places.size() * width);
  for (size_t i = 0; i < places.size(); ++i) {
    const auto vector = tracks_.Row(static_cast<size_t>(places[i]));
    const float less = settings_.weights_count_above_one ? 1 : 0;
    const float root = std::sqrt(std::max(weights[i] - less, 0.0F));
    for (size_t k = 0; k < width; ++k) {
      scaled[i * width + k] = root * vector[k];
      listener.vector_[k] += weights[i] * vector[k];
    }
  }
  cblas_ssyrk(CblasRowMajor, CblasUpper, CblasTrans, size, static_cast<int>(places.size()), 1,
              scaled.data(), size, 1, listener.root_.data(), size);
  // An upper triangle by rows is a lower one by columns, which is how Fortran sees it.
  int info = 0;
  spotrf_("L", &size, listener.root_.data(), &size, &info);
  assert(info == 0);
  cblas_strsv(CblasRowMajor, CblasUpper, CblasTrans, CblasNonUnit, size, listener.root_.data(),
              size, listener.vector_.data(), 1);
  cblas_strsv(CblasRowMajor, CblasUpper, CblasNoTrans, CblasNonUnit, size, listener.root_.data(),
              size, listener.vector_.data(), 1);
  return listener;
}

std::vector<double> FoldIn::Listener::Parts(std::span<const float> track) const {
  std::vector<double> parts(places_.size());
  if (parts.empty()) return parts;
  const FactorRows& tracks = owner_->tracks_;
  const auto size = static_cast<int>(tracks.width());
  std::vector<float> solved(track.begin(), track.end());
  cblas_strsv(CblasRowMajor, CblasUpper, CblasTrans, CblasNonUnit, size, root_.data(), size,
              solved.data(), 1);
  cblas_strsv(CblasRowMajor, CblasUpper, CblasNoTrans, CblasNonUnit, size, root_.data(), size,
              solved.data(), 1);
  for (size_t i = 0; i < parts.size(); ++i) {
    const auto vector = tracks.Row(static_cast<size_t>(places_[i]));
    double product = 0;
    for (size_t k = 0; k < solved.size(); ++k) product += double{solved[k]} * double{vector[k]};
    parts[i] = static_cast<double>(weights_[i]) * product;
  }
  return parts;
}

double FoldIn::Deviation(std::span<const float> vector) const {
  const size_t width = tracks_.width();
  double square = 0, mean = 0;
  for (size_t r = 0; r < width; ++r) {
    double sum = 0;
    for (size_t c = 0; c < width; ++c) sum += exact_gram_[r * width + c] * double{vector[c]};
    square += sum * double{vector[r]};
    mean += mean_[r] * double{vector[r]};
  }
  square /= static_cast<double>(std::max<size_t>(tracks_.rows(), 1));
  return std::sqrt(std::max(square - mean * mean, 0.0));
}

}  // namespace cadenza::recommend
