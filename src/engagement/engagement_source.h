#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "lake/lake.h"
#include "sources/relation.h"

namespace cadenza::engagement {

/// Where customers, sessions and subscriptions come from.
struct SourceOptions {
  /// Empty: named tables, or the lake. Paths may be s3://…, by the client of the lake.
  std::string folder;
  std::map<std::string, std::vector<std::string>> named;  ///< files, folders or globs of a table
  sources::ReadingOptions reading;
  std::map<std::string, std::string> event_actions;  ///< kind in lower case: play, skip, like, ...
  bool daily_session_ids = false;                    ///< ids of sessions start anew each day
  double max_bad = -1;  ///< share of lines that are no rows; < 0: any but all

  bool is_lake() const { return folder.empty() && named.empty(); }
  bool is_on_s3() const;
};

/// What was found, table by table, and what the user should know of it.
struct SourceFindings {
  std::vector<sources::SourceReport> reports;
  std::vector<std::string> warnings;
  std::vector<std::string> notes;
  std::set<std::string> bound;  ///< names of models whose relations are there now
  bool is_log = false;          ///< from the events of a lake
  double max_bad = -1;          ///< that of the options
  /// Only the events tell the platform and the device of a session.
  bool traits_in_events = false;
};

/// Binds the relations that the models of gold read: engagement_customers, engagement_sessions,
/// engagement_subscriptions, engagement_cancellations, and what engagement_events is made of. From
/// files, or from the events of the lake itself where no files are named. A source without sessions
/// is kInput. Sessions, which may be many, are not counted yet.
Result<SourceFindings> BindEngagement(lake::Lake* lake, const SourceOptions& options);

/// Counts the sessions, once customer_sessions is bound, and warns of what is left out.
Status FinishCounts(engine::Engine* engine, SourceFindings* findings);

}  // namespace cadenza::engagement
