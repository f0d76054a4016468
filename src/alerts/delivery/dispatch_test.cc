#include "alerts/delivery/dispatch.h"

#include <gtest/gtest.h>

#include <deque>

namespace cadenza::alerts {
namespace {

/// Answers as it was told to, then delivers.
class FakeChannel final : public Channel {
 public:
  explicit FakeChannel(std::string name, std::deque<SendResult> answers = {})
      : name_(std::move(name)), answers_(std::move(answers)) {}
  const std::string& name() const override { return name_; }
  SendResult Send(const Notice& notice) override {
    sent.push_back(notice.Key());
    if (answers_.empty()) return {true, false, ""};
    SendResult answer = answers_.front();
    answers_.pop_front();
    return answer;
  }
  std::vector<std::string> sent;

 private:
  std::string name_;
  std::deque<SendResult> answers_;
};

struct DispatchTest : public testing::Test {
  int64_t now_ms = 1'000'000;
  std::vector<int64_t> pauses;
  Pacing pacing{[this] { return now_ms; },
                [this](int64_t ms) {
                  pauses.push_back(ms);
                  now_ms += ms;
                }};
  std::vector<std::unique_ptr<Channel>> channels;
  const std::vector<Notice> notices = {{"a", "opened", "t", "x", "{}"}};
  const SendResult busy{false, true, "HTTP 503"};
  const SendResult refused{false, false, "HTTP 404"};

  FakeChannel* Add(std::deque<SendResult> answers = {}) {
    auto channel = std::make_unique<FakeChannel>("c" + std::to_string(channels.size()), answers);
    FakeChannel* kept = channel.get();
    channels.push_back(std::move(channel));
    return kept;
  }
  std::vector<Delivery> Plan(const std::vector<DeliveryRecord>& records) {
    return PlanDeliveries(notices, channels, records, now_ms);
  }
};

TEST_F(DispatchTest, EachChannelGetsEachNoticeOnce) {
  Add();
  Add();
  const std::vector<Delivery> due = Plan({});
  ASSERT_EQ(due.size(), 2U);
  std::vector<DeliveryRecord> records = Deliver(due[0], {}, pacing);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].result, DeliveryResult::kDelivered);
  const std::vector<Delivery> rest = Plan(records);
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_EQ(rest[0].channel->name(), "c1");
}

TEST_F(DispatchTest, AFailureInPassingIsTriedAgainWithGrowingPauses) {
  FakeChannel* channel = Add({busy, busy});
  const std::vector<DeliveryRecord> records = Deliver(Plan({})[0], {}, pacing);
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(pauses, (std::vector<int64_t>{1000, 2000}));
  EXPECT_EQ(records[1].result, DeliveryResult::kFailed);
  EXPECT_EQ(records[1].detail, "HTTP 503");
  EXPECT_EQ(records[2].result, DeliveryResult::kDelivered);
  EXPECT_EQ(records[2].attempt, 3);
  EXPECT_EQ(channel->sent, (std::vector<std::string>{"a:opened", "a:opened", "a:opened"}))
      << "the same key each time";
  EXPECT_TRUE(Plan(records).empty());
}

TEST_F(DispatchTest, ARefusalIsNotTriedAgain) {
  Add({refused});
  const std::vector<DeliveryRecord> records = Deliver(Plan({})[0], {}, pacing);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].result, DeliveryResult::kRefused);
  now_ms += 1'000'000'000;
  EXPECT_TRUE(Plan(records).empty());
}

TEST_F(DispatchTest, LaterChecksGoOnAfterAPauseAndGiveUpInTheEnd) {
  FakeChannel* channel = Add(std::deque<SendResult>(100, busy));
  std::vector<DeliveryRecord> records;
  for (int check = 0; check < 40; ++check) {
    for (const Delivery& due : Plan(records)) {
      const auto made = Deliver(due, {}, pacing);
      records.insert(records.end(), made.begin(), made.end());
      EXPECT_TRUE(Plan(records).empty()) << "its pause is not over";
    }
    now_ms += 61 * 60'000;
  }
  EXPECT_EQ(channel->sent.size(), 12U);
}

TEST_F(DispatchTest, AnAttemptAtWorkIsLeftAloneUntilItIsLost) {
  Add();
  const std::vector<DeliveryRecord> claim = {ClaimOf(Plan({})[0], now_ms)};
  EXPECT_TRUE(Plan(claim).empty()) << "another check makes it";
  now_ms += 10 * 60'000;
  const std::vector<Delivery> due = Plan(claim);
  ASSERT_EQ(due.size(), 1U) << "that check was killed";
  EXPECT_EQ(due[0].attempt, 2);
}

TEST_F(DispatchTest, TheResultOfAnAttemptStandsOverItsBeginning) {
  Add();
  DeliveryRecord claim = ClaimOf(Plan({})[0], now_ms), done = claim;
  done.result = DeliveryResult::kDelivered;
  now_ms += 100 * 60'000;
  EXPECT_TRUE(Plan({claim, done}).empty());
  EXPECT_TRUE(Plan({done, claim}).empty()) << "in any order";
}

TEST(PauseTest, DoublesUpToAnHour) {
  EXPECT_EQ(PauseAfter(1), 60'000);
  EXPECT_EQ(PauseAfter(3), 240'000);
  EXPECT_EQ(PauseAfter(12), 3'600'000);
}

}  // namespace
}  // namespace cadenza::alerts
