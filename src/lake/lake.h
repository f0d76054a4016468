#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "delta/snapshot.h"
#include "engine/engine.h"
#include "lake/manifest.h"
#include "lake/model.h"
#include "lake/table_state.h"
#include "storage/object_store.h"
#include "storage/s3/address.h"

namespace cadenza::lake {

/// The name under which runs record themselves in the Delta logs.
inline constexpr const char* kApplication = "cadenza";

/// kNotFound, with the command that makes one.
Error NoLake(const std::string& root);

/// A folder, or a prefix on S3, of tables in layers, at the state of its last finished run. Reading
/// only; lake::Run changes it. Not thread-safe.
class Lake {
 public:
  /// A lake that is not there yet is empty. The engine must outlive the lake. For
  /// s3://bucket/prefix the engine must have been opened with the same client. kUsage for a place
  /// where no table could be read.
  static Result<Lake> Open(const std::string& given, engine::Engine* engine,
                           const std::shared_ptr<s3::Client>& s3 = nullptr);

  const std::string& root() const { return root_; }
  /// kNotFound (NoLake) when there is nothing at its place yet; an empty folder is there.
  Status CheckIsThere() const;
  const Manifest& manifest() const { return manifest_; }
  ObjectStore& store() { return *store_; }
  std::shared_ptr<ObjectStore> shared_store() const { return store_; }
  /// For sources on S3; may be empty.
  const std::shared_ptr<s3::Client>& s3() const { return s3_; }
  engine::Engine& engine() const { return *engine_; }

  /// The folder of a table below the root, e.g. silver/songplays.
  static std::string FolderOf(const Model& model) { return model.layer + "/" + model.name; }
  std::unique_ptr<ObjectStore> TableStore(const Model& model) const;

  /// The tables that a lake may hold: those of the program, and those that this lake alone has.
  std::vector<const Model*> tables() const;
  /// nullptr when there is none of that name.
  const Model* FindTable(std::string_view name) const;
  /// A table of which the program carries no model; the commit that makes it records it in the
  /// manifest. kUsage when there is one of that name with other columns.
  Result<const Model*> Declare(Model model);
  /// The same for a model of a user's own, whose text may be another than the lake has. kUsage when
  /// the table has other columns than the model's first ones, or other partitions.
  Result<const Model*> DeclareOwn(Model model);
  /// Empty for a table of the program.
  std::shared_ptr<const Model> OwnModel(const std::string& name) const;

  /// A table at the last run's state. Later commits of other programs are followed, those of a run
  /// of ours that did not finish are not. What was read once stays so until Refresh().
  Result<TableState> Load(const Model& model) const;
  /// At another version or time; kUsage for Parquet, which has no time travel.
  Result<TableState> LoadVersion(const Model& model, int64_t version) const;
  Result<TableState> LoadAsOf(const Model& model, int64_t timestamp_ms) const;
  /// Reads the newest manifest, and forgets what was read of the tables.
  Status Refresh();
  /// After a run of our own: its manifest and the tables that it changed, without reading anything.
  void Adopt(Manifest manifest, const std::vector<std::string>& changed);
  /// The newest version of a table's log, nullptr when it has none; read once until Refresh().
  Result<std::shared_ptr<const delta::Snapshot>> Newest(const Model& model) const;
  /// Reads the newest versions of all tables; over a network several at once.
  Status ReadAll() const;
  /// True: the last run left this table, and its log is gone or cannot be read. Then what is left
  /// of the log is removed, and the table counts as one that is not there yet; its files stay.
  Result<bool> GiveUpIfBroken(const Model& model);
  /// Other programs took rows out of the table since the last run: how, and what to do. Empty:
  /// none.
  Result<std::string> RowsTaken(const Model& model) const;
  /// The table's log was removed.
  void Forget(const Model& model) { newest_.erase(model.name); }
  /// A table of a model of a user's own is no more.
  void ForgetOwn(const std::string& name);
  /// How many requests to make at the same time: on disk one after the other.
  size_t requests_at_once() const { return s3::IsAddress(root_) ? kRequestsAtOnce : 1; }
  /// True when the table's log records a run of ours that did not finish.
  bool IsUnfinished(const std::string& table, const delta::Snapshot& newest) const;

 private:
  static constexpr size_t kRequestsAtOnce = 16;

  void LearnOwnModels();
  Status CountRows(TableState* state) const;
  Result<TableState> Counted(TableState state) const;
  Lake(std::string root, engine::Engine* engine, std::shared_ptr<s3::Client> s3)
      : root_(std::move(root)), engine_(engine), s3_(std::move(s3)) {}
  Result<std::shared_ptr<const delta::Snapshot>> ReadNewest(const Model& model) const;
  Result<std::shared_ptr<const delta::Snapshot>> CurrentSnapshot(const Model& model) const;

  std::string root_;
  engine::Engine* engine_;
  std::shared_ptr<s3::Client> s3_;
  std::shared_ptr<ObjectStore> store_;
  Manifest manifest_;
  std::map<std::string, std::shared_ptr<const Model>> own_models_;
  std::vector<std::shared_ptr<const Model>> earlier_models_;  ///< pointers to them may be about
  mutable std::map<std::string, std::shared_ptr<const delta::Snapshot>> newest_;  ///< by table
};

}  // namespace cadenza::lake
