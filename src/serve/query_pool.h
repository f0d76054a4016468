#pragma once

#include <condition_variable>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"

namespace cadenza::serve {

enum class PlaceState;

struct QueryPoolOptions {
  int processes = 2;
  int at_once = 4;           ///< queries of a process
  int waiting_max = 100;     ///< beyond: refused
  double wait_seconds = 30;  ///< for a place
  std::string spill_folder;  ///< made, 0700; a folder of it for each process
};

/// A query that runs in a process of its own. Given up when it is dropped before its end.
class RunningQuery {
 public:
  ~RunningQuery();
  RunningQuery(const RunningQuery&) = delete;
  RunningQuery& operator=(const RunningQuery&) = delete;

  /// The next bytes of the result, empty at the end. An error of the statement comes first, before
  /// any bytes: `position()` is where.
  Result<std::string> Next();
  std::optional<int64_t> position() const { return position_; }
  int64_t rows() const { return rows_; }

 private:
  friend class QueryPool;
  struct Place;
  explicit RunningQuery(std::shared_ptr<Place> place) : place_(std::move(place)) {}
  Error Failure(const std::string& json);

  std::shared_ptr<Place> place_;
  std::optional<int64_t> position_;
  int64_t rows_ = 0;
  bool is_over_ = false;
};

/// Processes of this program that run people's SQL behind fences. One that dies takes its queries
/// with it, each of which gets an error, and is replaced within a second. Thread-safe.
class QueryPool {
 public:
  /// The processes are this program with its arguments and CADENZA_QUERY_PROCESS in the
  /// environment.
  static Result<std::unique_ptr<QueryPool>> Start(QueryPoolOptions options);
  ~QueryPool();
  QueryPool(const QueryPool&) = delete;
  QueryPool& operator=(const QueryPool&) = delete;

  /// Waits for a place, then asks. kConflict: too many wait. The query has begun: errors of the
  /// statement are here already.
  Result<std::unique_ptr<RunningQuery>> Begin(const std::string& question,
                                              std::optional<int64_t>* position);
  std::vector<int> process_ids() const;

 private:
  friend class RunningQuery;
  struct Process;
  explicit QueryPool(QueryPoolOptions options) : options_(std::move(options)) {}
  Result<std::shared_ptr<Process>> StartProcess();
  Result<std::shared_ptr<RunningQuery::Place>> TakePlace();
  std::shared_ptr<RunningQuery::Place> FreePlace();
  void SetState(RunningQuery::Place* place, PlaceState state);
  void Free(RunningQuery::Place& place);
  void Bury(RunningQuery::Place& place);
  void Leave(RunningQuery::Place& place, bool is_alive);
  void Loop();
  void ReplaceTheDead();
  void DrainTheLeft();

  QueryPoolOptions options_;
  mutable std::mutex mutex_;
  std::condition_variable freed_, wake_;
  std::vector<std::shared_ptr<Process>> processes_;
  int waiting_ = 0, made_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

/// Set in the environment of a query process: first socket and how many.
inline constexpr const char* kQueryProcessVariable = "CADENZA_QUERY_PROCESS";

}  // namespace cadenza::serve
