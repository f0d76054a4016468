#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pgwire/host.h"
#include "pgwire/prepared_query.h"
#include "pgwire/statement.h"

namespace cadenza::pgwire {

/// A connection of the engine, which one query has at a time.
struct EngineConnection {
  std::unique_ptr<engine::Engine> engine;
  std::shared_ptr<const Catalogue> catalogue;  ///< that it reads
  bool is_busy = false;
};

/// A statement that was parsed, with the query that was made ready of it.
struct NamedStatement {
  Statement statement;
  std::vector<uint32_t> given_types;  ///< of parameters, by the client
  std::shared_ptr<EngineConnection> connection;
  std::shared_ptr<PreparedQuery> query;  ///< on that connection; nullptr: none was made yet
  std::vector<std::string> search_path;  ///< that it was made with
};

/// A statement with values, and how far its rows were handed out.
struct Portal {
  std::shared_ptr<NamedStatement> source;
  std::vector<ParameterValue> values;
  std::vector<Format> formats;
  std::shared_ptr<EngineConnection> connection;
  std::shared_ptr<PreparedQuery> query;
  std::unique_ptr<RowStream> rows;
  std::optional<RowEncoder> encoder;
  bool is_done = false;
  bool is_cursor = false;  ///< by DECLARE
  bool is_kept = false;    ///< WITH HOLD, by a transaction that was committed
  int64_t serial = 0;      ///< a later portal has a larger one
  int64_t sent_rows = 0;
  int64_t sent_bytes = 0;

  Portal() = default;
  Portal(const Portal&) = delete;
  Portal& operator=(const Portal&) = delete;
  ~Portal() { Close(); }
  /// Lets go of the connection.
  void Close();
};

}  // namespace cadenza::pgwire
