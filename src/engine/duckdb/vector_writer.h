#pragma once

#include <duckdb.h>

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace cadenza::engine {

/// Fills one column of a chunk. A null vector means that the query does not want the column.
class VectorWriter {
 public:
  VectorWriter() = default;
  explicit VectorWriter(duckdb_vector vector)
      : vector_(vector), data_(duckdb_vector_get_data(vector)) {
    duckdb_vector_ensure_validity_writable(vector);
    validity_ = duckdb_vector_get_validity(vector);
    std::memset(validity_, 0xff, duckdb_vector_size() / 8);
  }

  bool wanted() const { return vector_ != nullptr; }
  void SetNull(idx_t row) { validity_[row >> 6] &= ~(uint64_t{1} << (row & 63)); }
  template <class T>
  void Set(idx_t row, T value) {
    static_cast<T*>(data_)[row] = value;
  }
  /// The first rows, from 0 on.
  template <class T, size_t N>
  void SetAll(std::span<const T, N> values) {
    std::memcpy(data_, values.data(), values.size_bytes());
  }
  /// The text is copied into the vector.
  void CopyText(idx_t row, std::string_view text) {
    if (text.size() <= kInlineBytes) return SetInline(row, text);
    duckdb_unsafe_vector_assign_string_element_len(vector_, row, text.data(), text.size());
  }
  /// The same of a text behind which 12 bytes more can be read.
  void ReferPaddedText(idx_t row, std::string_view text) {
    if (text.size() > kInlineBytes) return ReferText(row, text);
    // Two loads and a mask in place of a copy of a length that is known only now.
    uint64_t head = 0, tail = 0;
    std::memcpy(&head, text.data(), sizeof(head));
    std::memcpy(&tail, text.data() + 4, sizeof(tail));
    const size_t size = text.size(), in_tail = size > 4 ? size - 4 : 0;
    head = size < 4 ? head & ((uint64_t{1} << 8 * size) - 1) : head & 0xffffffff;
    tail = in_tail < 8 ? tail & ((uint64_t{1} << 8 * in_tail) - 1) : tail;
    const std::array<uint64_t, 2> value = {size | head << 32, tail};
    static_assert(sizeof(value) == sizeof(duckdb_string_t));
    std::memcpy(static_cast<duckdb_string_t*>(data_) + row, value.data(), sizeof(value));
  }
  /// The text must live until the chunk has been consumed.
  void ReferText(idx_t row, std::string_view text) {
    if (text.size() <= kInlineBytes) return SetInline(row, text);
    duckdb_string_t value;
    value.value.pointer.length = static_cast<uint32_t>(text.size());
    std::memcpy(value.value.pointer.prefix, text.data(), 4);
    value.value.pointer.ptr = const_cast<char*>(text.data());
    static_cast<duckdb_string_t*>(data_)[row] = value;
  }

 private:
  static constexpr size_t kInlineBytes = 12;
  static_assert(std::endian::native == std::endian::little);
  void SetInline(idx_t row, std::string_view text) {
    duckdb_string_t value{};
    value.value.inlined.length = static_cast<uint32_t>(text.size());
    std::memcpy(value.value.inlined.inlined, text.data(), text.size());
    static_cast<duckdb_string_t*>(data_)[row] = value;
  }

  duckdb_vector vector_ = nullptr;
  void* data_ = nullptr;
  uint64_t* validity_ = nullptr;
};

}  // namespace cadenza::engine
