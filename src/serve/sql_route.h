#pragma once

#include <cstdint>

#include "serve/users.h"

namespace cadenza::serve {

class QueryPool;
class Service;

/// What a role's statements may take.
struct SqlLimits {
  double seconds = 30;
  int64_t rows = 100'000;
  int64_t bytes = int64_t{64} << 20;
  int at_once = 4;  ///< of one user
};
SqlLimits LimitsOf(Role role);

/// POST /api/v1/sql: runs in the pool's processes; the pool must outlive the service.
void MountSql(Service* service, QueryPool* pool);

}  // namespace cadenza::serve
