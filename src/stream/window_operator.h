#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "stream/watermark.h"
#include "stream/window.h"

namespace cadenza::stream {

enum class OutputMode {
  kAppend,  ///< a window is written when it is final
  kUpdate,  ///< and whenever a batch changes it
};

/// Columns to group by, as many as stream_state has.
inline constexpr int kGroupsMax = 4;

struct WindowSettings {
  WindowSpec window;
  int groups = 0;  ///< columns group_1 ... of the relations
  int64_t delay_us = 0;
  OutputMode mode = OutputMode::kAppend;
  /// How long after its end a window is still corrected: 0 drops what is late, kForEver nothing.
  int64_t correct_within_us = kForEver;

  static constexpr int64_t kForEver = 4'000'000'000'000'000'000;
};

/// What a batch did.
struct BatchEffect {
  int64_t rows = 0;
  int64_t late_rows = 0;  ///< of kLateRows: an event counts once for each window
  int64_t windows = 0;    ///< rows of kWindows
  int64_t state_rows = 0;
  bool state_is_ordered = false;  ///< kArrived comes in the order of pane_us
  /// Where kArrived is what the engine's counter has under this name, and all of it: the number is
  /// the pane, the texts are the groups and the customer.
  std::string counted;
  bool may_have_untimed = true;  ///< rows without event_us, which are left out
  Watermark watermark;           ///< after the batch
  bool has_open_windows = false;
  /// By delay in microseconds: how many events (and windows) came behind a watermark of that delay.
  std::map<int64_t, int64_t> late_at_delay;
};

/// The events of a batch that have a time.
struct Arrivals {
  int64_t events = 0;
  int64_t last_us = 0;  ///< the greatest time, where there are events
};

/// Aggregates batches of events by window and group: rows, and distinct customers exactly. State is
/// the distinct (window, group, customer) with their events; it is a relation that the caller
/// keeps. What is in memory is the engine's, which spills. Not thread-safe.
class WindowOperator {
 public:
  /// The engine must outlive the operator.
  WindowOperator(engine::Engine* engine, const WindowSettings& settings);
  virtual ~WindowOperator() = default;
  static std::unique_ptr<WindowOperator> Make(engine::Engine* engine,
                                              const WindowSettings& settings);

  /// Reads kRows and kStateBefore, makes kArrived, kWindows and kLateRows. `flush`: windows that
  /// are not final yet are written as they stand.
  virtual Result<BatchEffect> Advance(const Watermark& before, bool flush, int64_t now_us) = 0;
  /// SQL condition on kStateBefore's columns: rows that some later batch may need.
  virtual std::string StillNeeded(const Watermark& watermark) const;
  /// SQL condition that row `b` of the window table is replaced by row `n` of kWindows; the
  /// equality of groups included.
  virtual std::string Replaces() const = 0;
  const WindowSettings& settings() const { return settings_; }

  /// The delays of BatchEffect::late_at_delay.
  static const std::vector<int64_t>& DelaysReported();

 protected:
  /// ", group_1, group_2" with a prefix before each name.
  std::string Groups(const std::string& prefix = "") const;
  std::string SameGroups(const std::string& a, const std::string& b) const;
  /// Ends of windows up to here are not corrected any more.
  int64_t CutOff(const Watermark& watermark) const;
  /// The events of kArrived, where the operator does not know them from elsewhere.
  Result<Arrivals> SumArrived() const;
  Watermark FollowTime(const Watermark& before, const Arrivals& arrivals, int64_t now_us,
                       BatchEffect* effect) const;
  /// Makes kWindows of rows with window_start_us, window_end_us, groups, sessions and customers, as
  /// of the effect's watermark, and counts what the batch did.
  Status MakeWindows(const std::string& rows, BatchEffect* effect);
  Status FillDelays(const std::string& arrived_windows, const Watermark& before,
                    BatchEffect* effect);

  engine::Engine* engine_;
  WindowSettings settings_;

 private:
  /// The outer part of kWindows.
  std::string WindowColumns(const Watermark& watermark) const;
};

}  // namespace cadenza::stream
