#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cadenza::parquet {

/// The types that the lake's small tables need.
enum class Type { kBoolean, kInt32, kInt64, kDouble, kText, kDate, kTimestampUtc };

struct Column {
  std::string name;
  Type type = Type::kText;
};

/// What a file's footer and the Delta log say of a column.
struct ColumnSummary {
  int64_t null_count = 0;
  bool has_nan = false;
  std::optional<std::string> min;  ///< as text, as DuckDB's RETURN_STATS prints it
  std::optional<std::string> max;
};

/// Encodes one small Parquet file in memory: one row group, one plain data page a column, no
/// compression, statistics in the footer. It exists because a layout with thousands of partitions
/// of one row makes thousands of files, and general writers spend 150 µs and more on each
/// (measured: docs/BENCHMARKS.md); this spends a few. Reusable: Finish() starts the next file.
/// Not thread-safe.
class FlatFileWriter {
 public:
  explicit FlatFileWriter(std::vector<Column> columns);
  ~FlatFileWriter();

  // A row is one Append for each column, in any order of columns.
  void AppendNull(int column);
  void AppendBoolean(int column, bool value);
  void AppendInt(int column, int64_t value);  ///< kInt32, kInt64, kDate (days), kTimestampUtc (µs)
  void AppendDouble(int column, double value);
  void AppendText(int column, std::string_view utf8);

  int64_t rows() const;
  /// The bytes of the file; valid until the next call of any method.
  std::string_view Finish(std::vector<ColumnSummary>* summaries);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cadenza::parquet
