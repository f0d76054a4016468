#pragma once

#include <vector>

#include "serve/runs.h"
#include "serve/users.h"

namespace cadenza::serve {

class Service;

/// The tables that the role may read and the run has.
std::vector<const lake::Model*> TablesOf(const LoadedRun& run, Role role);

/// GET /api/v1/tables, /api/v1/tables/{table} and /api/v1/health.
void MountTables(Service* service);

}  // namespace cadenza::serve
