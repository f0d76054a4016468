#include "decode/plain_line.h"

#include <array>
#include <bit>
#include <cstring>

#include "decode/event_time.h"
#include "decode/json_number.h"
#include "decode/json_text.h"
#include "decode/text_chunk.h"
#include "decode/utf8.h"

namespace cadenza::decode {
namespace {

/// How many digits a word begins with.
size_t LeadingDigits(uint64_t word) {
  static_assert(std::endian::native == std::endian::little);
  const uint64_t digits = word ^ 0x3030303030303030;
  const uint64_t others = ((digits + 0x7676767676767676) | digits) & 0x8080808080808080;
  return static_cast<size_t>(std::countr_zero(others)) / 8;
}

/// The first `count` digits of a word, 1 to 8, as a number: neighbours are added up, first of one
/// digit, then of two and of four.
uint64_t NumberOf(uint64_t word, size_t count) {
  word <<= 64 - 8 * count;
  word = (word & 0x0F0F0F0F0F0F0F0F) * 2561 >> 8;
  word = (word & 0x00FF00FF00FF00FF) * 6553601 >> 16;
  return (word & 0x0000FFFF0000FFFF) * 42949672960001 >> 32;
}

constexpr std::array<uint64_t, 9> kPowersOfTen8 = {
    1, 10, 100, 1000, 10000, 100'000, 1'000'000, 10'000'000, 100'000'000};

/// Appends up to 16 digits to the value; returns what stands behind them.
const char* ReadDigits(const char* at, uint64_t* value) {
  for (int words = 0; words < 2; ++words) {
    uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    const size_t count = LeadingDigits(word);
    if (count == 0) return at;
    *value = *value * kPowersOfTen8[count] + NumberOf(word, count);
    at += count;
    if (count < sizeof word) return at;
  }
  return at;
}

constexpr int kDigitsMax = 18;  // of an int64, whatever they are

/// "12" or "12.5" of not more digits than that; nullptr: something else, which may be a number.
inline const char* ReadDecimal(const char* at, JsonNumber* number) {
  const char* behind = ReadDigits(at, &number->mantissa);
  if (behind == at || (*at == '0' && behind - at > 1)) return nullptr;
  number->whole_text = *behind != '.';
  if (number->whole_text) return behind;
  const char* const fraction = behind + 1;
  const auto whole_digits = behind - at;
  // 16 of the whole and 16 of the fraction do not overflow into anything that is taken.
  behind = ReadDigits(fraction, &number->mantissa);
  if (behind == fraction || whole_digits + (behind - fraction) > kDigitsMax) return nullptr;
  number->exponent = -static_cast<int32_t>(behind - fraction);
  return behind;
}

bool EndsValue(char c) { return c == ',' || c == '}'; }

}  // namespace

void PlainLineReader::BeginBlock(size_t size_bytes) {
  // Chunks are written as a whole.
  if (unescaped_.size() < size_bytes + kPadding) unescaped_.resize(size_bytes + kPadding);
  unescaped_size_ = 0;
  repeated_.fill({});
}

/// By some bytes behind what the names of browsers have in common.
inline size_t PlainLineReader::SlotOf(const char* text) {
  constexpr size_t kCommonBytes = 24;
  uint64_t word = 0;
  std::memcpy(&word, text + kCommonBytes, sizeof word);
  return (word * 0x9E3779B97F4A7C15) >> (64 - std::countr_zero(kRepeated));
}

/// The string's beginning, [begin, at), has no backslash; one stands at `at`.
const char* PlainLineReader::ReadEscaped(const char* begin, const char* at, const char* end,
                                         bool has_highs, std::string_view* text) {
  Escaped& known = repeated_[SlotOf(begin)];
  if (known.Begins(begin, end)) {
    *text = known.text;
    return begin + known.raw.size();
  }
  char* const first = unescaped_.data() + unescaped_size_;
  std::memcpy(first, begin, static_cast<size_t>(at - begin));
  char* out = first + (at - begin);
  while (at < end) {
    const TextChunk chunk(at);
    chunk.Store(out);
    has_highs |= chunk.Highs() != 0;  // perhaps of what follows the string: no harm
    const uint32_t stops = chunk.Quotes() | chunk.Backslashes() | chunk.Controls();
    if (stops == 0) {
      at += TextChunk::kBytes;
      out += TextChunk::kBytes;
      continue;
    }
    const int plain = std::countr_zero(stops);
    at += plain;
    out += plain;
    if (*at == '"') {
      if (at >= end) return nullptr;
      *text = {first, static_cast<size_t>(out - first)};
      unescaped_size_ += text->size();
      // An escape means whole characters: it cannot make UTF-8 of what is none.
      if (has_highs && !IsUtf8(*text)) return nullptr;
      known = {{begin, static_cast<size_t>(at + 1 - begin)}, *text};
      return at + 1;
    }
    if (*at != '\\' || at >= end) return nullptr;
    std::string_view rest(at, static_cast<size_t>(end - at));
    if (!TakeEscape(&rest, &out)) return nullptr;
    at = rest.data();
  }
  return nullptr;
}

/// `at` is behind the first quote.
inline const char* PlainLineReader::ReadString(const char* at, const char* end,
                                               std::string_view* text) {
  const char* const begin = at;
  uint32_t highs = 0;
  for (; at < end; at += TextChunk::kBytes) {
    const TextChunk chunk(at);
    const uint32_t stops = chunk.Quotes() | chunk.Backslashes() | chunk.Controls();
    if (stops == 0) {
      highs |= chunk.Highs();
      continue;
    }
    highs |= chunk.Highs() & (stops ^ (stops - 1));
    at += std::countr_zero(stops);
    if (*at == '\\' && at < end) {
      return ReadEscaped(begin, at, end, highs != 0, text);
    }
    if (*at != '"' || at >= end) return nullptr;
    *text = {begin, static_cast<size_t>(at - begin)};
    return highs == 0 || IsUtf8(*text) ? at + 1 : nullptr;
  }
  return nullptr;
}

inline const char* PlainLineReader::ReadText(const char* at, const char* end, int column,
                                             EventRow* row) {
  std::string_view text;
  at = ReadString(at + 1, end, &text);
  if (at == nullptr || (checked_ & Bit(column)) == 0) return at;
  if (kEventColumns[static_cast<size_t>(column)].type != ColumnType::kText) return nullptr;
  if (column == kUserId && text.empty()) return at;
  row->text[static_cast<size_t>(column)] = text;
  row->present |= Bit(column);
  return at;
}

inline const char* PlainLineReader::ReadNumber(const char* at, const char* end, int column,
                                               EventRow* row) {
  const char* const begin = at;
  JsonNumber number;
  const char* behind = ReadDecimal(at, &number);
  if (behind == nullptr || !EndsValue(*behind)) {
    behind = at;
    while (behind < end && !EndsValue(*behind)) ++behind;
    if (!ParseNumber({at, static_cast<size_t>(behind - at)}, &number)) return nullptr;
  } else {
    // Of 17 digits a double is read from the text.
    number.text = {at, static_cast<size_t>(behind - at)};
  }
  if ((checked_ & Bit(column)) == 0) return behind;
  const auto c = static_cast<size_t>(column);
  if (kEventColumns[c].type == ColumnType::kText) {
    if (column != kUserId || !number.whole_text || number.negative) return nullptr;
    row->text[c] = {begin, static_cast<size_t>(behind - begin)};
  } else if (!PutNumber(number, column, row)) {
    return nullptr;
  }
  row->present |= Bit(column);
  return behind;
}

inline const char* PlainLineReader::ReadValue(const char* at, const char* end, int column,
                                              EventRow* row) {
  if (*at == '"') return ReadText(at, end, column, row);
  if (*at == 'n') return std::memcmp(at, "null", 4) == 0 ? at + 4 : nullptr;
  if (IsDigit(*at) || *at == '-') return ReadNumber(at, end, column, row);
  return nullptr;
}

inline int PlainLineReader::ReadKey(const char** at, const char* end) {
  const QuotedKey& expected = columns_->expected();
  int column = EventColumnFinder::kNoColumn;
  if (expected.StandsAt(*at)) {
    column = columns_->TakeExpected();
    *at += expected.size;
  } else {
    std::string_view key;
    if (**at != '"') return column;
    *at = ReadString(*at + 1, end, &key);
    if (*at == nullptr) return column;
    column = columns_->Find(key);
  }
  if (**at != ':') return EventColumnFinder::kNoColumn;
  if (gap_ != 0 && (*at)[1] != ' ') return EventColumnFinder::kNoColumn;
  *at += 1 + gap_;
  return column;
}

bool PlainLineReader::IsTimePlain(EventRow* row) const {
  if ((checked_ & Bit(kTime)) == 0) return true;
  if ((row->present & Bit(kTime)) == 0) return !options_.require_time;
  const auto milliseconds = ToMilliseconds(row->integer[kTime], options_.unit);
  if (!milliseconds || (options_.require_time && !IsPlausibleTime(*milliseconds))) return false;
  row->integer[kTime] = *milliseconds;
  return true;
}

const char* PlainLineReader::Read(const char* at, const char* end, EventRow* row) {
  const char* behind = ReadObject(at, end, row);
  if (behind != nullptr) return behind;
  // Perhaps the file has the other manner of writing.
  const auto* colon = static_cast<const char*>(std::memchr(at, ':', static_cast<size_t>(end - at)));
  if (colon != nullptr) gap_ = colon[1] == ' ' ? 1 : 0;
  return nullptr;
}

const char* PlainLineReader::ReadObject(const char* at, const char* end, EventRow* row) {
  row->present = 0;
  row->transient = 0;
  columns_->BeginLine();
  if (*at != '{') return nullptr;
  ++at;
  uint32_t seen = 0;
  while (at < end) {
    const int column = ReadKey(&at, end);
    if (column == EventColumnFinder::kNoColumn || (seen & Bit(column)) != 0) return nullptr;
    seen |= Bit(column);
    at = ReadValue(at, end, column, row);
    if (at == nullptr) return nullptr;
    if (*at != ',') break;
    if (gap_ != 0 && at[1] != ' ') return nullptr;
    at += 1 + gap_;
  }
  if (at >= end || *at != '}' || !IsTimePlain(row)) return nullptr;
  row->present &= options_.wanted;
  ++at;
  if (at == end) return at;
  if (*at == '\r') ++at;
  return at < end && *at == '\n' ? at + 1 : nullptr;
}

}  // namespace cadenza::decode
