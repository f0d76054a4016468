#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "arrow/c_data.h"
#include "base/result.h"
#include "spark/connection_string.h"
#include "spark/retry.h"
#include "spark/stage_progress.h"
#include "spark/streaming_query.h"

namespace cadenza::spark {

struct SessionOptions {
  /// Asked several times a second while the server is waited for; true ends what runs.
  std::function<bool()> stop = [] { return false; };
  /// Called from the thread that waits, when the server says how far it is.
  std::function<void(const StageCounts&)> progress = [](const StageCounts&) {};
  RetryPolicy retry = {};
  int spark_from = 0;  ///< the least major version of Spark that serves the caller
};

/// Files for Spark's own readers: parquet, csv, json, text, ...
struct FileRead {
  std::string format;
  std::string schema;  ///< as DDL; empty: from the files
  std::vector<std::pair<std::string, std::string>> options;
  std::vector<std::string> paths;  ///< globs too
};

/// The rows of a query, as they come. To be used by one thread at a time; the session must outlive
/// it. Destroyed before its end, it makes the server forget the query.
class RowStream {
 public:
  virtual ~RowStream() = default;
  /// Of Arrow's C interface; lives as long as this. Its rows can be read once, its schema often.
  virtual ArrowArrayStream* arrow() = 0;
  /// Why arrow() failed, in full.
  virtual const Status& status() const = 0;
};

/// A session on a Spark Connect server. Cut connections are taken up again where they were, and no
/// statement runs twice; see docs/SPARK.md. Errors of the server are kInput with its message, class
/// and SQLSTATE; of the network kIo with the host; kInterrupted after stop(). One thread at a time.
class Session {
 public:
  /// Makes contact, within seconds, and sets the session's time zone to UTC.
  static Result<std::unique_ptr<Session>> Open(const ConnectionString& connection,
                                               SessionOptions options);
  virtual ~Session() = default;

  virtual const std::string& server_version() const = 0;
  /// Runs a statement once, to its end, without its rows.
  virtual Status Execute(const std::string& sql) = 0;
  /// Gives files that the cluster sees a name, as a temporary view.
  virtual Status BindFiles(const std::string& name, const FileRead& files) = 0;
  /// Computes a query now and gives its rows a name, as a temporary view. The executors keep them
  /// until the session ends; plans over them begin there, and not at what the query read.
  virtual Status Keep(const std::string& name, const std::string& sql) = 0;
  /// The same for files as they come: a view for endless queries only. The schema has to be given,
  /// and one path.
  virtual Status BindArrivals(const std::string& name, const FileRead& files) = 0;
  /// An endless query's rows with watermark and observed aggregates, as a temporary view.
  virtual Status BindWatched(const std::string& name, const std::string& sql,
                             const Watching& watching) = 0;
  /// Starts an endless query. It ends with the session.
  virtual Result<std::unique_ptr<StreamingQuery>> StartStream(const StreamStart& start) = 0;
  /// Starts a query. Whatever else the text may be, the server refuses: only queries fit into the
  /// parentheses in which it is sent.
  virtual Result<std::unique_ptr<RowStream>> Query(const std::string& sql) = 0;
  /// For SHOW, DESCRIBE and EXPLAIN, which are no queries to Spark; the caller has looked.
  virtual Result<std::unique_ptr<RowStream>> Show(const std::string& sql) = 0;
  /// Names and types of a query's columns as a tree, without running it.
  virtual Result<std::string> Schema(const std::string& sql) = 0;
  /// A setting of the session; kNotFound when there is none.
  virtual Result<std::string> Setting(const std::string& name) = 0;
  virtual Status Set(const std::vector<std::pair<std::string, std::string>>& settings) = 0;
};

}  // namespace cadenza::spark
