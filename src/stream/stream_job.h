#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "lake/lake.h"
#include "stream/source.h"
#include "stream/window_operator.h"

namespace cadenza::stream {

/// How a stream is doing, after each batch and each look for new input.
struct StreamHealth {
  std::string stream;
  std::string table;             ///< of the windows, in gold; empty until the first files are seen
  int64_t batches = 0;           ///< of this process
  int64_t events = 0;            ///< of this process
  double events_per_second = 0;  ///< of the last batch
  double lag_seconds = 0;        ///< machine time behind the newest event
  std::optional<int64_t> watermark_us;
  std::optional<int64_t> max_event_us;
  int64_t late = 0;
  int64_t quarantined = 0;
  int64_t failures = 0;         ///< batches that were tried again
  int64_t last_success_ms = 0;  ///< machine time of the last commit or look that found nothing
};

/// What one batch did, for the log.
struct BatchNews {
  int64_t batch = 0;
  int64_t files = 0, events = 0, late = 0, quarantined = 0, windows = 0;
  double seconds = 0;
  Watermark watermark;
};

struct StreamOptions {
  std::string engine = "embedded";  ///< or spark: for ever that of the stream
  std::string name;                 ///< [A-Za-z0-9_-]; the lake keeps its positions under it
  SourceOptions source;
  WindowSettings windowing;
  std::string table;  ///< of the windows; empty: by the window's name
  bool once = false;  ///< end when there is nothing more
  bool flush = true;  ///< with once: the open windows are written as they stand
  /// Between two looks for new input; 0: at once when the system tells, and every second.
  double every_seconds = 0;
  bool backfill = true;  ///< false: what is there at the first start is left aside
  /// A file that changed so short a time ago may still be written to. Not with once.
  double settle_seconds = 1;
  int64_t batch_bytes = int64_t{1} << 30;  ///< of files a batch takes
  double max_bad = -1;                     ///< share of bad lines that fails a batch; < 0: none
  std::function<bool()> keep_waiting;      ///< for another run on the lake; empty: fail
  std::function<bool()> should_stop;       ///< asked between steps
  std::function<void(const BatchNews&)> on_batch;
  std::function<void(const StreamHealth&)> on_health;  ///< between runs of the lake: may make one
  std::function<void(const std::string&)> on_warning;

  bool Stops() const { return should_stop && should_stop(); }
  void Warn(const std::string& text) const {
    if (on_warning) on_warning(text);
  }
};

struct StreamSummary {
  std::string stream, table;
  bool stopped = false;  ///< by should_stop
  int64_t batches = 0, files = 0, events = 0, late = 0, quarantined = 0, rescued = 0, windows = 0;
  int64_t good = 0;  ///< lines and rows that are events, also where --where leaves them out
  std::vector<std::string> damaged;  ///< files set aside
  std::string first_bad_file;        ///< with quarantined lines; empty where none, or unknown
  int64_t last_batch = 0;            ///< of the stream

  /// Of what was read nothing is an event.
  bool IsAllBad() const { return good == 0 && quarantined > 0; }
  Watermark watermark;
  std::string watermark_text, max_event_text;
  double seconds = 0, busy_seconds = 0;
  /// Of an engine that does not write them before they are final.
  std::optional<int64_t> open_windows;
};

/// Runs a stream until its end or until it is told to stop. Each batch is one run of the lake.
/// kUsage when the stream was begun with other settings.
Result<StreamSummary> RunStream(lake::Lake* lake, const StreamOptions& options);

/// "2025-08-11 22:50:00Z", or "none yet".
std::string InstantText(std::optional<int64_t> us);

}  // namespace cadenza::stream
