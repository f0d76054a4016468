#pragma once

#include <set>

#include "stream/window_operator.h"

namespace cadenza::stream {

/// Tumbling and hopping windows. State is kept by panes, of which every window is made up, so that
/// an event is kept once however many windows it is in.
class FixedWindows final : public WindowOperator {
 public:
  using WindowOperator::WindowOperator;
  Result<BatchEffect> Advance(const Watermark& before, bool flush, int64_t now_us) override;
  std::string Replaces() const override;

 private:
  /// Rows with window_start_us, window_end_us for each window that a pane of `relation` is in.
  std::string InWindows(const std::string& relation, const std::string& pane_us) const;
  /// Makes kArrived and the panes of the batch.
  Result<Arrivals> Collect(BatchEffect* effect);
  Status ReadOpenWindows(const Watermark& before);
  Status FindLate(const Watermark& before, BatchEffect* effect);
  Status ChooseWindows(const Watermark& before, const Watermark& after, bool flush);
  std::string OpenList() const;
  std::string WindowRows() const;
  std::string RowsOfState() const;

  std::string arrived_;  ///< what kArrived is a view of
  bool knows_open_windows_ = false;
  std::set<int64_t> open_;  ///< starts of windows that are in the state and not final
  int64_t changed_in_state_ = 0;
  int64_t first_us_ = 0, end_us_ = 0;  ///< of the changed windows that the state knows
};

}  // namespace cadenza::stream
