#pragma once

#include <duckdb.h>

#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.h"
#include "parquet/flat_file.h"

namespace cadenza::engine {

/// A column of a chunk, read by row. Inline, because it is asked for every value that is written.
class Cells {
 public:
  Cells(duckdb_vector vector, parquet::Type type)
      : type_(type),
        data_(duckdb_vector_get_data(vector)),
        validity_(duckdb_vector_get_validity(vector)) {}

  parquet::Type type() const { return type_; }
  /// Of up to 64 rows from `begin` on, the first in the lowest bit, which of them have a value.
  uint64_t Defined(idx_t begin, idx_t rows) const {
    const uint64_t all = ~uint64_t{0} >> (64 - rows);
    if (!validity_) return all;
    const idx_t word = begin >> 6, shift = begin & 63;
    uint64_t bits = validity_[word] >> shift;
    if (shift + rows > 64) bits |= validity_[word + 1] << (64 - shift);
    return bits & all;
  }
  /// Texts of up to 12 bytes are alike when these are; longer ones if they are of one place.
  bool IsSameText(idx_t a, idx_t b) const {
    return std::memcmp(static_cast<const duckdb_string_t*>(data_) + a,
                       static_cast<const duckdb_string_t*>(data_) + b,
                       sizeof(duckdb_string_t)) == 0;
  }
  bool IsNull(idx_t row) const { return validity_ && (validity_[row >> 6] >> (row & 63) & 1) == 0; }
  std::string_view Text(idx_t row) const {
    const duckdb_string_t& text = static_cast<const duckdb_string_t*>(data_)[row];
    const uint32_t size = text.value.inlined.length;
    return {size <= kInlineBytes ? text.value.inlined.inlined : text.value.pointer.ptr, size};
  }
  bool Boolean(idx_t row) const { return static_cast<const bool*>(data_)[row]; }
  double Double(idx_t row) const { return static_cast<const double*>(data_)[row]; }
  int64_t Integer(idx_t row) const {
    if (type_ == parquet::Type::kInt32 || type_ == parquet::Type::kDate) {
      return static_cast<const int32_t*>(data_)[row];
    }
    return static_cast<const int64_t*>(data_)[row];
  }
  /// Two rows of a partition column; NULL equals NULL.
  bool AreEqual(idx_t a, idx_t b) const;
  /// The value in a folder's name, for the types of CanBePartition.
  std::optional<std::string> PartitionValue(idx_t row) const;

 private:
  static constexpr uint32_t kInlineBytes = 12;

  parquet::Type type_;
  const void* data_;
  const uint64_t* validity_;
};

/// How a select's columns go into files and folders.
struct RowLayout {
  std::vector<parquet::Type> types;
  std::vector<int> partition_index;  ///< into the select's columns
  std::vector<int> data_index;
  std::vector<parquet::Column> data_columns;
};
/// The columns must be such that OwnFilesCanHold.
RowLayout LayoutOf(const WriteRequest& request, const std::vector<Column>& columns);

/// Makes one folder; that it is there already is no error.
Status MakeFolder(const std::string& path);

std::map<std::string, delta::ColumnRange> RangesOf(const std::vector<parquet::Column>& columns,
                                                   std::vector<parquet::ColumnSummary> summaries);

}  // namespace cadenza::engine
