#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cadenza::learn {

/// Rows of numbers with a yes or no each. A value that is not known is NaN.
struct Dataset {
  std::vector<std::string> features;
  std::vector<float> values;    ///< row after row
  std::vector<uint8_t> labels;  ///< 1 = yes; empty where only scores are wanted

  size_t rows() const { return features.empty() ? 0 : values.size() / features.size(); }
  std::span<const float> Row(size_t row) const {
    return std::span(values).subspan(row * features.size(), features.size());
  }
  /// Doubles or floats.
  template <class Values>
  void Add(const Values& row, bool label) {
    for (const auto value : row) values.push_back(static_cast<float>(value));
    labels.push_back(label ? 1 : 0);
  }
};

/// Which part of the data a key belongs to: the same for every run, machine and order of rows. All
/// rows of one key (a person) fall into one part, so that none is learned from and tested on.
enum class Part { kTrain, kValidate, kTest };
/// 64 % train, 16 % validate, 20 % test.
Part PartOf(std::string_view key);
/// One of `folds` parts of the same size, by the same rule.
int FoldOf(std::string_view key, int folds);

}  // namespace cadenza::learn
