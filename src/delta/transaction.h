#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "delta/snapshot.h"

namespace cadenza::delta {

/// What a transaction read, so that a conflict can be told from a neighbour's harmless commit.
enum class ReadScope {
  kNothing,     ///< a blind append: only a change of schema or protocol conflicts
  kTouched,     ///< conflicts when a file that this removes is gone
  kWholeTable,  ///< conflicts with any change of data
};

struct CommitOptions {
  std::string operation = "WRITE";
  std::map<std::string, std::string> operation_parameters;
  std::map<std::string, int64_t> operation_metrics;
  /// Further keys of commitInfo, e.g. the run that wrote it.
  std::map<std::string, std::string> tags;
  ReadScope scope = ReadScope::kWholeTable;
  /// Makes the commit idempotent: not repeated when app_id recorded this version or a later one.
  std::optional<std::pair<std::string, int64_t>> app_version;
  /// Versions of other applications that the commit records, and does not check.
  std::map<std::string, int64_t> also_recorded = {};
  /// A checkpoint after every so many versions; 0 = never.
  int checkpoint_interval = 10;
  int64_t now_ms = 0;  ///< time of the commit; 0 = the system clock
};

struct CommitResult {
  bool committed = false;  ///< false: app_version was there already
  int64_t version = -1;
};

/// Collects changes against a snapshot and ends in one Commit(). Not thread-safe.
class Transaction {
 public:
  /// A table that does not exist yet.
  static Transaction Create(Schema schema, std::vector<std::string> partition_columns,
                            std::map<std::string, std::string> configuration = {});
  /// A change of an existing table. Commit() refuses what its protocol, delta.appendOnly or
  /// delta.invariants forbid.
  static Transaction On(Snapshot base);

  /// Adds nullable columns at the end; kInput when a column exists with another type.
  Status AddColumns(const std::vector<Field>& fields);
  /// Other columns of partition; Commit() refuses it unless all files of before are removed.
  void Repartition(std::vector<std::string> columns);
  void Add(AddFile file);
  /// Commit() refuses a path that is not live in the base, or that is added as well.
  void Remove(const std::string& path);
  /// False for compaction: readers of changes then skip the commit.
  void SetDataChange(bool data_change) { data_change_ = data_change; }
  bool empty() const { return adds_.empty() && removes_.empty() && !schema_changed_; }

  /// Put-if-absent of the next version; on a lost race reads the winners and tries the next one,
  /// or kConflict. Data files must be durable before (ObjectStore::Sync).
  Result<CommitResult> Commit(ObjectStore& table, CheckpointCodec* codec,
                              const CommitOptions& options);

 private:
  Status CheckTable() const;
  Status CheckSchema() const;
  Status CheckFiles() const;
  std::string CommitText(const CommitOptions& options, int64_t now_ms,
                         const std::string& transaction_id) const;
  void WriteDueCheckpoint(ObjectStore& table, CheckpointCodec& codec, const std::string& text,
                          int64_t version, int64_t now_ms) const;

  Snapshot base_;  ///< of a table that is being created: what it shall be, at version -1
  bool creates_ = false;
  bool schema_changed_ = false;
  bool repartitioned_ = false;
  bool data_change_ = true;
  std::vector<AddFile> adds_;
  std::vector<std::string> removes_;
};

/// Writes the checkpoint of a snapshot and _last_checkpoint. Removed files stay in it for
/// delta.deletedFileRetentionDuration before now_ms (0 = the system clock).
Status WriteCheckpoint(ObjectStore& table, CheckpointCodec& codec, const Snapshot& snapshot,
                       int64_t now_ms = 0);

}  // namespace cadenza::delta
