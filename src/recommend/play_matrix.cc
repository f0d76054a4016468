#include "recommend/play_matrix.h"

namespace cadenza::recommend {

PlayMatrix Transposed(const PlayMatrix& matrix) {
  PlayMatrix turned;
  turned.columns = static_cast<int32_t>(matrix.rows());
  turned.begins.assign(static_cast<size_t>(matrix.columns) + 1, 0);
  for (const int32_t place : matrix.places) ++turned.begins[static_cast<size_t>(place) + 1];
  for (size_t c = 1; c < turned.begins.size(); ++c) turned.begins[c] += turned.begins[c - 1];
  turned.places.resize(matrix.pairs());
  turned.weights.resize(matrix.pairs());
  std::vector<int64_t> next(turned.begins.begin(), turned.begins.end() - 1);
  for (size_t row = 0; row < matrix.rows(); ++row) {
    const auto places = matrix.Places(row);
    const auto weights = matrix.Weights(row);
    for (size_t i = 0; i < places.size(); ++i) {
      const auto at = static_cast<size_t>(next[static_cast<size_t>(places[i])]++);
      turned.places[at] = static_cast<int32_t>(row);
      turned.weights[at] = weights[i];
    }
  }
  return turned;
}

PlayMatrix RowsOf(const PlayMatrix& matrix, std::span<const int32_t> rows) {
  PlayMatrix some;
  some.columns = matrix.columns;
  for (const int32_t row : rows) {
    const auto places = matrix.Places(static_cast<size_t>(row));
    const auto weights = matrix.Weights(static_cast<size_t>(row));
    some.places.insert(some.places.end(), places.begin(), places.end());
    some.weights.insert(some.weights.end(), weights.begin(), weights.end());
    some.EndRow();
  }
  return some;
}

}  // namespace cadenza::recommend
