#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "sources/csv_dialect.h"
#include "sources/table_files.h"

namespace cadenza::sources {

/// Files of a table that have the same columns, and so one meaning.
struct RawPart {
  FileFormat format = FileFormat::kParquet;
  std::vector<std::string> files;       ///< as in _file
  std::vector<engine::Column> columns;  ///< without _file; of text formats all VARCHAR
  CsvDialect dialect;                   ///< of CSV
  std::string from;                     ///< what stands in FROM, with _file; of JSON empty
  bool is_strict = true;       ///< CSV: false where quotes or line ends are of several kinds
  bool has_bad_lines = false;  ///< JSON: lines that are no objects, which are no rows

  bool is_text() const { return format == FileFormat::kJson || format == FileFormat::kCsv; }
};

/// A line of a text file that is no row: cut, of another number of fields, not UTF-8.
struct RejectedLine {
  std::string file;
  int64_t line = 0;  ///< from 1; 0: not known
  std::string reason;
  std::string text;
};

struct RawTable {
  std::vector<RawPart> parts;
  std::vector<RejectedLine> rejected;
};

/// The files as parts. CSV of one header, JSON of one set of keys (those of all rows: a key that
/// comes late counts), Parquet of the same names and types are one part. Values of text formats
/// stay text: a type must not be guessed from values, because an id such as 007 is no number.
/// Files that hold nothing are passed over.
Result<RawTable> FindParts(engine::Engine* engine, const std::string& table,
                           const TableFiles& files);

/// Parquet files in groups that have the names and types of their columns in common, in their
/// order.
Result<std::vector<std::vector<std::string>>> FilesByColumns(engine::Engine* engine,
                                                             const std::vector<std::string>& files);

/// The SELECT of these columns and _file of a part. In text formats the spellings of null are NULL,
/// but of `names` (titles, artists), where only \N is: somebody may be called so. Of columns that
/// differ only in how they are spelt the first that has a value counts.
std::string SelectOf(const RawPart& part, const std::vector<engine::Column>& columns,
                     const std::vector<std::string>& nulls, const std::vector<std::string>& names);

/// NULL, \N, NaN, None and the like.
const std::vector<std::string>& UsualNulls();

/// The first line of a text file (plain or .gz, on disk) in which the column has the value; 0 where
/// that cannot be told.
int64_t LineOf(const RawPart& part, const std::string& file, const std::string& column,
               const std::string& value);

}  // namespace cadenza::sources
