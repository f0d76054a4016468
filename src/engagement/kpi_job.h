#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "engagement/engaged_prediction.h"
#include "engagement/engagement_source.h"
#include "engagement/kpi_settings.h"
#include "lake/lake.h"
#include "warehouse/audit.h"
#include "warehouse/etl.h"

namespace cadenza::engagement {

struct KpiOptions {
  SourceOptions source;
  KpiSettings settings;
  bool as_published = false;      ///< also with the published defects, into kpi_as_published
  std::vector<std::string> only;  ///< gold tables to compute; empty: all
  /// Asked while another run writes to the lake; empty: fail at once.
  std::function<bool()> keep_waiting;
  /// Called when a stage begins: "reading", "metrics", "learning", "audits", "commit".
  std::function<void(const char*)> on_stage;
};

struct Kpi {
  std::string metric;
  std::optional<double> value;  ///< percent
  int64_t numerator = 0;
  int64_t denominator = 0;
};

struct KpiSummary {
  bool changed = false;  ///< false: all tables were so already
  int64_t run = 0;
  std::string window_start, window_end;
  std::string covered_from, covered_to;  ///< of the window, where there are data; empty: none
  std::vector<Kpi> kpis;
  std::vector<Kpi> as_published;  ///< where asked for
  EngagedPrediction engaged;      ///< empty where not asked for
  std::vector<sources::SourceReport> inputs;
  std::map<std::string, warehouse::TableSummary> tables;  ///< of gold
  std::vector<warehouse::AuditFinding> audits;
  std::vector<std::string> warnings;
  std::vector<std::string> notes;         ///< what is no fault, but good to know
  std::map<std::string, double> seconds;  ///< by stage, and "total"

  /// There are no data in the window.
  bool is_empty() const { return covered_from.empty(); }
};

/// The gold tables that are models.
std::vector<std::string> KpiTables();
/// The gold tables that are learned: `only` names the first of them for all.
std::vector<std::string> PredictedTables();

/// Computes the engagement metrics and brings the gold tables of the lake up to them, in one
/// commit. Tables that are so already are left alone: the same again changes nothing.
Result<KpiSummary> RunKpi(lake::Lake* lake, const KpiOptions& options);

}  // namespace cadenza::engagement
