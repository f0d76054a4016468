#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "engagement/source_relation.h"
#include "lake/lake.h"

namespace cadenza::engagement {

/// Where customers, sessions and subscriptions come from.
struct SourceOptions {
  std::string folder;                                     ///< empty: named tables, or the lake
  std::map<std::string, std::vector<std::string>> named;  ///< files, folders or globs of a table
  ReadingOptions reading;

  bool is_lake() const { return folder.empty() && named.empty(); }
};

/// What was found, table by table, and what the user should know of it.
struct SourceFindings {
  std::vector<SourceReport> reports;
  std::vector<std::string> warnings;
  bool has_subscriptions = false;
};

/// Binds the relations that the models of gold read: engagement_customers, engagement_sessions,
/// engagement_subscriptions. From files, or from the events of the lake itself where no files are
/// named. A source without sessions is kInput.
Result<SourceFindings> BindEngagement(lake::Lake* lake, const SourceOptions& options);

}  // namespace cadenza::engagement
