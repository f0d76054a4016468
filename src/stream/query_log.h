#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "storage/object_store.h"
#include "stream/query_progress.h"

namespace cadenza::stream {

/// What the checkpoint of an endless query of Spark says, which is a folder of text files:
///
///   commits/3      v1 \n {"nextBatchWatermarkMs":1751583473000}
///   offsets/3      v1 \n {"batchWatermarkMs":...} \n {"logOffset":1}     a line for each source
///   sources/0/1    v1 \n {"path":"file:///in/b.json","timestamp":1795308080911,"batchId":1} ...
///   sources/0/9.compact    all entries up to there, in the same form
class QueryLog {
 public:
  /// `folder`: in the store, which must outlive this.
  QueryLog(ObjectStore* store, std::string folder) : store_(store), folder_(std::move(folder)) {}

  /// The last batch that is done; -1: none.
  Result<int64_t> LastBatch() const;
  /// That the next batch begins with.
  Result<std::optional<int64_t>> WatermarkBehind(int64_t batch) const;
  /// What each source has taken from its beginning up to a batch.
  Result<std::vector<QueryProgress::Taken>> TakenUpTo(int64_t batch) const;
  /// How many files that are.
  Result<int64_t> CountFiles(const std::vector<QueryProgress::Taken>& taken) const;

 private:
  Result<std::vector<std::string>> Lines(const std::string& name) const;

  ObjectStore* store_;
  std::string folder_;
};

}  // namespace cadenza::stream
