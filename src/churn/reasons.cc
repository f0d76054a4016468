#include "churn/reasons.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace cadenza::churn {
namespace {

constexpr size_t kPlaces = 3;

double MedianOf(const Snapshots& data, size_t column) {
  std::vector<float> known;
  for (size_t row = 0; row < data.size(); ++row) {
    const float value = data.Values(row)[column];
    if (!std::isnan(value)) known.push_back(value);
  }
  if (known.empty()) return std::numeric_limits<double>::quiet_NaN();
  const auto middle = known.begin() + static_cast<std::ptrdiff_t>(known.size() / 2);
  std::nth_element(known.begin(), middle, known.end());
  return static_cast<double>(*middle);
}

/// 12, 3.4, 0.31, 0.0032
std::string NumberText(double value) {
  if (std::isnan(value)) return "not known";
  if (value == std::round(value)) return fmt::format("{:.0f}", value);
  return std::abs(value) >= 100 ? fmt::format("{:.0f}", value) : fmt::format("{:.2g}", value);
}

/// Both with as many digits as it takes to tell them apart.
std::pair<std::string, std::string> NumberTexts(double value, double usual) {
  std::string one = NumberText(value), other = NumberText(usual);
  for (int digits = 3; one == other && value != usual && digits < 9; ++digits) {
    one = fmt::format("{:.{}g}", value, digits);
    other = fmt::format("{:.{}g}", usual, digits);
  }
  return {one, other};
}

void ReplaceAll(std::string* text, const std::string& from, const std::string& to) {
  for (size_t at = text->find(from); at != text->npos; at = text->find(from, at + to.size())) {
    text->replace(at, from.size(), to);
  }
}

}  // namespace

Reasons::Reasons(const Snapshots& data, const std::vector<FeatureModel>& models) : data_(data) {
  for (size_t column = 0; column < data.features.size(); ++column) {
    usual_.push_back(MedianOf(data, column));
  }
  const auto number_of = [&](const std::string& name) {
    return static_cast<size_t>(std::ranges::find(data.features, name) - data.features.begin());
  };
  for (const FeatureModel& model : models) {
    for (const FeatureFamily& words : model.families) {
      Family family;
      family.text = words.text;
      for (const std::string& name : words.columns) {
        const size_t number = number_of(name);
        if (number < data.features.size()) family.columns.push_back(number);
      }
      if (family.columns.empty()) continue;
      const size_t shown = number_of(words.shown());
      family.shown = shown < data.features.size() ? shown : family.columns.front();
      ReplaceAll(&family.text, "{" + words.shown() + "}", "{value}");
      families_.push_back(std::move(family));
    }
  }
}

std::string Reasons::TextOf(const Family& family, double value, double usual) const {
  std::string text = family.text;
  // Words without the usual value tell of a yes or no.
  const bool compares = text.find("{usual}") != text.npos;
  const bool is_above = compares ? value > usual : value > 0;
  for (size_t open = text.find('{'); open != text.npos; open = text.find('{', open + 1)) {
    const size_t bar = text.find('|', open), close = text.find('}', open);
    if (close == text.npos) break;
    if (bar == text.npos || bar > close) continue;
    const std::string chosen =
        is_above ? text.substr(open + 1, bar - open - 1) : text.substr(bar + 1, close - bar - 1);
    text.replace(open, close - open + 1, chosen);
  }
  const auto [value_text, usual_text] = NumberTexts(value, usual);
  ReplaceAll(&text, "{value}", value_text);
  ReplaceAll(&text, "{usual}", usual_text);
  return text;
}

bool Reasons::IsTelling(size_t family, size_t row) const {
  const Family& of = families_[family];
  const auto value = static_cast<double>(data_.Values(row)[of.shown]);
  const bool compares = of.text.find("{usual}") != of.text.npos;
  return !std::isnan(value) && (!compares || value != usual_[of.shown]);
}

std::vector<Reason> Reasons::Of(size_t row, const float* contributions) const {
  std::vector<std::pair<double, size_t>> sums;
  for (size_t family = 0; family < families_.size(); ++family) {
    double sum = 0;
    for (const size_t column : families_[family].columns) {
      sum += static_cast<double>(contributions[column]);
    }
    if (sum > 0 && IsTelling(family, row)) sums.emplace_back(-sum, family);
  }
  const size_t count = std::min(kPlaces, sums.size());
  std::partial_sort(sums.begin(), sums.begin() + static_cast<std::ptrdiff_t>(count), sums.end());
  std::vector<Reason> reasons;
  for (size_t place = 0; place < count; ++place) {
    const Family& family = families_[sums[place].second];
    const auto value = static_cast<double>(data_.Values(row)[family.shown]);
    const double usual = usual_[family.shown];
    reasons.push_back({data_.features[family.shown], value, usual, -sums[place].first,
                       TextOf(family, value, usual)});
  }
  return reasons;
}

}  // namespace cadenza::churn
