#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace cadenza::engine {

/// Rows for a Delta table, to be committed by the engine itself.
struct TableWrite {
  std::string select;
  std::string where = {};  ///< only the rows that match are replaced; empty: all
  std::string folder;      ///< the table's root, a path or s3://…
  bool exists = false;
  std::vector<std::string> partition_columns;  ///< of a new table
  /// The commit records it. An engine that finds it recorded writes nothing.
  std::string application;
  int64_t transaction = 0;
};

/// What an engine that works on a cluster has beside SQL. Its relations are those of the engine.
class Cluster {
 public:
  virtual ~Cluster() = default;

  /// The rows of a query as a relation of the engine here.
  virtual Status Fetch(const std::string& name, const std::string& select) = 0;
  /// Text files, plain or .gz by their names, as a relation of their lines: line (as it stands,
  /// without '\n' and without a byte order mark), path and block (where the piece of the file that
  /// one task read begins), number (rises within path and block).
  virtual Status BindLines(const std::string& name, const std::vector<std::string>& paths) = 0;
  /// Replaces rows of a Delta table, or makes it, in one commit.
  virtual Status WriteTable(const TableWrite& write) = 0;
  /// Cuts what is sorted and joined from now on into pieces that a core holds in memory, for
  /// relations of so many bytes. Where the cluster's setting makes more of them, it stays.
  virtual Status CutByBytes(int64_t bytes) = 0;
};

}  // namespace cadenza::engine
