#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "base/result.h"
#include "http/request.h"
#include "lake/lake.h"
#include "serve/runs.h"
#include "serve/share_query.h"
#include "storage/object_store.h"

namespace cadenza::serve {

/// As clients of shares know a table: layer.name.
std::string SharedName(const lake::Model& table);

/// A table as a request finds it.
struct SharedTable {
  std::shared_ptr<const LoadedRun> run;
  const lake::Model* model = nullptr;
  lake::TableState state;
  std::unique_ptr<ObjectStore> store;  ///< where clients fetch its files; null: from this server

  int64_t version() const;
  int64_t forgotten_run() const;  ///< 0: nobody was forgotten
  Result<lake::TableState> At(int64_t version) const;
};

/// kUsage where listeners were forgotten: what was written before may hold them.
Status CheckEarlier(const SharedTable& table);

/// kUsage for files of which another program marked rows as deleted: clients are told of files, not
/// of rows that are left out of them.
Status CheckNoDeletions(const lake::TableState& state);

/// Brings the newest finished version to the one that is asked for: never of a run that did not
/// finish.
Status GoToVersion(const ShareQuery& query, SharedTable* table);

/// The versions that changes are asked of, both included.
struct VersionRange {
  int64_t first = 0, last = 0;
};
/// kInput for what is no range of versions up to the newest.
Result<VersionRange> ReadVersionRange(const http::Request& request, int64_t newest);

/// When each version was committed, in milliseconds since 1970.
Result<std::map<int64_t, int64_t>> CommitTimes(const SharedTable& table);

}  // namespace cadenza::serve
