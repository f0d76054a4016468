#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "spark/session.h"
#include "stream/source.h"

namespace cadenza::stream {

/// How a Spark cluster reads a stream's files, and the SQL of Spark that makes events of them.
struct ClusterRows {
  spark::FileRead files;  ///< without the paths
  /// event_time (NULL: none that can be read), customer_id, group_1 ...
  std::string select;
};

/// SQL condition on the columns of rows: they are of nobody who was forgotten. Empty: of anybody.
struct ForgottenSql {
  std::string of_log, of_customer;
};

/// JSON lines. Fields are read as text and then as what they are, so that 39, 39.0 and "39" are one
/// user as they are here; a line that is no JSON is a row without a time. `relation`: the files'
/// rows.
ClusterRows JsonRows(const SourceOptions& options, bool is_log, const std::string& relation,
                     const ForgottenSql& forgotten);

/// A column of the first files of Parquet.
struct ParquetColumn {
  engine::Column column;
  bool is_nanoseconds = false;  ///< a time that Spark reads as a number only
};
/// kInput when there is no time or customer; `file` is named then.
Result<ClusterRows> ParquetRows(const std::vector<ParquetColumn>& columns,
                                const SourceOptions& options, const std::string& file,
                                const std::string& relation, const ForgottenSql& forgotten);

}  // namespace cadenza::stream
