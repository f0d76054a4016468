#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/format_version.h"
#include "base/result.h"
#include "delta/snapshot.h"
#include "lake/model.h"
#include "storage/object_store.h"

namespace cadenza::lake {

enum class TableFormat { kDelta, kParquet };
std::string_view FormatName(TableFormat format);

/// What a run left of one table.
struct ManifestTable {
  int64_t version = -1;  ///< of the Delta log; -1 for Parquet
  int64_t run = 0;       ///< the last run that committed to it; 0 = unknown
  int64_t rows = 0;
  std::vector<std::string> partition_columns;
  std::vector<delta::AddFile> files;  ///< Parquet only: the Delta log knows its own
  /// Likewise: the columns that all its files have; empty: an earlier release did not say.
  std::vector<std::string> columns;
  /// What the table is, where the program carries no model of it: a stream's own windows, or a
  /// model of a user's own with its text.
  std::shared_ptr<const Model> own_model;
};

/// The state of a lake after a run: the last thing that a run writes, and all that readers trust.
/// Stored as <lake>/_cadenza/runs/<run, 20 digits>.json, e.g.
///   {"run":1,"format_version":1,"format":"delta","written_ms":1,
///    "tables":{"users":{"version":0,"run":1,"rows":97}}}
/// or {"run":2,"abandoned":true} for a number that no run can finish under any more.
struct Manifest {
  int64_t run = 0;  ///< 0: no run has finished
  std::string id;   ///< of the run, so that two manifests never have the same bytes
  int64_t format_version = kFormatVersion;  ///< 0: of a release before there was one
  TableFormat format = TableFormat::kDelta;
  int64_t written_ms = 0;
  std::map<std::string, ManifestTable> tables;
};

/// The newest manifest of a lake, or an empty one.
Result<Manifest> ReadManifest(ObjectStore& lake);
/// The greatest number that is taken, by a finished or an abandoned run; 0 when there is none.
Result<int64_t> HighestRun(ObjectStore& lake);
Result<bool> HasManifest(ObjectStore& lake, int64_t run);
/// Takes the number, unless a manifest has it.
Status AbandonRun(ObjectStore& lake, int64_t run);
/// kConflict when another run wrote this number first.
Status WriteManifest(ObjectStore& lake, const Manifest& manifest);

/// The manifest of a run, or of the first one after it that is there; kNotFound when none is.
Result<Manifest> ReadManifestFrom(ObjectStore& lake, int64_t run);

/// Which manifests nobody needs: those of runs before `keep_from` that a later one followed before
/// then, and all of runs before `forget_before`.
struct ManifestCleanup {
  int64_t keep_from = 0;
  int64_t followed_before_ms = 0;
  int64_t forget_before = 0;
};
/// Deletes them, oldest first. Answers how many they are, also when it is only asked.
Result<int64_t> CleanManifests(ObjectStore& lake, const ManifestCleanup& cleanup, bool only_count);

std::string ManifestToJson(const Manifest& manifest);
Result<Manifest> ManifestFromJson(std::string_view text);

}  // namespace cadenza::lake
