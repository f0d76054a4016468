#include "pgwire/message.h"

namespace cadenza::pgwire {
namespace {

SqlError TooShort() { return {"08P01", "insufficient data left in message"}; }

}  // namespace

Outcome<std::string_view> MessageBody::Bytes(size_t count) {
  if (bytes_.size() < count) return TooShort();
  const std::string_view taken = bytes_.substr(0, count);
  bytes_.remove_prefix(count);
  return taken;
}

Outcome<int16_t> MessageBody::Int16() {
  CADENZA_ASSIGN(const std::string_view b, Bytes(2));
  return static_cast<int16_t>(static_cast<uint8_t>(b[0]) << 8 | static_cast<uint8_t>(b[1]));
}

Outcome<int32_t> MessageBody::Int32() {
  CADENZA_ASSIGN(const std::string_view b, Bytes(4));
  uint32_t value = 0;
  for (const char c : b) value = value << 8 | static_cast<uint8_t>(c);
  return static_cast<int32_t>(value);
}

Outcome<char> MessageBody::Byte() {
  CADENZA_ASSIGN(const std::string_view b, Bytes(1));
  return b[0];
}

Outcome<std::string> MessageBody::Text() {
  const size_t end = bytes_.find('\0');
  if (end == std::string_view::npos) return SqlError{"08P01", "invalid string in message"};
  std::string text(bytes_.substr(0, end));
  bytes_.remove_prefix(end + 1);
  return text;
}

Outcome<void> MessageBody::End() const {
  if (!bytes_.empty()) return SqlError{"08P01", "invalid message format"};
  return {};
}

void PutInt32(int32_t value, char* at) {
  const auto bits = static_cast<uint32_t>(value);
  for (int byte = 0; byte < 4; ++byte) at[byte] = static_cast<char>(bits >> (24 - 8 * byte));
}

void MessageBuffer::Begin(char type) {
  bytes_.push_back(type);
  length_at_ = bytes_.size();
  bytes_.append(4, '\0');
  bytes_.append(held_);
  held_.clear();
}

void MessageBuffer::End() {
  PutInt32(static_cast<int32_t>(bytes_.size() - length_at_), bytes_.data() + length_at_);
}

void MessageBuffer::Int16(int16_t value) {
  bytes_.push_back(static_cast<char>(static_cast<uint16_t>(value) >> 8));
  bytes_.push_back(static_cast<char>(value));
}

void MessageBuffer::Int32(int32_t value) {
  char field[4];
  PutInt32(value, field);
  bytes_.append(field, 4);
}

void MessageBuffer::Text(std::string_view text) {
  // A zero byte would end the text for the reader, and what follows would be read as fields.
  bytes_.append(text.substr(0, text.find('\0')));
  bytes_.push_back('\0');
}

void MessageBuffer::Empty(char type) {
  Begin(type);
  End();
}

namespace {

void AppendFields(char type, const char* severity, const SqlError& error, MessageBuffer* out) {
  out->Begin(type);
  const auto field = [&](char code, std::string_view text) {
    out->Byte(code);
    out->Text(text);
  };
  field('S', severity);
  field('V', severity);
  field('C', error.sqlstate);
  field('M', error.message);
  if (!error.hint.empty()) field('H', error.hint);
  if (error.position > 0) field('P', std::to_string(error.position));
  out->Byte('\0');
  out->End();
}

}  // namespace

void AppendError(const SqlError& error, MessageBuffer* out) {
  AppendFields('E', error.is_fatal ? "FATAL" : "ERROR", error, out);
}

void AppendNotice(const char* severity, const char* sqlstate, std::string_view message,
                  MessageBuffer* out) {
  AppendFields('N', severity, {sqlstate, std::string(message)}, out);
}

void AppendParameterStatus(std::string_view name, std::string_view value, MessageBuffer* out) {
  out->Begin('S');
  out->Text(name);
  out->Text(value);
  out->End();
}

void AppendCommandComplete(std::string_view tag, MessageBuffer* out) {
  out->Begin('C');
  out->Text(tag);
  out->End();
}

void AppendReady(char state, MessageBuffer* out) {
  out->Begin('Z');
  out->Byte(state);
  out->End();
}

}  // namespace cadenza::pgwire
