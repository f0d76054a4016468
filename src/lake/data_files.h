#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "lake/lake.h"

namespace cadenza::lake {

/// Where a run's data files go. Names are relative to the lake, such as
/// silver/users/part-1.parquet.
class DataFiles {
 public:
  virtual ~DataFiles() = default;
  /// The folder on disk that stands for the lake while the engine writes.
  virtual const std::string& folder() const = 0;
  /// Brings written files to where the lake is; they are durable after lake.store().Sync().
  virtual Status Publish(const std::vector<std::string>& names) = 0;
  /// Forgets files that were written and not published. Failures do no harm.
  virtual void Discard(const std::vector<std::string>& names) = 0;
  /// Removes files of the lake that nobody refers to any more. Failures do no harm.
  virtual void Remove(const std::vector<std::string>& names) = 0;
  /// Takes back all that a run with this prefix wrote. Failures do no harm.
  virtual void Undo(const std::string& prefix) = 0;
  /// Removes the lake's data files whose name has this prefix in it, but not those in `keep`.
  virtual void RemoveOfRun(const std::string& prefix, const std::set<std::string>& keep) = 0;
};

/// On disk the engine writes in place; for S3 into a temporary folder, from which files are put.
Result<std::unique_ptr<DataFiles>> OpenDataFiles(Lake* lake);

}  // namespace cadenza::lake
