#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pgwire/sql_type.h"

namespace cadenza::pgwire {

struct RelationColumn {
  std::string name;
  SqlType type;
};

/// A table that a session may read: one of the lake, or one of the catalogue.
struct Relation {
  std::string schema;  ///< as clients call it: gold, pg_catalog
  std::string name;
  std::string engine_catalog;  ///< where the engine has it
  std::string engine_schema;
  uint32_t oid = 0;
  std::vector<RelationColumn> columns;
};

/// All relations of a role, by schema and name.
using Relations = std::map<std::pair<std::string, std::string>, Relation>;

/// What a query means besides its text.
struct QueryContext {
  const Relations* relations = nullptr;
  std::vector<std::string> search_path;  ///< schemas, the first wins; pg_catalog comes before them
  std::string database;
  std::string user;
  bool parameters_are_null = false;       ///< to see what a query gives without their values
  std::vector<uint32_t> parameter_types;  ///< as the client or an earlier look said; 0: not known

  /// nullptr when there is none. An empty schema: the first of the search path that has the name.
  const Relation* Find(std::string_view schema, std::string_view name) const;
};

}  // namespace cadenza::pgwire
