#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "stream/window_operator.h"

namespace cadenza::stream {

/// Windows that grow with their events: two events of a group belong together when they are nearer
/// than the gap. State is kept by the pieces that the batches brought; which of them are one
/// session is found out anew for the groups that a batch touches.
class SessionWindows final : public WindowOperator {
 public:
  using WindowOperator::WindowOperator;
  Result<BatchEffect> Advance(const Watermark& before, bool flush, int64_t now_us) override;
  std::string Replaces() const override;
  /// Of the last batch: an old piece of a session that can still grow is needed.
  std::string StillNeeded(const Watermark& watermark) const override;

 private:
  Status CutIntoPieces(const Watermark& before);
  Status FindLate(const Watermark& before, BatchEffect* effect);
  Status JoinPieces(const Watermark& before, const Watermark& after, bool flush,
                    BatchEffect* effect);
  std::string WindowRows() const;

  std::optional<int64_t> oldest_needed_us_;  ///< start of a session that can still grow
};

}  // namespace cadenza::stream
