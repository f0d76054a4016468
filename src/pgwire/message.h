#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "pgwire/sql_error.h"

namespace cadenza::pgwire {

/// Reads the fields of a frontend message. Each call that finds too few bytes is 08P01.
class MessageBody {
 public:
  explicit MessageBody(std::string_view bytes) : bytes_(bytes) {}

  Outcome<int16_t> Int16();
  Outcome<int32_t> Int32();
  Outcome<char> Byte();
  /// Up to a zero byte, which is taken as well.
  Outcome<std::string> Text();
  Outcome<std::string_view> Bytes(size_t count);
  std::string_view rest() const { return bytes_; }
  /// 08P01 unless all was read.
  Outcome<void> End() const;

 private:
  std::string_view bytes_;
};

/// Makes backend messages, one after the other, for one write.
class MessageBuffer {
 public:
  void Begin(char type);
  /// Bytes that the next message begins with.
  void Hold(std::string_view bytes) { held_ = bytes; }
  /// Writes the length.
  void End();
  void Int16(int16_t value);
  void Int32(int32_t value);
  void Byte(char value) { bytes_.push_back(value); }
  void Text(std::string_view text);  ///< and a zero byte
  void Bytes(std::string_view bytes) { bytes_.append(bytes); }
  /// A message without fields.
  void Empty(char type);

  std::string& bytes() { return bytes_; }
  size_t size() const { return bytes_.size(); }
  /// Drops all that came after this size, e.g. a row that could not be finished.
  void CutTo(size_t size) { bytes_.resize(size); }

 private:
  std::string bytes_, held_;
  size_t length_at_ = 0;
};

/// ErrorResponse, or NoticeResponse with severity NOTICE or WARNING.
void AppendError(const SqlError& error, MessageBuffer* out);
void AppendNotice(const char* severity, const char* sqlstate, std::string_view message,
                  MessageBuffer* out);
void AppendParameterStatus(std::string_view name, std::string_view value, MessageBuffer* out);
void AppendCommandComplete(std::string_view tag, MessageBuffer* out);
void AppendReady(char state, MessageBuffer* out);

/// A number into four bytes that were reserved for it, most significant first.
void PutInt32(int32_t value, char* at);

}  // namespace cadenza::pgwire
