#pragma once

namespace cadenza::serve {

class IndexKeeper;
class Service;

/// GET /api/v1/metrics and /api/v1/metrics/{name}. The keeper must outlive the service.
void MountMetrics(Service* service, const IndexKeeper* indexes);

}  // namespace cadenza::serve
