#include "http/event_feed.h"

#include <gtest/gtest.h>

namespace cadenza::http {
namespace {

TEST(EventFeedTest, WhoFellBehindIsTold) {
  EventFeed feed;
  int64_t place = feed.end();
  for (int i = 0; i < 300; ++i) feed.Publish({std::to_string(i), "run", "{}"});
  const std::vector<Event> events = feed.Since(&place);
  ASSERT_EQ(events.size(), 257U);
  EXPECT_EQ(events.front().name, "reset");
  EXPECT_EQ(events.back().id, "299");
  EXPECT_TRUE(feed.Since(&place).empty());
  int64_t back = feed.After("290");
  EXPECT_EQ(feed.Since(&back).size(), 9U);
  int64_t unknown = feed.After("3");
  EXPECT_TRUE(feed.Since(&unknown).empty());
}

TEST(EventFeedTest, WakesThoseWhoListen) {
  EventFeed feed;
  int woken = 0;
  const int64_t subscription = feed.Subscribe([&] { ++woken; });
  feed.Publish({"1", "run", "{}"});
  EXPECT_EQ(woken, 1);
  feed.Unsubscribe(subscription);
  feed.Publish({"2", "run", "{}"});
  EXPECT_EQ(woken, 1);
  feed.Close({"", "end", "{}"});
  EXPECT_TRUE(feed.is_closed());
}

}  // namespace
}  // namespace cadenza::http
