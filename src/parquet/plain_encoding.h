#pragma once

#include <array>
#include <bit>
#include <cstring>
#include <string>
#include <string_view>

namespace cadenza::parquet {

static_assert(std::endian::native == std::endian::little, "PLAIN is the machine's own order");

/// A fixed-width value in Parquet's PLAIN encoding: its little-endian bytes.
class PlainBytes {
 public:
  template <class T>
  explicit PlainBytes(T value) : size_(sizeof(T)) {
    static_assert(sizeof(T) <= 8);
    std::memcpy(bytes_.data(), &value, sizeof(T));
  }
  std::string_view view() const { return {bytes_.data(), size_}; }

 private:
  std::array<char, 8> bytes_{};
  size_t size_;
};

template <class T>
void AppendPlain(std::string* out, T value) {
  out->append(PlainBytes(value).view());
}

}  // namespace cadenza::parquet
