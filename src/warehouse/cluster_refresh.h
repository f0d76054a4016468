#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "lake/cluster_exchange.h"
#include "warehouse/refresh.h"

namespace cadenza::warehouse {

/// Brings the silver tables up to date with a run whose events a cluster read. What follows the
/// events is computed there; the catalogue's tables, and which song a text means, here. Expects
/// the events as they will be as `events_now`. Leaves every silver table bound under its name, the
/// catalogue's here and `songs` on the cluster too, the others there (songplays and time: the
/// months touched), and the whole fact table as `songplays_now`.
class ClusterRefresh {
 public:
  ClusterRefresh(lake::Lake* lake, lake::Run* run, lake::ClusterExchange* exchange,
                 const ingest::IngestResult& bronze, const RefreshOptions& options);
  Result<RefreshResult> Work();

 private:
  using Target = RefreshTarget;

  bool AllOf(const Target& target) const;
  static std::string RowsOf(const Target& target);
  Status BindEvents(const std::string& where);
  Status MatchPlays();
  Status RefreshListeners();
  Status RefreshPlays();
  Status RefreshMonths(const char* table);
  Status BindWholeFacts(const Target& target, const std::string& where);
  Status StageIfDifferent(const Target& target);
  void Stage(const Target& target, const std::string& where);
  /// SQL condition: the row, with these two expressions, is of a month whose events changed.
  std::string InMonths(const char* year, const char* month) const;

  lake::Lake* lake_;
  lake::Run* run_;
  lake::ClusterExchange* exchange_;
  engine::Engine* engine_;
  const ingest::IngestResult& bronze_;
  const RefreshOptions& options_;
  SilverRefresh catalogue_;
  bool events_changed_;
  bool catalogue_changed_;
  RefreshResult result_;
};

}  // namespace cadenza::warehouse
