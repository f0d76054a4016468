#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "http/event_feed.h"
#include "serve/runs.h"

namespace cadenza::serve {

class Service;

/// Tells those who listen of each new run, the tables that it changed and the alerts that it
/// recorded, and mounts GET /api/v1/events. The service must outlive it.
class RunEvents {
 public:
  explicit RunEvents(Service* service) : service_(service) {}
  void Mount();
  /// On the thread that looks for runs.
  void Publish(const LoadedRun& before, const LoadedRun& now);

 private:
  void PublishAlerts(const LoadedRun& before, const LoadedRun& now);

  Service* service_;
};

}  // namespace cadenza::serve
