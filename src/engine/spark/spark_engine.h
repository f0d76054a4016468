#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "spark/session.h"

namespace cadenza::engine {

/// As any machine of a cluster finds it: s3a is Hadoop's name for S3, and without a scheme a path
/// may mean the cluster's own file system.
std::string ClusterLocation(const std::string& path);
/// The same of a file or folder whose name is no pattern, for Spark's readers.
std::string ClusterFile(const std::string& path);
/// The path that a cluster names so, as ClusterLocation gives it.
std::string FromClusterUri(std::string_view uri);
/// A Delta table there as a relation of Spark's SQL; version -1: the newest.
std::string ClusterTable(const std::string& folder, int64_t version);
/// Gives these columns of it a name, as a temporary view. kInput with what a cluster needs where it
/// cannot read the table.
Status BindClusterTable(spark::Session* session, const std::string& name,
                        const std::string& columns, const std::string& folder, int64_t version);

/// Models on a Spark cluster: relations are temporary views of one session, tables are read and
/// written as Delta by Spark, and only results come here. What needs bytes of this machine (event
/// scans, single data files) it does not do: kUsage. Small rows that the program makes itself are
/// written by the embedded engine. One thread at a time.
class SparkEngine : public Engine, public Cluster {
 public:
  /// `local` is the embedded engine, for results, checkpoints and small writes.
  SparkEngine(std::unique_ptr<spark::Session> session, std::unique_ptr<Engine> local)
      : session_(std::move(session)), local_(std::move(local)) {}

  std::string name() const override { return "spark"; }
  Status Execute(const std::string& sql) override;
  Result<RowSet> Query(const std::string& sql) override;
  Result<std::vector<Column>> Describe(const std::string& select) override;
  Status BindFiles(const std::string& name, const FileRelation& files) override;
  Status BindQuery(const std::string& name, const std::string& select) override;
  Status Materialize(const std::string& name, const std::string& select) override;
  Status Drop(const std::string& name) override;
  Status LoadRows(const std::string& name, const std::vector<Column>& columns,
                  const std::string& ndjson_path) override;
  Status BindEventScan(const std::string& name, EventScan* scan) override;
  Status BindSongScan(const std::string& name, SongScan* scan) override;
  Result<bool> MayRepeat(const std::string& relation,
                         const std::vector<std::string>& columns) override;
  /// The cluster reaches it, or not, by settings of its own.
  Status ReachS3() override { return {}; }
  Result<std::string> DeltaTable(SourceFile table) override;
  Status OpenTable(SourceFile* file, std::string_view needed_key) override;
  Cluster* cluster() override { return this; }
  Engine& here() override { return *local_; }
  Status Fetch(const std::string& name, const std::string& select) override;
  Status BindLines(const std::string& name, const std::vector<std::string>& paths) override;
  Status WriteTable(const TableWrite& write) override;
  Result<bool> BindForeign(const std::string& name, const ForeignFiles& files) override;
  Result<std::vector<WrittenFile>> Write(const WriteRequest& request) override {
    return local_->Write(request);
  }
  Status CheckReadOnly(const std::string& sql) override { return local_->CheckReadOnly(sql); }
  Status Export(const std::string& select, const std::string& path,
                const std::string& format) override;
  delta::CheckpointCodec* checkpoint_codec() override { return local_->checkpoint_codec(); }
  Status CutByBytes(int64_t bytes) override;
  /// The session asks by itself, by the `stop` of its options.
  void Interrupt() override { local_->Interrupt(); }

 private:
  Status KeepHere(const std::string& name, Result<std::unique_ptr<spark::RowStream>> rows);
  Result<RowSet> Rows(Result<std::unique_ptr<spark::RowStream>> rows);
  Status BindDataFiles(const std::string& name, const FileRelation& files);

  std::unique_ptr<spark::Session> session_;
  std::unique_ptr<Engine> local_;
};

}  // namespace cadenza::engine
