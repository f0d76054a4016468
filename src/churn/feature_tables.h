#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "churn/feature_model.h"
#include "churn/listener_days.h"
#include "churn/snapshots.h"
#include "lake/run.h"

namespace cadenza::churn {

/// When listeners are looked at, in UTC days since 1970.
struct CutOffs {
  std::vector<int32_t> grid;  ///< every so many days, to learn from
  int32_t scored = 0;         ///< the one of the scores; may be in the grid
};
/// The first one is `first` (0: seven days after the first day of the log).
CutOffs CutOffsOf(const LogSpan& span, int every_days, int32_t first);

/// The tables churn_features and churn_labels, from listener_days, which has to be bound.
class FeatureTables {
 public:
  FeatureTables(lake::Lake* lake, lake::Run* run, const std::vector<FeatureModel>& models)
      : lake_(lake), run_(run), models_(models) {}

  /// Binds what feature models read, churn_snapshots and churn_labels.
  Status Bind(const CutOffs& cut_offs, int32_t end_of_data);
  /// Computes the features of cut-offs after `changed_from` (a date as text; empty: nothing
  /// changed), and of those that the table lacks; all, unless `is_kept`.
  Status Refresh(const std::string& changed_from, bool is_kept);
  bool changed() const { return changed_; }
  /// SQL for ReadSnapshots: features and labels of cut-offs.
  std::string Select(const std::string& condition) const;

 private:
  Status ComputeModel(const FeatureModel& model, bool is_own);
  std::string FeaturesSelect(bool is_own) const;
  bool IsOwn(const FeatureModel& model) const;
  Status BindHistory(const FeatureModel& model);

  lake::Lake* lake_;
  lake::Run* run_;
  const std::vector<FeatureModel>& models_;
  CutOffs cut_offs_;
  bool changed_ = false;
};

}  // namespace cadenza::churn
