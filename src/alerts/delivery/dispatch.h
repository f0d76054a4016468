#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "alerts/delivery/channel.h"

namespace cadenza::alerts {

enum class DeliveryResult { kBegun, kDelivered, kFailed, kRefused };
std::string_view ResultName(DeliveryResult result);

/// A row of ops.deliveries.
struct DeliveryRecord {
  std::string alert_id, state, channel;
  int64_t attempt = 1;
  int64_t at_ms = 0;
  DeliveryResult result = DeliveryResult::kBegun;
  std::string detail;
  int64_t next_attempt_ms = 0;  ///< 0: there is no next
};

/// A notice that a channel has to get.
struct Delivery {
  Notice notice;
  Channel* channel = nullptr;
  int64_t attempt = 1;  ///< the next one
};

/// Which notices are due on which channels, by what was recorded: those that were neither delivered
/// nor refused, whose pause is over, and whose last attempt is not at work elsewhere. An attempt
/// that began ten minutes ago and has no result was cut short, and its outcome is unknown: it is
/// made again, under the same key. After 12 attempts nobody listens any more.
std::vector<Delivery> PlanDeliveries(std::span<const Notice> notices,
                                     std::span<const std::unique_ptr<Channel>> channels,
                                     std::span<const DeliveryRecord> records, int64_t now_ms);

/// The claim on an attempt, recorded before it is made.
DeliveryRecord ClaimOf(const Delivery& delivery, int64_t now_ms);

/// The pause after so many failed attempts: a minute, doubled each time, an hour at most.
int64_t PauseAfter(int64_t attempts);

struct Pacing {
  std::function<int64_t()> now_ms;
  std::function<void(int64_t)> sleep_ms;  ///< between attempts
};

/// Makes the attempt, and a few more after short pauses where it failed in passing. A record for
/// each; the claim already stands for the beginning of the first.
std::vector<DeliveryRecord> Deliver(const Delivery& delivery, const DeliveryOptions& options,
                                    const Pacing& pacing);

/// Of a delivery that was claimed and not made, because the channel fails: a server that does not
/// answer is waited for once a check, not once an alert.
DeliveryRecord PutOff(const Delivery& delivery, int64_t now_ms);

}  // namespace cadenza::alerts
