#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "lake/run.h"
#include "stream/checkpoint.h"
#include "stream/source.h"
#include "stream/window_operator.h"

namespace cadenza::stream {

/// What is to be written of a batch besides the relations of stream/relations.h.
struct BatchRecord {
  const BatchPlan* plan = nullptr;
  const BatchEffect* effect = nullptr;
  /// One a part; of a cluster's batch, which has none, one.
  std::vector<decode::LineCounts> counts;
  int64_t newest_before_us = 0;  ///< newest event of earlier batches; of late rows there is one
  std::string quarantined;       ///< SELECT of its rows, or empty
  int64_t rescued = 0;
  int64_t files = 0;  ///< besides the plan's
  bool flushed = false;
  double seconds = 0;

  int64_t quarantined_lines() const;
  int64_t all_files() const { return static_cast<int64_t>(plan->parts.size()) + files; }
};

/// Brings a batch into the lake: windows, late events, state and positions, in one run. Tables that
/// gain a small file with every batch are brought together again as they go. Lives for one batch.
class BatchCommit {
 public:
  /// `windows`: their table; nullptr where it is not known yet, and there are none.
  BatchCommit(lake::Lake* lake, lake::Run* run, const std::string& stream,
              const lake::Model* windows, const WindowOperator& windowing);

  /// Stages everything; the caller commits the run.
  Status Stage(const BatchRecord& record);
  /// Of a batch whose windows another engine has committed: that it was.
  Status StageBatch(const BatchRecord& record);

 private:
  Status StageWindows(const BatchEffect& effect);
  Status StageState(const BatchEffect& effect);
  Status StageLate(const BatchRecord& record);
  Status StageLateness(const BatchRecord& record);
  Status StageQuarantine(const BatchRecord& record);
  Status StageFiles(const BatchRecord& record);
  /// Rows that are added to a table; its small files are taken along when there are many.
  Status Append(const lake::Model& model, const std::string& select);
  Status Put(const lake::Model& model, const lake::TableState& before, lake::TableChange change);

  lake::Lake* lake_;
  lake::Run* run_;
  engine::Engine* engine_;
  std::string stream_;
  const lake::Model* windows_;
  const WindowOperator& windowing_;
  int64_t batch_ = 0;
};

}  // namespace cadenza::stream
