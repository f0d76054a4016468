#pragma once

namespace cadenza::serve {
class IndexKeeper;
class Service;
}  // namespace cadenza::serve

namespace cadenza::dashboard {

/// The page and its assets, GET /api/v1/tiles (the catalogue) and GET /api/v1/tiles/{tile}. The
/// keeper must outlive the service.
void MountDashboard(serve::Service* service, const serve::IndexKeeper* indexes);

}  // namespace cadenza::dashboard
