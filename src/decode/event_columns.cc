#include "decode/event_columns.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <vector>

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

namespace {

/// A key in two words: comparing them beats a call of memcmp, which took a tenth of all time.
struct KeyWords {
  uint64_t low = 0, high = 0;
  size_t size = 0;
  bool operator==(const KeyWords&) const = default;
};

constexpr size_t kWordBytes = sizeof(uint64_t);
constexpr size_t kKeyBytesMax = 2 * kWordBytes;

/// The first `size` bytes of a word, which lie in its low end on a little-endian machine.
uint64_t FirstBytes(const char* from, size_t size) {
  static_assert(std::endian::native == std::endian::little);
  uint64_t word = 0;
  std::memcpy(&word, from, kWordBytes);
  return size >= kWordBytes ? word : word & ((uint64_t{1} << (8 * size)) - 1);
}

/// Reads kKeyBytesMax bytes, whatever the key's size.
KeyWords WordsOf(std::string_view key) {
  KeyWords words;
  words.size = key.size();
  words.low = FirstBytes(key.data(), key.size());
  if (key.size() > kWordBytes) {
    words.high = FirstBytes(key.data() + kWordBytes, key.size() - kWordBytes);
  }
  return words;
}

std::array<KeyWords, kEventColumnCount> WordsOfColumns() {
  std::array<KeyWords, kEventColumnCount> words;
  for (size_t column = 0; column < words.size(); ++column) {
    std::array<char, kKeyBytesMax> padded{};
    const std::string_view key = kEventColumns[column].json_key;
    std::copy(key.begin(), key.end(), padded.begin());
    words[column] = WordsOf({padded.data(), key.size()});
  }
  return words;
}

const std::array<KeyWords, kEventColumnCount> kWords = WordsOfColumns();

std::vector<QuotedKey> QuotedColumns() {
  std::vector<QuotedKey> keys;
  for (const ColumnSpec& column : kEventColumns) keys.emplace_back(column.json_key);
  return keys;
}

const std::vector<QuotedKey> kQuoted = QuotedColumns();

}  // namespace

bool PutNumber(const JsonNumber& number, int column, EventRow* row) {
  const auto c = static_cast<size_t>(column);
  const ColumnType type = kEventColumns[c].type;
  if (type == ColumnType::kDouble) {
    const auto value = ToDouble(number);
    if (value) row->number[c] = *value;
    return value.has_value();
  }
  const auto value = ToInt64(number);
  if (!value) return false;
  if (type == ColumnType::kInt32 && *value != static_cast<int32_t>(*value)) return false;
  row->integer[c] = *value;
  return true;
}

EventColumnFinder::EventColumnFinder() {
  // Real logs are written in the order of the columns; index kEventColumnCount is the line's start.
  for (int column = 0; column < kEventColumnCount; ++column) {
    next_[static_cast<size_t>(column)] = (column + 1) % kEventColumnCount;
  }
  next_[kEventColumnCount] = 0;
}

const QuotedKey& EventColumnFinder::expected() const {
  return kQuoted[static_cast<size_t>(next_[static_cast<size_t>(last_)])];
}

int EventColumnFinder::Find(std::string_view key) {
  if (key.size() > kKeyBytesMax) return kNoColumn;
  const KeyWords words = WordsOf(key);
  int& expected = next_[static_cast<size_t>(last_)];
  if (kWords[static_cast<size_t>(expected)] != words) {
    const auto* found = std::find(kWords.begin(), kWords.end(), words);
    if (found == kWords.end()) return kNoColumn;
    expected = static_cast<int>(found - kWords.begin());
  }
  last_ = expected;
  return last_;
}

}  // namespace cadenza::decode
