#include "decode/event_columns.h"

namespace cadenza::decode {

const std::array<ColumnSpec, kEventColumnCount> kEventColumns = {{
    {"artist", "artist", ColumnType::kText},
    {"auth", "auth", ColumnType::kText},
    {"first_name", "firstName", ColumnType::kText},
    {"gender", "gender", ColumnType::kText},
    {"item_in_session", "itemInSession", ColumnType::kInt64},
    {"last_name", "lastName", ColumnType::kText},
    {"length", "length", ColumnType::kDouble},
    {"level", "level", ColumnType::kText},
    {"location", "location", ColumnType::kText},
    {"method", "method", ColumnType::kText},
    {"page", "page", ColumnType::kText},
    {"registration", "registration", ColumnType::kInt64},
    {"session_id", "sessionId", ColumnType::kInt64},
    {"song", "song", ColumnType::kText},
    {"status", "status", ColumnType::kInt32},
    {"ts_ms", "ts", ColumnType::kInt64},
    {"user_agent", "userAgent", ColumnType::kText},
    {"user_id", "userId", ColumnType::kText},
}};

EventColumnFinder::EventColumnFinder() {
  // Real logs are written in the order of the columns; index kEventColumnCount is the line's start.
  for (int column = 0; column < kEventColumnCount; ++column) {
    next_[static_cast<size_t>(column)] = (column + 1) % kEventColumnCount;
  }
  next_[kEventColumnCount] = 0;
}

int EventColumnFinder::Find(std::string_view key) {
  int& expected = next_[static_cast<size_t>(last_)];
  if (kEventColumns[static_cast<size_t>(expected)].json_key != key) {
    int column = 0;
    while (column < kEventColumnCount &&
           kEventColumns[static_cast<size_t>(column)].json_key != key) {
      ++column;
    }
    if (column == kEventColumnCount) return kNoColumn;
    expected = column;
  }
  last_ = expected;
  return last_;
}

}  // namespace cadenza::decode
