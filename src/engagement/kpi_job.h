#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "engagement/engaged_prediction.h"
#include "engagement/engagement_source.h"
#include "engagement/kpi_settings.h"
#include "lake/lake.h"
#include "warehouse/job.h"

namespace cadenza::engagement {

/// Stages: "reading", "metrics", "learning", "audits", "commit".
struct KpiOptions : warehouse::JobOptions {
  SourceOptions source;
  KpiSettings settings;
  bool as_published = false;      ///< also with the published defects, into kpi_as_published
  std::vector<std::string> only;  ///< gold tables to compute; empty: all
};

struct Kpi {
  std::string metric;
  std::optional<double> value;  ///< percent
  int64_t numerator = 0;
  int64_t denominator = 0;
};

struct KpiSummary : warehouse::JobSummary {
  std::string window_start, window_end;
  std::string covered_from, covered_to;  ///< of the window, where there are data; empty: none
  std::vector<Kpi> kpis;
  std::vector<Kpi> as_published;  ///< where asked for
  EngagedPrediction engaged;      ///< empty where not asked for
  std::vector<sources::SourceReport> inputs;
  std::vector<std::string> notes;  ///< what is no fault, but good to know

  /// There are no data in the window.
  bool is_empty() const { return covered_from.empty(); }
};

/// The gold tables of the job that are models.
std::vector<std::string> KpiTables();
/// Those that are learned: `only` names kPredicted for all of them.
std::vector<std::string> PredictedTables();
inline constexpr const char* kPredicted = "engaged_scores";

/// Computes the engagement metrics and brings the gold tables of the lake up to them, in one
/// commit. Tables that are so already are left alone: the same again changes nothing.
Result<KpiSummary> RunKpi(lake::Lake* lake, const KpiOptions& options);

}  // namespace cadenza::engagement
