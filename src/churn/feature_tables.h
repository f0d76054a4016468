#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "churn/feature_model.h"
#include "churn/known_events.h"
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
  /// changed), of those in `outdated` (dates), and of those that the table lacks; all, unless
  /// `is_kept`. `known`: late events are left out; nullptr: they count.
  Status Refresh(const std::string& changed_from, const std::set<std::string>& outdated,
                 bool is_kept, KnownEvents* known);
  bool changed() const { return changed_; }
  /// SQL for ReadSnapshots: features and labels of cut-offs.
  std::string Select(const std::string& condition) const;

 private:
  /// Hands on the rows of the features of cut-offs, in one part or more.
  using TakeRows = std::function<Status(const std::string& select)>;
  Status Compute(const std::set<int32_t>& days, bool is_own, const TakeRows& take);
  Status ComputePart(const std::set<int32_t>& days, bool is_own, const TakeRows& take);
  Status ComputeModel(const FeatureModel& model, bool is_own);
  Status ComputeTable(const lake::Model& table, const std::set<int32_t>& wanted,
                      lake::TableChange* change);
  Status ComputeOthers(const std::set<int32_t>& days);
  std::string FeaturesSelect(bool is_own) const;
  bool IsOwn(const FeatureModel& model) const;
  Status BindHistory(const FeatureModel& model);

  lake::Lake* lake_;
  lake::Run* run_;
  const std::vector<FeatureModel>& models_;
  KnownEvents* known_ = nullptr;
  CutOffs cut_offs_;
  bool changed_ = false;
};

}  // namespace cadenza::churn
