#pragma once

#include <map>
#include <memory>
#include <string>

#include "lake/lake.h"
#include "spark/session.h"

namespace cadenza::query {

/// The queries of `cadenza sql --engine spark`: run on a cluster in Spark's SQL, their rows handed
/// to the embedded engine as they come, so that every --format is the same.
class SparkSql {
 public:
  /// The rows of the query that was started last, for the embedded engine, once.
  static constexpr const char* kRows = "SELECT * FROM spark_rows";

  /// The engine must outlive this.
  static Result<std::unique_ptr<SparkSql>> Open(const spark::ConnectionString& address,
                                                engine::Engine* engine,
                                                spark::SessionOptions options);
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

 private:
  explicit SparkSql(engine::Engine* engine) : engine_(engine) {}
  Result<std::string> BindTablesOf(const std::string& sql, lake::Lake* lake);
  Status BindView(const lake::Model& model, const lake::TableState& state);

  engine::Engine* engine_;
  std::unique_ptr<spark::Session> session_;
  std::unique_ptr<spark::RowStream> rows_;
  std::map<std::string, int64_t> versions_;  ///< of the views that the session has
};

}  // namespace cadenza::query
