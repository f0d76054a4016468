#pragma once

#include "base/clock.h"
#include "stream/batch_commit.h"
#include "stream/checkpoint.h"
#include "stream/stream_job.h"

namespace cadenza::stream {

/// What one run of a stream tells while it runs and at its end: news of batches, sums, health, and
/// the heartbeat beside the checkpoint. Not thread-safe.
class StreamReport {
 public:
  /// The options and the checkpoint must outlive it.
  StreamReport(const StreamOptions& options, Checkpoint* checkpoint);

  /// The windows go there; known once the first files are seen.
  void SetTable(const lake::Model& windows);

  /// A batch that was committed. `seconds` with the commit.
  void AddBatch(const BatchRecord& record, double seconds);
  /// Where the stream stands, which other processes may have moved.
  void Show(const Watermark& mark);
  void AddDamaged(const std::string& file) { summary_.damaged.push_back(file); }
  void AddFailure() { ++health_.failures; }
  /// The stream is well, although there may be nothing to do.
  void IsWell() { health_.last_success_ms = NowMs(); }
  void TellHealth();

  const StreamSummary& summary() const { return summary_; }
  void SetOpenWindows(int64_t windows) { summary_.open_windows = windows; }
  bool was_well() const { return health_.last_success_ms > 0; }

  /// Nothing is written before the first one.
  bool has_beaten() const { return has_beaten_; }
  Status Beat(const char* doing);
  /// The first one, and after ten seconds the next.
  Status BeatInTime(const char* doing);

  /// The sums. The last heartbeat of a stream that had one says that it is over.
  Result<StreamSummary> Finish(double seconds);

 private:
  const StreamOptions& options_;
  Checkpoint* checkpoint_;
  StreamHealth health_;
  StreamSummary summary_;
  Stopwatch heartbeat_;
  bool has_beaten_ = false;
};

}  // namespace cadenza::stream
