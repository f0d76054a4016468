#pragma once

namespace cadenza::serve {

class Service;

/// GET /api/v1/tables, /api/v1/tables/{table} and /api/v1/health.
void MountTables(Service* service);

}  // namespace cadenza::serve
