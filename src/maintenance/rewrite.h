#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "lake/run.h"

namespace cadenza::maintenance {

/// A column, and the SQL expression that takes its place.
using ColumnExpression = std::pair<std::string, std::string>;

/// How the rows of files are written anew.
struct RowsWanted {
  std::string where;                  ///< SQL condition for the rows that stay; empty: all
  std::vector<std::string> order_by;  ///< columns; empty: any order
  int64_t file_bytes = 0;             ///< of sorted rows: files of about this size; 0: one file
  std::vector<ColumnExpression> instead{};
};

/// Whether a column by which the table is partitioned is replaced, so that rows go elsewhere.
bool MovesRows(const lake::TableState& state, const std::vector<ColumnExpression>& instead);

/// Writes rows of some files of one partition into new files of that partition, and adds both to
/// the change; where rows move, of files of any partitions into those that the rows belong to.
/// Answers the rows written.
Result<int64_t> RewriteFiles(lake::Lake* lake, const lake::Run& run, const lake::TableState& state,
                             const std::vector<const delta::AddFile*>& files,
                             const RowsWanted& wanted, lake::TableChange* change);

}  // namespace cadenza::maintenance
