#pragma once

#include <duckdb.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/arrow_rows.h"
#include "engine/duckdb/checkpoint_codec.h"
#include "engine/duckdb/connection.h"
#include "engine/duckdb/counted_rows.h"
#include "engine/duckdb/shared_database.h"
#include "engine/engine.h"
#include "engine/held_rows.h"
#include "engine/row_counter.h"
#include "engine/shared_engine.h"

namespace cadenza::engine {

/// The embedded engine: a connection of its own to a database in memory, which others may share.
class DuckDbEngine : public Engine, public RowCounter {
 public:
  explicit DuckDbEngine(std::shared_ptr<SharedDatabase> shared);
  ~DuckDbEngine() override;
  const std::shared_ptr<SharedDatabase>& shared() const { return shared_; }

  std::string name() const override { return "duckdb"; }
  Status Execute(const std::string& sql) override { return connection_->Execute(sql); }
  Result<RowSet> Query(const std::string& sql) override { return connection_->Query(sql); }
  Result<std::vector<Column>> Describe(const std::string& select) override;
  Status BindFiles(const std::string& name, const FileRelation& files) override;
  Status BindQuery(const std::string& name, const std::string& select) override;
  Status BindDistinct(const std::string& name, const std::string& select,
                      int64_t rows_max) override;
  Status Materialize(const std::string& name, const std::string& select) override;
  Status Drop(const std::string& name) override;
  Status LoadRows(const std::string& name, const std::vector<Column>& columns,
                  const std::string& ndjson_path) override;
  Status BindEventScan(const std::string& name, EventScan* scan) override;
  Status BindSongScan(const std::string& name, SongScan* scan) override;
  Status BindArrowStream(const std::string& name, ArrowArrayStream* stream);
  Status QueryArrow(const std::string& select, const ArrowReceiver& receiver);
  Status BindHeldRows(const std::string& name, const HeldRows* rows);
  Result<bool> MayRepeat(const std::string& relation,
                         const std::vector<std::string>& columns) override;
  Result<bool> MayMiss(const ColumnOf& values, const ColumnOf& all_values) override;
  Result<std::optional<RowTotals>> CountRows(const std::string& name, const std::string& select,
                                             size_t texts, int64_t unit) override;
  Result<std::vector<WrittenFile>> WriteCounts(const std::string& name, const WriteRequest& request,
                                               const std::vector<CountColumn>& columns) override;
  Status ReachS3() override { return shared_->ReachS3(); }
  Result<std::string> DeltaTable(SourceFile table) override;
  Status OpenTable(SourceFile* file, std::string_view needed_key) override {
    return shared_->tables.Open(file, needed_key);
  }
  Result<std::vector<WrittenFile>> Write(const WriteRequest& request) override;
  Status CheckReadOnly(const std::string& sql) override;
  Status Export(const std::string& select, const std::string& path,
                const std::string& format) override;
  delta::CheckpointCodec* checkpoint_codec() override { return &codec_; }
  void Interrupt() override { connection_->Interrupt(); }
  /// For work that needs more than this interface, such as rows as they come.
  duckdb_connection handle() const { return connection_->handle(); }

 private:
  Result<bool> MayRepeatWhere(const std::string& relation, const std::vector<std::string>& columns,
                              const std::string& where, size_t keys_max, size_t* keys);
  bool HasNameTwice(const std::string& select);
  std::shared_ptr<SharedDatabase> shared_;
  std::unique_ptr<Connection> connection_;
  ParquetCheckpointCodec codec_;
  /// Whether a set of so many values is worth its memory.
  bool MayHold(int64_t values_max) const;

  enum class Bound { kView, kTable };
  std::map<std::string, Bound> bound_;  ///< relations, by name

  struct Counted {
    int64_t number;
    std::unique_ptr<CountedRows> rows;
  };
  std::map<std::string, Counted> counted_;  ///< by relation
  int threads_ = 1;
  int64_t memory_bytes_ = 0;
};

}  // namespace cadenza::engine
