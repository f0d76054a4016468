#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace cadenza::parquet {

void AppendVarint(std::string* out, uint64_t value);

/// Signed numbers as unsigned ones that are small where the number is near 0.
inline uint64_t ZigZag(int64_t value) {
  return (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
}

/// Appends structs in Thrift's compact protocol to a string that the caller owns and that outlives
/// the writer. It knows no schema: the caller names fields by number, in rising order.
///
///   struct := field* 0x00
///   field  := (delta << 4 | type) value            delta = number - previous number, 1..15
///   value  := zigzag varint | varint length, bytes | list | struct; a bool is its type alone
///   list   := (size << 4 | type), or (0xf0 | type) and a varint size from 15 on; then the values
///
/// {1: i32 1, 3: "ab"} is 15 02 28 02 61 62 00.
class ThriftCompactWriter {
 public:
  enum class Element : uint8_t { kInt32 = 5, kBinary = 8, kStruct = 12 };

  explicit ThriftCompactWriter(std::string* out) : out_(out) {}

  void Bool(int field, bool value);
  void Int32(int field, int32_t value);
  void Int64(int field, int64_t value);
  void Binary(int field, std::string_view value);

  /// The struct that begins is ended by EndStruct, as is one that begins as an element of a list.
  void BeginStruct(int field);
  void BeginStructElement();
  void EndStruct();

  /// `size` elements follow.
  void List(int field, Element element, size_t size);
  void Int32Element(int32_t value);
  void BinaryElement(std::string_view value);

  /// Fields of the current struct that were encoded earlier, from a struct's first field on.
  void Encoded(std::string_view fields, int last_field);

 private:
  static constexpr size_t kDepthMax = 8;

  void Header(int field, uint8_t type);

  std::string* out_;
  std::array<int, kDepthMax> last_field_{};
  size_t depth_ = 0;
};

}  // namespace cadenza::parquet
