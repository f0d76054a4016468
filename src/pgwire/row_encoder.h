#pragma once

#include <memory>
#include <string>
#include <vector>

#include "pgwire/message.h"
#include "pgwire/sql_type.h"

// As the engine declares them.
typedef struct _duckdb_data_chunk* duckdb_data_chunk;      // NOLINT(bugprone-reserved-identifier)
typedef struct _duckdb_logical_type* duckdb_logical_type;  // NOLINT(bugprone-reserved-identifier)

namespace cadenza::pgwire {

enum class Format : int16_t { kText = 0, kBinary = 1 };

/// How COPY writes a value, besides the plain text or bytes of a DataRow.
enum class RowForm {
  kDataRow,
  kCopyText,  ///< tabs between, \N for NULL
  kCopyCsv,
  kCopyBinary,
};

struct CopyOptions {
  char delimiter = '\t';
  std::string null = "\\N";
  char quote = '"';
  bool force_quote = false;
};

/// Turns chunks of the engine into rows of the protocol, each as a message of its own.
class RowEncoder {
 public:
  /// The types of the engine's columns, what they are to the client, and the format of each.
  RowEncoder(const std::vector<duckdb_logical_type>& types, const std::vector<SqlType>& sql_types,
             const std::vector<Format>& formats);
  ~RowEncoder();
  RowEncoder(RowEncoder&&) noexcept;
  RowEncoder& operator=(RowEncoder&&) noexcept;

  void SetCopy(RowForm form, CopyOptions options);

  void AppendRow(duckdb_data_chunk chunk, size_t row, MessageBuffer* out) const;

 private:
  struct Column;

  void AppendCopyRow(duckdb_data_chunk chunk, size_t row, MessageBuffer* out) const;

  std::vector<Column> columns_;
  RowForm form_ = RowForm::kDataRow;
  CopyOptions copy_;
};

}  // namespace cadenza::pgwire
