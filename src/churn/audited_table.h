#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"

namespace cadenza::churn {

/// A column of anybody's table as numbers. Categories are numbered, the most frequent first.
struct AuditedColumn {
  std::string name;
  std::vector<float> values;            ///< NaN: NULL, NaN or infinite
  std::vector<std::string> categories;  ///< of a text; empty: a number
};

/// Anybody's table with a yes or no for each row.
struct AuditedTable {
  std::vector<AuditedColumn> columns;
  std::vector<uint8_t> labels;
  std::vector<std::string> ids;       ///< empty: no column says whom a row is about
  std::vector<std::string> left_out;  ///< columns, values and rows that are not judged, and why
  int64_t without_label = 0;          ///< rows, which do not count

  size_t rows() const { return labels.size(); }
};

struct TableToAudit {
  std::string file;  ///< .csv (also .gz) or .parquet, or the name of a bound relation
  bool is_relation = false;
  std::string label;  ///< column of 0 and 1, true and false, yes and no
  std::string id;     ///< column; empty: the first that is called as ids are
};

/// kUsage for a column that is not there, kInput for a file that cannot be read, a label that is
/// neither yes nor no (the value is named), and for one that is always the same.
/// `needs_label`: false for a table that is only compared with.
Result<AuditedTable> ReadTableToAudit(engine::Engine* engine, const TableToAudit& table,
                                      bool needs_label = true);

}  // namespace cadenza::churn
