#pragma once

#include <string>
#include <vector>

#include "spark/session.h"
#include "stream/cluster_rows.h"
#include "stream/folder_source.h"

namespace cadenza::stream {

/// Files that arrive below folders or prefixes, as an endless query's rows. The files that are
/// there are looked at here, for their form and their columns; from then on the cluster lists and
/// reads them itself, under the same paths. Not thread-safe.
class ClusterSource {
 public:
  /// As FolderSource.
  ClusterSource(lake::Lake* lake, SourceOptions options, bool waits);

  /// Whether there are files yet; then Kind() is known. kUsage, naming a file, when Spark reads
  /// none of its form.
  Result<bool> Look();
  /// "logs" or "sessions".
  const std::string& Kind() const { return options_.kind; }

  /// Makes the view of that name: event_time, customer_id, group_1 ... `batch_bytes` of files go
  /// into one batch.
  Status Bind(spark::Session* session, const std::string& view, const spark::Watching& watching,
              int64_t batch_bytes) const;

 private:
  Result<std::vector<ParquetColumn>> Columns() const;
  Result<ClusterRows> Rows(const std::string& relation) const;
  Result<ForgottenSql> Forgotten() const;

  lake::Lake* lake_;
  SourceOptions options_;
  FolderSource folder_;
  std::vector<SourceFile> files_;
};

}  // namespace cadenza::stream
