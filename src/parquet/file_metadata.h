#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "parquet/flat_file.h"

namespace cadenza::parquet {

class ColumnChunk;

/// Where a column's page went in the file.
struct PagePlace {
  int64_t offset = 0;
  int64_t size_bytes = 0;  ///< with the page's header
};

/// A version 1 data page's header.
void EncodePageHeader(int32_t rows, int32_t size_bytes, std::string* out);

/// Encodes the footers of files of one schema. Only row counts, places and statistics differ from
/// file to file; the rest is encoded once, by the constructor.
class FooterEncoder {
 public:
  explicit FooterEncoder(const std::vector<Column>& columns);

  /// Appends the footer, without its length. `chunks` and `places` have an element a column. Zero
  /// rows make zero row groups.
  void Encode(const std::vector<ColumnChunk>& chunks, const std::vector<PagePlace>& places,
              std::string* out) const;

 private:
  std::string start_;                       // FileMetaData: version, schema
  std::string end_;                         // FileMetaData: created_by, column orders, end
  std::vector<std::string> column_starts_;  // ColumnMetaData: type, encodings, path, codec
};

}  // namespace cadenza::parquet
