#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"

namespace cadenza::query {

/// What a query names, by the engine's own parser; nothing is bound or run. Names are in lower
/// case.
struct StatementTree {
  struct Table {
    std::string catalogue, schema, name;
    bool operator<(const Table& other) const {
      return std::tie(catalogue, schema, name) <
             std::tie(other.catalogue, other.schema, other.name);
    }
  };
  std::set<Table> tables;           ///< files in quotes too; names of WITH are left out
  std::set<std::string> functions;  ///< of values
  std::set<std::string> table_functions;
  bool lists_tables = false;  ///< show tables, in one of its forms
};

/// kInput where the text is no query, or one that the parser gives no tree for (explain, pivot).
Result<StatementTree> ReadTree(engine::Engine* engine, const std::string& sql);

}  // namespace cadenza::query
