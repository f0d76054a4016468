#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "decode/json_number.h"

namespace cadenza::decode {

enum class JsonKind { kNull, kBool, kNumber, kString, kArray, kObject };

/// One member of an object. Views into the text, or into the reader where something had to be
/// unescaped; those live until the next Open.
struct JsonField {
  std::string_view key;  ///< unescaped
  JsonKind kind = JsonKind::kNull;
  bool unescaped = false;  ///< `text` lies in the reader
  std::string_view raw;    ///< the value as written
  std::string_view text;   ///< kString: the value
  JsonNumber number;       ///< kNumber
};

/// Reads the members of one object a line, over a StructuralIndex. Every value is checked against
/// JSON's grammar whether anybody wants it or not, so that a line is good or bad for all readers
/// alike. It only says that a line is bad; JsonScan says why. Not thread-safe.
class ObjectReader {
 public:
  static constexpr size_t kDepthMax = 1024;

  /// Both must outlive the reading of their lines.
  void SetText(std::string_view text, std::span<const uint32_t> positions);

  /// Goes to the line text[begin, end); lines come in ascending order. True if it has any content.
  bool Open(size_t begin, size_t end);
  /// False after the last member, or if the line is bad: Close tells which.
  bool Next(JsonField* field);
  /// True if the line holds one object, whose members have all been read, and nothing else.
  bool Close() const;

 private:
  bool Fail();
  bool At(const uint32_t* position, char c) const;
  const uint32_t* ReadValue(const uint32_t* at, JsonField* field);
  bool ReadScalar(const uint32_t* at, JsonField* field);
  bool ReadString(const uint32_t* at, std::string_view* text, bool* unescaped);
  const uint32_t* SkipContainer(const uint32_t* at);
  const uint32_t* SkipItem(const uint32_t* at, bool* opened);
  bool HasEscape(const char* begin, const char* end);
  std::string_view Token(const uint32_t* at) const;

  const char* text_ = nullptr;
  const char* text_end_ = nullptr;
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
