#include "alerts/delivery/dispatch.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace cadenza::alerts {
namespace {

constexpr int64_t kLostAfterMs = int64_t{10} * 60'000;
constexpr int64_t kAttemptsMax = 12;
constexpr int64_t kPauseMs = 60'000;
constexpr int64_t kPauseMaxMs = int64_t{60} * 60'000;

using RecordKey = std::tuple<std::string, std::string, std::string>;

/// The latest by attempt and then by result: the result of an attempt follows its beginning.
const DeliveryRecord* Later(const DeliveryRecord* a, const DeliveryRecord* b) {
  if (!a) return b;
  if (a->attempt != b->attempt) return a->attempt > b->attempt ? a : b;
  return b->result == DeliveryResult::kBegun ? a : b;
}

bool IsDue(const DeliveryRecord& last, int64_t now_ms) {
  switch (last.result) {
    case DeliveryResult::kDelivered:
    case DeliveryResult::kRefused:
      return false;
    case DeliveryResult::kBegun:
      return now_ms >= last.at_ms + kLostAfterMs && last.attempt < kAttemptsMax;
    case DeliveryResult::kFailed:
      return last.next_attempt_ms > 0 && now_ms >= last.next_attempt_ms;
  }
  return false;
}

}  // namespace

std::string_view ResultName(DeliveryResult result) {
  switch (result) {
    case DeliveryResult::kBegun:
      return "begun";
    case DeliveryResult::kDelivered:
      return "delivered";
    case DeliveryResult::kFailed:
      return "failed";
    case DeliveryResult::kRefused:
      return "refused";
  }
  return "";
}

int64_t PauseAfter(int64_t attempts) {
  const int64_t doublings = std::clamp<int64_t>(attempts - 1, 0, 10);
  return std::min(kPauseMaxMs, kPauseMs << doublings);
}

std::vector<Delivery> PlanDeliveries(std::span<const Notice> notices,
                                     std::span<const std::unique_ptr<Channel>> channels,
                                     std::span<const DeliveryRecord> records, int64_t now_ms) {
  std::map<RecordKey, const DeliveryRecord*> last;
  for (const DeliveryRecord& record : records) {
    const DeliveryRecord*& known = last[{record.alert_id, record.state, record.channel}];
    known = Later(known, &record);
  }
  std::vector<Delivery> due;
  for (const Notice& notice : notices) {
    for (const std::unique_ptr<Channel>& channel : channels) {
      const auto found = last.find({notice.alert_id, notice.state, channel->name()});
      if (found == last.end()) {
        due.push_back({notice, channel.get(), 1});
      } else if (IsDue(*found->second, now_ms)) {
        due.push_back({notice, channel.get(), found->second->attempt + 1});
      }
    }
  }
  return due;
}

DeliveryRecord ClaimOf(const Delivery& delivery, int64_t now_ms) {
  return {delivery.notice.alert_id,
          delivery.notice.state,
          delivery.channel->name(),
          delivery.attempt,
          now_ms,
          DeliveryResult::kBegun,
          "",
          0};
}

std::vector<DeliveryRecord> Deliver(const Delivery& delivery, const DeliveryOptions& options,
                                    const Pacing& pacing) {
  std::vector<DeliveryRecord> records;
  int64_t pause_ms = options.pause_ms;
  Delivery next = delivery;
  for (int64_t made = 1;; ++made, ++next.attempt) {
    const SendResult sent = next.channel->Send(next.notice);
    DeliveryRecord& record = records.emplace_back(ClaimOf(next, pacing.now_ms()));
    record.detail = sent.detail;
    if (sent.delivered || !sent.try_again) {
      record.result = sent.delivered ? DeliveryResult::kDelivered : DeliveryResult::kRefused;
      return records;
    }
    record.result = DeliveryResult::kFailed;
    if (next.attempt >= kAttemptsMax) return records;
    if (made >= options.tries) {
      record.next_attempt_ms = record.at_ms + PauseAfter(next.attempt);
      return records;
    }
    record.next_attempt_ms = record.at_ms + pause_ms;
    pacing.sleep_ms(pause_ms);
    pause_ms *= 2;
  }
}

DeliveryRecord PutOff(const Delivery& delivery, int64_t now_ms) {
  DeliveryRecord record = ClaimOf(delivery, now_ms);
  record.result = DeliveryResult::kFailed;
  record.detail = "put off: the channel failed just before";
  if (delivery.attempt < kAttemptsMax) {
    record.next_attempt_ms = now_ms + PauseAfter(delivery.attempt);
  }
  return record;
}

}  // namespace cadenza::alerts
