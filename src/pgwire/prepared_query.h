#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "pgwire/relation.h"
#include "pgwire/rewrite.h"
#include "pgwire/row_encoder.h"
#include "pgwire/statement.h"

namespace cadenza::pgwire {

struct ResultColumn {
  std::string name;
  SqlType type;
  uint32_t table = 0;  ///< OID of the table that it is of; 0: computed
  int16_t number = 0;
};

/// A value of a Bind message; nullopt = NULL.
struct ParameterValue {
  std::optional<std::string> bytes;
  Format format = Format::kText;
};

/// The rows of a query that runs, as they come. The connection does nothing else meanwhile.
class RowStream {
 public:
  virtual ~RowStream() = default;
  /// Moves to the next row; false: there is none.
  virtual Outcome<bool> Next() = 0;
  /// Of the row that Next() moved to.
  virtual void Append(const RowEncoder& encoder, MessageBuffer* out) const = 0;
};

/// A query that was checked, rewritten and made ready on a connection, with the types of its
/// parameters and columns. To be run any number of times on that connection.
class PreparedQuery {
 public:
  virtual ~PreparedQuery() = default;

  /// `context.parameter_types` are those that the client gave.
  static Outcome<std::unique_ptr<PreparedQuery>> Prepare(engine::Engine* connection,
                                                         const Statement& statement,
                                                         QueryContext context);

  virtual const std::vector<ResultColumn>& columns() const = 0;
  virtual const std::vector<uint32_t>& parameter_types() const = 0;
  virtual RowEncoder MakeEncoder(const std::vector<Format>& formats) const = 0;
  virtual Outcome<std::unique_ptr<RowStream>> Start(const std::vector<ParameterValue>& values) = 0;
};

}  // namespace cadenza::pgwire
