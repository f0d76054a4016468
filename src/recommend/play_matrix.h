#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace cadenza::recommend {

/// Who played what how much: a sparse matrix, row after row, the places of a row in rising order.
/// A pair takes 8 bytes.
struct PlayMatrix {
  int32_t columns = 0;
  std::vector<int64_t> begins = {0};  ///< of each row, and the end of the last
  std::vector<int32_t> places;        ///< columns
  std::vector<float> weights;

  size_t rows() const { return begins.size() - 1; }
  size_t pairs() const { return places.size(); }
  size_t RowSize(size_t row) const { return static_cast<size_t>(begins[row + 1] - begins[row]); }
  std::span<const int32_t> Places(size_t row) const {
    return std::span(places).subspan(static_cast<size_t>(begins[row]), RowSize(row));
  }
  std::span<const float> Weights(size_t row) const {
    return std::span(weights).subspan(static_cast<size_t>(begins[row]), RowSize(row));
  }
  void Add(int32_t place, float weight) {
    places.push_back(place);
    weights.push_back(weight);
  }
  void EndRow() { begins.push_back(static_cast<int64_t>(places.size())); }
};

/// The same pairs by column.
PlayMatrix Transposed(const PlayMatrix& matrix);
/// These rows, in this order.
PlayMatrix RowsOf(const PlayMatrix& matrix, std::span<const int32_t> rows);

}  // namespace cadenza::recommend
