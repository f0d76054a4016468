#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "decode/json_number.h"

namespace cadenza::decode {

enum class JsonKind { kNull, kBool, kNumber, kString, kArray, kObject };

/// A key with its quotes, of at most 16 bytes in all, in a form that is compared in two words.
struct QuotedKey {
  uint64_t low = 0, low_mask = 0;
  uint64_t high = 0, high_mask = 0;
  uint32_t size = 0;

  explicit QuotedKey(std::string_view key);
  /// Reads 16 bytes.
  bool StandsAt(const char* at) const {
    uint64_t words[2];
    std::memcpy(words, at, sizeof(words));
    return (words[0] & low_mask) == low && (words[1] & high_mask) == high;
  }
};

/// One member of an object. Views into the text, or into the reader where something had to be
/// unescaped; those live until the next BeginBlock.
struct JsonField {
  std::string_view key;      ///< unescaped
  bool is_expected = false;  ///< the key is the one that the caller expected
  JsonKind kind = JsonKind::kNull;
  std::string_view raw;   ///< the value as written
  std::string_view text;  ///< kString: the value
  JsonNumber number;      ///< kNumber
};

/// Reads the members of one object a line, over a StructuralIndex. Every value is checked against
/// JSON's grammar whether anybody wants it or not, so that a line is good or bad for all readers
/// alike. It only says that a line is bad; JsonScan says why. Not thread-safe.
class ObjectReader {
 public:
  static constexpr size_t kDepthMax = 1024;

  /// The texts that are set until the next call have no more bytes than this in all.
  void BeginBlock(size_t size_bytes);
  /// Both must outlive the reading of their lines.
  void SetText(std::string_view text, std::span<const uint32_t> positions);

  /// Goes to the line text[begin, end); lines come in ascending order. True if it has any content.
  bool Open(size_t begin, size_t end);
  /// False after the last member, or if the line is bad: Close tells which. Nearly all lines of a
  /// file have the same keys in the same order: the one that is expected next is taken in one look.
  bool Next(JsonField* field, const QuotedKey* expected = nullptr);
  /// True if the line holds one object, whose members have all been read, and nothing else.
  bool Close() const;

 private:
  bool Fail();
  bool At(const uint32_t* position, char c) const;
  const uint32_t* ReadValue(const uint32_t* at, JsonField* field);
  bool ReadScalar(const uint32_t* at, JsonField* field);
  /// `token`: with its quotes.
  bool ReadString(std::string_view token, std::string_view* text);
  const uint32_t* SkipContainer(const uint32_t* at);
  const uint32_t* SkipItem(const uint32_t* at, bool* opened);
  bool HasEscape(const char* begin, const char* end);
  std::string_view Token(const uint32_t* at) const;

  const char* text_ = nullptr;
  const char* text_end_ = nullptr;
  const uint32_t* first_ = nullptr;
  const uint32_t* at_ = nullptr;
  const uint32_t* last_ = nullptr;
  size_t end_ = 0;  ///< of the line
  bool opened_ = false;
  bool ended_ = false;
  const char* next_escape_ = nullptr;  ///< the first backslash at or after what has been read
  std::vector<char> unescaped_;
  size_t unescaped_size_ = 0;
  std::vector<char> nesting_;
};

}  // namespace cadenza::decode
