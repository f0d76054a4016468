#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "delta/schema.h"
#include "storage/object_store.h"

namespace cadenza::delta {

/// The property of a table whose earlier files may lack columns that its schema has.
inline constexpr const char* kColumnsAdded = "cadenza.columnsAdded";

/// A data file that belongs to a version of a table.
struct AddFile {
  /// Relative to the table's root, as on disk (the log holds it URI-encoded on top of this).
  std::string path;
  /// By partition column; nullopt = NULL (an empty string is NULL too, as the protocol says).
  std::map<std::string, std::optional<std::string>> partition_values;
  int64_t size_bytes = 0;
  int64_t modified_ms = 0;
  /// The `stats` JSON text (delta/statistics.h makes it), or empty.
  std::string stats;
  /// JSON text of a deletion vector descriptor, or empty.
  std::string deletion_vector;
  /// JSON text of the tags that other writers gave, or empty.
  std::string tags = {};

  bool operator==(const AddFile&) const = default;
};

/// One commit, for `history`.
struct CommitSummary {
  int64_t version = 0;
  int64_t timestamp_ms = 0;
  std::string operation;
  std::string operation_parameters;  ///< JSON text
  std::string engine_info;
  std::map<std::string, int64_t> metrics;  ///< operationMetrics that are numbers
};

/// Reads and writes the Parquet bytes of a checkpoint; the engine provides it, because this folder
/// knows no Parquet. A row is one action as JSON text, e.g. {"add":{...}}.
class CheckpointCodec {
 public:
  virtual ~CheckpointCodec() = default;
  virtual Result<std::string> Encode(const std::vector<std::string>& actions) = 0;
  /// kInput also when a row holds no action: there is no such row in a whole checkpoint.
  virtual Result<std::vector<std::string>> Decode(const std::string& parquet_bytes) = 0;
};

/// An immutable version of a table: its schema and its live files.
/// Load() replays the newest usable checkpoint and the commits after it. Copyable, no I/O later.
class Snapshot {
 public:
  /// The version asked for, or the newest. kNotFound when there is no table or no such version,
  /// kInput (with file name and line) when the log cannot be read, or needs reader features that
  /// Cadenza does not have (the message names them).
  static Result<Snapshot> Load(ObjectStore& table, CheckpointCodec* codec,
                               std::optional<int64_t> version = std::nullopt);
  /// The same for tables that are only read: also those of newer readers, when all rows of their
  /// files count and their columns have the names of the schema.
  static Result<Snapshot> LoadForReading(ObjectStore& table, CheckpointCodec* codec,
                                         std::optional<int64_t> version = std::nullopt);
  /// The newest version whose commit time, as History() has it, is not after timestamp_ms.
  /// kNotFound when there is none.
  static Result<Snapshot> LoadAsOf(ObjectStore& table, CheckpointCodec* codec,
                                   int64_t timestamp_ms);

  int64_t version() const { return version_; }
  const Schema& schema() const { return schema_; }
  const std::vector<std::string>& partition_columns() const { return partition_columns_; }
  const std::map<std::string, std::string>& configuration() const { return configuration_; }
  /// Its property delta.appendOnly: no rows may go.
  bool is_append_only() const;
  /// By path.
  const std::map<std::string, AddFile>& files() const { return files_; }
  /// The last version that an application recorded with its commits (idempotence), if any.
  std::optional<int64_t> TransactionVersion(const std::string& app_id) const;

 private:
  friend class Transaction;
  friend class LogReplay;
  friend Status WriteCheckpoint(ObjectStore& table, CheckpointCodec& codec,
                                const Snapshot& snapshot, int64_t now_ms);

  /// A file that is no longer part of the table but may still be read by others.
  struct Tombstone {
    int64_t deletion_ms = 0;
    std::string action;  ///< the remove action, JSON text
  };

  int64_t version_ = -1;
  std::string protocol_json_;  ///< as read: features that Cadenza does not know are kept
  std::string metadata_json_;  ///< as read, likewise
  Schema schema_;
  std::vector<std::string> partition_columns_;
  std::map<std::string, std::string> configuration_;
  std::map<std::string, AddFile> files_;
  std::map<std::string, Tombstone> tombstones_;      ///< by path
  std::map<std::string, std::string> transactions_;  ///< by appId: the txn action, JSON text
};

/// The least version that can still be read. kNotFound when there is no table.
Result<int64_t> OldestVersion(ObjectStore& table);

/// The newest commits of a table, newest first; limit 0 = all that the log still holds. Times are
/// those of commitInfo (of the file where that is missing), moved up where a clock went backwards,
/// so that they rise with the versions.
Result<std::vector<CommitSummary>> History(ObjectStore& table, int limit);

}  // namespace cadenza::delta
