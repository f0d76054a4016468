#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "parquet/flat_file.h"
#include "parquet/value_range.h"

namespace cadenza::parquet {

enum class Encoding { kPlain, kDictionary, kDelta };
enum class Codec { kNone, kSnappy };

/// A column's part of an encoded row group. Places count from the row group's first byte.
struct EncodedColumn {
  Encoding encoding = Encoding::kPlain;
  Codec codec = Codec::kNone;
  int64_t dictionary_at = -1;  ///< -1: there is no dictionary
  int64_t data_at = 0;
  int64_t size_bytes = 0;      ///< with the pages' headers
  int64_t unpacked_bytes = 0;  ///< the same before compression
  int64_t null_count = 0;
  ValueRange range;
};

/// What a footer says of a row group.
struct RowGroup {
  int64_t at = 0;  ///< of its first byte in the file
  int64_t rows = 0;
  std::vector<EncodedColumn> columns;
};

struct PageSize {
  int32_t unpacked_bytes = 0;
  int32_t stored_bytes = 0;
};

/// The count as the format holds it. It counts a page's rows and bytes in 32 bits; a caller that
/// goes past them has broken its promise, and whatever was written then would be read wrongly:
/// this stops the program, in release too.
int32_t PageCount(size_t count);

/// A version 1 data page's header.
void EncodePageHeader(int32_t rows, PageSize size, Encoding encoding, std::string* out);
void EncodeDictionaryHeader(int32_t values, PageSize size, std::string* out);

/// Encodes the footers of files of one schema. Only row counts, places and statistics differ from
/// file to file; the rest is encoded once, by the constructor.
class FooterEncoder {
 public:
  explicit FooterEncoder(const std::vector<Column>& columns);

  /// Appends the footer, its length and the closing mark.
  void Encode(std::span<const RowGroup> row_groups, std::string* out) const;

 private:
  std::string start_;                       // FileMetaData: version, schema
  std::string end_;                         // FileMetaData: created_by, column orders, end
  std::vector<std::string> column_starts_;  // ColumnMetaData: type, encodings, path, codec
};

/// What a Parquet file begins and ends with.
inline constexpr std::string_view kMagic = "PAR1";

}  // namespace cadenza::parquet
