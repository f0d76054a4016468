#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/arrow_rows.h"
#include "engine/engine.h"
#include "query/database.h"
#include "query/row_export.h"

namespace cadenza::query {

/// What one statement may take; 0 = no limit. Memory is a limit of the database, which all of its
/// sessions have in common (engine::DuckDbOptions).
struct Limits {
  double seconds = 0;
  int64_t rows = 0;  ///< of a result: the rows behind are cut off, and the answer says so
};

struct SessionOptions {
  /// Which tables may be read. Empty: all of them, without a look at the statement's tree.
  std::function<bool(const lake::Model&)> may_read = {};
  /// Files, folders and s3:// addresses may be read, with all functions of the engine. False: only
  /// tables of the lake, and functions that read nothing else.
  bool raw_files = false;
  Limits limits = {};
  /// Asked some fifty times a second while a statement runs, from another thread; true ends it.
  std::function<bool()> stop = {};
};

/// A result that fits into memory. Columns have their types; every value is a text.
struct Answer {
  engine::RowSet rows;
  bool is_cut = false;  ///< there were more rows than Limits::rows
};

/// One user's statements, one after the other, on a connection of its own to a database that many
/// sessions share, against a lake that stays as it is. Statements only read. A statement that ends
/// early, by Interrupt(), stop or its time, is kInterrupted and says by what. One thread at a time;
/// Interrupt() from any.
class Session {
 public:
  /// `lake` may be nullptr: raw files alone. The database must outlive the session.
  static Result<std::unique_ptr<Session>> Open(Database* database, std::shared_ptr<LakeState> lake,
                                               SessionOptions options);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  Result<Answer> Query(const std::string& statement);
  /// The columns of the answer, without running the statement.
  Result<std::vector<engine::Column>> Columns(const std::string& statement);
  /// Streams the rows as csv, json, parquet or arrow; true: some were cut off.
  Result<bool> Export(const std::string& statement, const std::string& format, const Sink& sink);
  /// Hands on the rows as they come; true: some were cut off.
  Result<bool> Arrow(const std::string& statement, const engine::ArrowReceiver& receiver);

  /// Ends the statement that runs, if one does.
  void Interrupt() { statement_.interrupted = true; }
  /// From now on the statements read this state.
  Status Follow(std::shared_ptr<LakeState> lake);
  const std::shared_ptr<LakeState>& lake() const { return lake_; }
  engine::Engine& engine() { return *engine_; }

 private:
  /// A statement as the engine takes it.
  struct Prepared {
    std::string sql;
    bool is_plan = false;  ///< explain: no relation
  };
  Session(Database* database, SessionOptions options)
      : database_(database), options_(std::move(options)) {}
  Result<Prepared> Prepare(const std::string& statement);
  /// Under the watch; an error that the watch brought about says why, others in plain words.
  template <class Work>
  auto Run(const std::string& statement, const Work& work) -> decltype(work());
  template <class Work>
  Result<bool> WithRows(const std::string& statement, const Work& work);

  Database* database_;
  SessionOptions options_;
  std::shared_ptr<LakeState> lake_;
  std::unique_ptr<engine::Engine> engine_;
  WatchedStatement statement_;
};

}  // namespace cadenza::query
