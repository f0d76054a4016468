#pragma once

#include <duckdb.h>

#include <functional>
#include <string>

#include "base/result.h"
#include "engine/engine.h"

namespace cadenza::engine {

/// A new database in memory, to be closed by the caller.
Result<duckdb_database> OpenDatabase();

/// What the engine says of a failure; reason may be nullptr.
Error EngineError(const char* reason);
/// kInput: the engine would read the SQL up to its first NUL byte only.
Status CheckHasNoNul(const std::string& sql);

/// A connection to a database in memory. One query at a time; Interrupt() from any thread.
class Connection {
 public:
  explicit Connection(duckdb_database database);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Status Execute(const std::string& sql);
  Result<RowSet> Query(const std::string& sql);
  /// The columns of a SELECT, which is not run.
  Result<std::vector<Column>> Describe(const std::string& select);
  /// Hands over chunk after chunk; the columns' types are the query's own.
  Status ForEachChunk(const std::string& sql,
                      const std::function<Status(duckdb_data_chunk)>& consume);
  void Interrupt() { duckdb_interrupt(connection_); }
  duckdb_connection handle() const { return connection_; }

 private:
  duckdb_connection connection_ = nullptr;
};

}  // namespace cadenza::engine
