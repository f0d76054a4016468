#pragma once

#include <functional>
#include <string>
#include <vector>

#include "pgwire/relation.h"
#include "query/lake_state.h"

namespace cadenza::pgwire {

/// The tables of the lake as PostgreSQL's catalogue needs them.
struct LakeSchema {
  std::vector<Relation> relations;  ///< engine_catalog is still empty
  std::string sql;  ///< makes lake_schemas, lake_tables, lake_columns and the others
};

/// The schemas in which a name without one is looked for, in this order.
inline constexpr const char* kSearchPath[] = {"gold", "silver", "bronze", "ops"};

/// Only tables that exist and that may be read. Keys and references are those that the audits of
/// the models check, and the grains that name columns.
Result<LakeSchema> ReadLakeSchema(query::LakeState* state,
                                  const std::function<bool(const lake::Model&)>& may_read);

/// The same number for the same name over restarts and runs.
uint32_t StableOid(std::string_view name);

}  // namespace cadenza::pgwire
