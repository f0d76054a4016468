#include "delta/table_version.h"

#include "delta/log_file.h"
#include "delta/snapshot.h"
#include "storage/s3/object_store_s3.h"
#include "storage/source_name.h"

namespace cadenza::delta {
namespace {

Error NoTable(const ObjectStore& table) {
  return MakeError(ErrorKind::kNotFound, "no Delta table: {}", table.root());
}

}  // namespace

Result<std::unique_ptr<ObjectStore>> OpenTable(const SourceFile& table) {
  if (table.s3) return s3::OpenStore(table.s3, table.container);
  return OpenLocalStore(table.container);
}

Result<int64_t> NewestVersion(ObjectStore& table) {
  CADENZA_ASSIGN(const LogListing log, ListLog(table));
  if (log.newest() < 0) return NoTable(table);
  return log.newest();
}

Result<int64_t> VersionAsOf(ObjectStore& table, int64_t timestamp_ms) {
  CADENZA_ASSIGN(const std::vector<CommitSummary> commits, History(table, 0));
  for (const CommitSummary& commit : commits) {
    if (commit.timestamp_ms <= timestamp_ms) return commit.version;
  }
  if (!commits.empty() && commits.back().version > 0) {
    return MakeError(
        ErrorKind::kNotFound,
        "{}: the log was cleaned up, the oldest version it tells of is {}; in ms since "
        "1970 that is {}, so there is none any more of {}",
        table.root(), commits.back().version, commits.back().timestamp_ms, timestamp_ms);
  }
  return MakeError(ErrorKind::kNotFound, "{}: no version that early; in ms since 1970, {}",
                   table.root(), timestamp_ms);
}

Status FixVersion(SourceFile* file) {
  if (file->compression != Compression::kDelta || file->modified_ms != 0) return {};
  CADENZA_ASSIGN(const std::unique_ptr<ObjectStore> store, OpenTable(*file));
  CADENZA_ASSIGN(const LogListing log, ListLog(*store));
  if (file->version < 0) {
    if (log.newest() < 0) return NoTable(*store);
    file->version = log.newest();
    file->name = VersionedName(file->container, file->version);
  }
  // Tells a table that was made anew, whose versions start from 0 again.
  const auto commit = log.commits.find(file->version);
  if (commit != log.commits.end()) file->modified_ms = commit->second;
  return {};
}

}  // namespace cadenza::delta
