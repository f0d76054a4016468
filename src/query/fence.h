#pragma once

#include <functional>
#include <string>
#include <utility>

#include "base/result.h"
#include "query/lake_state.h"
#include "query/statement_tree.h"

namespace cadenza::query {

/// Lets a statement pass that reads tables of the lake which its user may read, and nothing else:
/// no files, no tables of the engine about itself, no function that reads, runs text as SQL or
/// touches the program. It looks at the tree that the engine's parser makes, so what the parser
/// gives no tree for (PIVOT) does not pass. A fence is no sandbox: see docs/DESIGN.md.
class Fence {
 public:
  using MayRead = std::function<bool(const lake::Model&)>;
  /// `lake` may be nullptr: no table may be read. `may_read` may be empty: all tables may.
  Fence(const LakeState* lake, MayRead may_read) : lake_(lake), may_read_(std::move(may_read)) {}

  /// The statement, where it passes; `show tables` becomes a query that lists what may be read.
  /// kInput with what does not pass.
  Result<std::string> Pass(engine::Engine* engine, const std::string& sql) const;

 private:
  bool MayReadTable(const lake::Model& model) const;
  Status Check(const StatementTree::Table& table) const;
  std::string Listing() const;

  const LakeState* lake_;
  MayRead may_read_;
};

}  // namespace cadenza::query
