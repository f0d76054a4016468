#pragma once

#include <map>
#include <memory>
#include <string>

#include "cli/progress.h"
#include "lake/lake.h"
#include "spark/session.h"

namespace cadenza::cli {

/// The queries of `cadenza sql --engine spark`: run on a cluster in Spark's SQL, their rows handed
/// to the embedded engine as they come, so that every --format is the same.
class SparkSql {
 public:
  /// The rows of the query that was started last, for the embedded engine, once.
  static constexpr const char* kRows = "SELECT * FROM spark_rows";

  /// The engine must outlive this. `shows_progress`: a line on the terminal while a query runs.
  static Result<std::unique_ptr<SparkSql>> Open(const std::string& address, engine::Engine* engine,
                                                bool shows_progress);
  ~SparkSql();
  SparkSql(const SparkSql&) = delete;
  SparkSql& operator=(const SparkSql&) = delete;

  /// Makes the tables of the lake (may be nullptr) that the query names known to the cluster, at
  /// the versions of the lake's manifest, and starts the query.
  Status Start(const std::string& sql, lake::Lake* lake);
  /// To be called after the rows were read: a failure of the cluster wins over what the engine made
  /// of it.
  Status Finish(const Status& read);
  /// The rows as they come, in place of the relation.
  ArrowArrayStream* arrow() { return rows_->arrow(); }
  void ClearProgress() { progress_.Clear(); }

 private:
  SparkSql(engine::Engine* engine, bool shows_progress)
      : engine_(engine), progress_(shows_progress) {}
  Result<std::string> BindTablesOf(const std::string& sql, lake::Lake* lake);
  Status BindView(const lake::Model& model, const lake::TableState& state);
  void Show(const spark::StageCounts& counts);

  engine::Engine* engine_;
  Progress progress_;
  spark::StageProgress stages_;
  std::unique_ptr<spark::Session> session_;
  std::unique_ptr<spark::RowStream> rows_;
  std::map<std::string, int64_t> versions_;  ///< of the views that the session has
};

}  // namespace cadenza::cli
