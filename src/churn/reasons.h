#pragma once

#include <string>
#include <vector>

#include "churn/feature_model.h"
#include "churn/snapshots.h"

namespace cadenza::churn {

struct Reason {
  std::string feature;
  double value = 0;
  double usual = 0;
  double contribution = 0;
  std::string text;
};

/// Puts what raises a risk into words.
class Reasons {
 public:
  /// The usual values are the medians of the data.
  Reasons(const Snapshots& data, const std::vector<FeatureModel>& models);

  /// The greatest contributions of a row, families summed, at most three, those that raise the
  /// risk. `contributions`: one for each feature of the data.
  std::vector<Reason> Of(size_t row, const float* contributions) const;

 private:
  struct Family {
    std::vector<size_t> columns;  ///< of the data
    size_t shown = 0;
    std::string text;
  };

  /// False where the value is not known, or is the usual one: there is nothing to say.
  bool IsTelling(size_t family, size_t row) const;
  std::string TextOf(const Family& family, double value, double usual) const;

  const Snapshots& data_;
  std::vector<Family> families_;
  std::vector<double> usual_;
};

}  // namespace cadenza::churn
