#include "decode/object_reader.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstring>

#include "decode/block.h"
#include "decode/json_text.h"

namespace cadenza::decode {
namespace {

constexpr size_t kHalfBytes = sizeof(uint64_t);

bool IsBetweenFields(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

}  // namespace

QuotedKey::QuotedKey(std::string_view key) : size(static_cast<uint32_t>(key.size()) + 2) {
  static_assert(std::endian::native == std::endian::little);
  std::array<char, 2 * kHalfBytes> quoted{}, mask{};
  assert(size <= quoted.size());
  std::fill_n(mask.begin(), size, '\xff');
  quoted[0] = '"';
  std::copy(key.begin(), key.end(), quoted.begin() + 1);
  quoted[size - 1] = '"';
  std::memcpy(&low, quoted.data(), kHalfBytes);
  std::memcpy(&high, quoted.data() + kHalfBytes, kHalfBytes);
  std::memcpy(&low_mask, mask.data(), kHalfBytes);
  std::memcpy(&high_mask, mask.data() + kHalfBytes, kHalfBytes);
}

void ObjectReader::BeginBlock(size_t size_bytes) {
  // The padding is for those who read keys word by word.
  if (unescaped_.size() < size_bytes + kPadding) unescaped_.resize(size_bytes + kPadding);
  unescaped_size_ = 0;
}

void ObjectReader::SetText(std::string_view text, std::span<const uint32_t> positions) {
  text_ = text.data();
  text_end_ = text_ + text.size();
  first_ = positions.data();
  at_ = first_;
  last_ = at_ + positions.size();
  next_escape_ = text_ - (text_ == nullptr ? 0 : 1);
  end_ = 0;
}

bool ObjectReader::Open(size_t begin, size_t end) {
  // A bad line may have been left in its middle, or with a value of a later one.
  while (at_ != last_ && *at_ < begin) ++at_;
  while (at_ != first_ && at_[-1] >= begin) --at_;
  end_ = end;
  opened_ = false;
  ended_ = false;
  if (at_ == last_ || *at_ >= end) return false;
  opened_ = At(at_, '{');
  if (!opened_) return true;
  ++at_;
  if (at_ != last_ && At(at_, '}')) {
    ++at_;
    ended_ = true;
  }
  return true;
}

bool ObjectReader::Close() const {
  return opened_ && ended_ && at_[-1] < end_ && (at_ == last_ || *at_ >= end_);
}

bool ObjectReader::Fail() {
  opened_ = false;
  return false;
}

bool ObjectReader::At(const uint32_t* position, char c) const { return text_[*position] == c; }

/// What lies between a position and the next, without white space behind it.
inline std::string_view ObjectReader::Token(const uint32_t* at) const {
  const char* begin = text_ + *at;
  const char* end = at + 1 == last_ ? text_end_ : text_ + at[1];
  // One look for all that is usual: no white space is above a blank.
  while (end != begin && static_cast<unsigned char>(end[-1]) <= ' ' && IsBetweenFields(end[-1]))
    --end;
  return {begin, static_cast<size_t>(end - begin)};
}

inline bool ObjectReader::HasEscape(const char* begin, const char* end) {
  if (next_escape_ < begin) {
    const void* found = std::memchr(begin, '\\', static_cast<size_t>(text_end_ - begin));
    next_escape_ = found == nullptr ? text_end_ : static_cast<const char*>(found);
  }
  return next_escape_ < end;
}

inline bool ObjectReader::ReadString(std::string_view token, std::string_view* text) {
  // The index saw the string closed, and whatever follows its end is a position of its own.
  if (token.size() < 2 || token.back() != '"') return false;
  *text = token.substr(1, token.size() - 2);
  if (!HasEscape(text->data(), text->data() + text->size())) return true;
  char* into = unescaped_.data() + unescaped_size_;
  const auto size = Unescape(*text, into);
  if (!size) return false;
  *text = {into, *size};
  unescaped_size_ += *size;
  return true;
}

bool ObjectReader::Next(JsonField* field, const QuotedKey* expected) {
  if (!opened_ || ended_) return false;
  // A member takes four positions: key, colon, value, and the comma or brace behind it.
  if (last_ - at_ < 4 || at_[0] >= end_ || !At(at_, '"') || !At(at_ + 1, ':')) return Fail();
  const char* key = text_ + at_[0];
  field->is_expected =
      expected != nullptr && at_[1] - at_[0] == expected->size && expected->StandsAt(key);
  if (field->is_expected) {
    field->key = {key + 1, expected->size - 2};
  } else if (!ReadString(Token(at_), &field->key)) {
    return Fail();
  }
  const uint32_t* after = ReadValue(at_ + 2, field);
  if (after == nullptr || after >= last_) return Fail();
  if (At(after, '}')) {
    ended_ = true;
  } else if (!At(after, ',')) {
    return Fail();
  }
  at_ = after + 1;
  return true;
}

const uint32_t* ObjectReader::ReadValue(const uint32_t* at, JsonField* field) {
  const char c = text_[*at];
  if (c == '"') {
    field->kind = JsonKind::kString;
    field->raw = Token(at);
    return ReadString(field->raw, &field->text) ? at + 1 : nullptr;
  }
  if (c != '{' && c != '[') return ReadScalar(at, field) ? at + 1 : nullptr;
  field->kind = c == '{' ? JsonKind::kObject : JsonKind::kArray;
  const uint32_t* after = SkipContainer(at);
  if (after == nullptr) return nullptr;
  const char* begin = text_ + *at;
  field->raw = {begin, static_cast<size_t>(text_ + after[-1] + 1 - begin)};
  return after;
}

bool ObjectReader::ReadScalar(const uint32_t* at, JsonField* field) {
  field->raw = Token(at);
  switch (text_[*at]) {
    case 'n':
      field->kind = JsonKind::kNull;
      return field->raw == "null";
    case 't':
      field->kind = JsonKind::kBool;
      return field->raw == "true";
    case 'f':
      field->kind = JsonKind::kBool;
      return field->raw == "false";
    default:
      field->kind = JsonKind::kNumber;
      return ParseNumber(field->raw, &field->number);
  }
}

/// Reads one member of an object, or one item of an array, of the innermost container. Opening
/// another container in its place is left to the caller's loop: no recursion.
const uint32_t* ObjectReader::SkipItem(const uint32_t* at, bool* opened) {
  JsonField item;
  if (nesting_.back() == '{') {
    if (last_ - at < 3 || !At(at, '"') || !At(at + 1, ':')) return nullptr;
    if (!ReadString(Token(at), &item.text)) return nullptr;
    at += 2;
  }
  const char c = text_[*at];
  *opened = c == '{' || c == '[';
  if (!*opened) return ReadValue(at, &item);
  // The object of the line itself is one level.
  if (nesting_.size() + 1 >= kDepthMax) return nullptr;
  nesting_.push_back(c);
  return at + 1;
}

const uint32_t* ObjectReader::SkipContainer(const uint32_t* at) {
  nesting_.assign(1, text_[*at]);
  const size_t unescaped_before = unescaped_size_;
  bool opened = true;
  for (++at; at < last_ && *at < end_;) {
    const char c = text_[*at];
    if (c == (nesting_.back() == '{' ? '}' : ']')) {
      nesting_.pop_back();
      ++at;
      opened = false;
      if (nesting_.empty()) {
        unescaped_size_ = unescaped_before;
        return at;
      }
      continue;
    }
    if (!opened) {
      if (c != ',') return nullptr;
      ++at;
      if (at == last_ || *at >= end_) return nullptr;
    }
    at = SkipItem(at, &opened);
    if (at == nullptr) return nullptr;
  }
  return nullptr;
}

}  // namespace cadenza::decode
