#pragma once

namespace cadenza::serve {

class Service;

/// GET /api/v1/windows, /api/v1/alerts and /api/v1/listeners/{id}.
void MountLive(Service* service);

}  // namespace cadenza::serve
