#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "delta/transaction.h"
#include "lake/data_files.h"
#include "lake/lake.h"
#include "lake/write_lock.h"

namespace cadenza::lake {

/// How a run changes one table.
struct TableChange {
  std::vector<engine::WrittenFile> added;
  std::vector<std::string> removed;  ///< paths
  bool remove_all = false;           ///< every file of the state before
  /// The same rows in other files: readers of changes skip the commit, and it goes together with
  /// what other programs add meanwhile.
  bool keeps_rows = false;
  /// The table's rows, for an engine that commits tables itself; `added` is empty then.
  std::string select = {};
  /// These rows replace those that match; empty: all. Not for a run that has to heal.
  std::string where = {};
  std::string operation = "WRITE";  ///< in the Delta log
  std::string tags = {};            ///< JSON object for every file added, or empty
  /// A checkpoint right behind the commit, from which on the log can do without what came before.
  bool wants_checkpoint = false;
  /// Further transaction ids for the Delta log, such as a stream's last batch.
  std::map<std::string, int64_t> recorded = {};

  bool empty() const { return added.empty() && removed.empty() && !remove_all && select.empty(); }
};

/// The tables' state after a change, as it will be committed.
TableState Applied(const TableState& before, const TableChange& change);

/// One change of the lake by one writer: tables are staged, then committed one after the other,
/// then the manifest makes the run visible. Until then readers see the run before. A run that is
/// dropped or fails removes the files that it wrote; after kill -9 the next run does.
/// Holds the lake's write lock: a file lock on disk, a ticket on S3. Not thread-safe.
class Run {
 public:
  /// While another run writes to the lake, waits as long as keep_waiting says so (empty: not at
  /// all), then kConflict. `made_anew`: tables that this run writes whole, so that one whose log is
  /// gone or damaged begins anew.
  static Result<std::unique_ptr<Run>> Begin(Lake* lake, TableFormat format,
                                            const KeepWaiting& keep_waiting,
                                            const std::set<std::string>& made_anew = {});
  ~Run();
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  int64_t number() const { return number_; }
  /// For file names: unique to this run.
  const std::string& file_prefix() const { return prefix_; }
  /// Below a table's folder where this run's files go: "" for Delta, run-000001 for Parquet.
  std::string subfolder() const;
  TableFormat format() const { return format_; }

  /// The write request for a table's rows.
  engine::WriteRequest Request(const Model& model, const std::vector<std::string>& partitions,
                               std::string select) const;
  /// Files that were written and are not to become part of the table after all.
  void Discard(const Model& model, const std::vector<engine::WrittenFile>& files);

  /// `partitions` counts when the table is made new (or all of it is replaced).
  void Stage(const Model& model, const TableState& before,
             const std::vector<std::string>& partitions, TableChange change);
  /// The table of a model of a user's own is to go: first out of the manifest, then its files.
  void Drop(const Model& model) { dropped_.push_back(&model); }
  /// True when a run before was killed between its commits: Commit() undoes what it began.
  bool has_to_heal() const { return !unfinished_.empty(); }

  /// The tables that are staged so far, as they will be.
  std::map<std::string, TableState> StagedStates() const;

  /// Makes everything durable and visible. Also undoes what an unfinished run left in the logs.
  Status Commit();

 private:
  struct Staged {
    const Model* model;
    TableState before;
    std::vector<std::string> partitions;
    TableChange change;
  };

  Run(Lake* lake, TableFormat format) : lake_(lake), format_(format) {}
  Status TakeLock(const KeepWaiting& keep_waiting, int64_t floor);
  void TidyUp();
  Status DropUnfinishedTables();
  Status ClearLeftovers();
  Result<int64_t> FindUnfinished();
  Status ChooseNumber(const KeepWaiting& keep_waiting);
  void EnterManifest(const Staged& staged, Manifest* next,
                     std::vector<std::string>* superseded) const;
  Status CommitTables(Manifest* next);
  Status CommitByEngine(const Staged& staged, const delta::Snapshot* known, ManifestTable* entry);
  Status CommitDelta(const Staged& staged, const delta::Snapshot* known, ManifestTable* entry);
  Status ChangeTable(const Staged& staged, const delta::Snapshot& newest,
                     delta::Transaction* transaction);
  Status HealUnstaged();
  Status CheckMayRemove() const;
  Status Publish();
  void RemoveDropped();
  Lake* lake_;
  TableFormat format_;
  int64_t number_ = 0;
  std::string prefix_;
  std::unique_ptr<WriteLock> lock_;
  std::unique_ptr<DataFiles> files_;
  bool committed_ = false;
  bool finished_ = false;
  std::vector<Staged> staged_;
  std::vector<const Model*> dropped_;
  std::map<std::string, int64_t> unfinished_;  ///< tables whose log an unfinished run moved on
};

}  // namespace cadenza::lake
