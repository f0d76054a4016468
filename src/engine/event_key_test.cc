#include "engine/event_key.h"

#include <gtest/gtest.h>

#include <limits>
#include <set>
#include <string>

namespace cadenza::engine {
namespace {

using decode::EventColumn;
using decode::EventRow;

void Set(EventRow* row, EventColumn column, int64_t value) {
  row->present |= 1U << static_cast<int>(column);
  row->integer[static_cast<size_t>(column)] = value;
}

void Set(EventRow* row, EventColumn column, std::string_view value) {
  row->present |= 1U << static_cast<int>(column);
  row->text[static_cast<size_t>(column)] = value;
}

EventRow Play() {
  EventRow row;
  Set(&row, EventColumn::kTsMs, 1'541'106'106'796);
  Set(&row, EventColumn::kUserId, "8");
  Set(&row, EventColumn::kSessionId, 139);
  Set(&row, EventColumn::kItemInSession, 0);
  Set(&row, EventColumn::kPage, "NextSong");
  return row;
}

EventRow Without(EventRow row, EventColumn column) {
  row.present &= ~(1U << static_cast<int>(column));
  return row;
}

TEST(EventKey, DaysAreFloored) {
  EXPECT_EQ(DayOf(0), 0);
  EXPECT_EQ(DayOf(86'399'999), 0);
  EXPECT_EQ(DayOf(86'400'000), 1);
  EXPECT_EQ(DayOf(-1), -1);
  EXPECT_EQ(DayOf(-86'400'000), -1);
  EXPECT_EQ(DayOf(-86'400'001), -2);
  EXPECT_EQ(DayOf(1'541'106'106'796), 17'836);
}

TEST(EventKey, EqualKeysHaveEqualMarks) {
  const std::string user = "8";
  EventRow again = Play();
  Set(&again, EventColumn::kUserId, std::string_view(user));
  Set(&again, EventColumn::kSong, "another content");
  Set(&again, EventColumn::kPage, "Home");  // no part of the key where there is a listener
  again.offset = 99;
  EXPECT_EQ(MarkOf(again).hash, MarkOf(Play()).hash);
  EXPECT_EQ(MarkOf(again).day, 17'836);
}

TEST(EventKey, EveryPartOfTheKeyCounts) {
  std::set<uint64_t> hashes = {MarkOf(Play()).hash};
  EventRow row = Play();
  Set(&row, EventColumn::kTsMs, 1'541'106'106'797);
  hashes.insert(MarkOf(row).hash);
  row = Play();
  Set(&row, EventColumn::kUserId, "88");
  hashes.insert(MarkOf(row).hash);
  row = Play();
  Set(&row, EventColumn::kSessionId, 0);
  Set(&row, EventColumn::kItemInSession, 139);
  hashes.insert(MarkOf(row).hash);
  hashes.insert(MarkOf(Without(Play(), EventColumn::kSessionId)).hash);
  hashes.insert(MarkOf(Without(Play(), EventColumn::kItemInSession)).hash);
  hashes.insert(MarkOf(Without(Play(), EventColumn::kUserId)).hash);
  EXPECT_EQ(hashes.size(), 7U);
}

TEST(EventKey, ThePageOfAVisitorCounts) {
  const EventRow play = Without(Play(), EventColumn::kUserId);
  EventRow home = play;
  Set(&home, EventColumn::kPage, "Home");
  EXPECT_NE(MarkOf(home).hash, MarkOf(play).hash);
  EXPECT_NE(MarkOf(Without(play, EventColumn::kPage)).hash, MarkOf(play).hash);
  // A listener named like a page is nobody's page.
  EventRow named = Play();
  Set(&named, EventColumn::kUserId, "NextSong");
  EXPECT_NE(MarkOf(named).hash, MarkOf(play).hash);
}

TEST(EventKey, TextsHashByAllTheirBytes) {
  std::set<uint64_t> hashes;
  std::string text;
  for (int length = 0; length < 40; ++length) {
    hashes.insert(HashText(text));
    text += '\0';
  }
  EXPECT_EQ(hashes.size(), 40U) << "also zero bytes and lengths";
  EXPECT_EQ(HashText("SOABCDE12A8C13F000"), HashText(std::string("SOABCDE12A8C13F000")));
  EXPECT_NE(HashText("SOABCDE12A8C13F000"), HashText("SOABCDE12A8C13F001"));
  EXPECT_NE(HashText("a", 1), HashText("a", 2));
}

}  // namespace
}  // namespace cadenza::engine
