#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "lake/lake.h"
#include "maintenance/care_options.h"
#include "maintenance/row_edit.h"

namespace cadenza::maintenance {

struct ForgetOptions : CareOptions {
  std::vector<std::string> users;  ///< user ids as the lake has them
  /// Names of the source's own under which quarantined lines and groups of streams have a
  /// listener's id, besides those of ingest::IsIdName.
  std::vector<std::string> id_fields;
  /// Puts users on the list of whom the lake holds nothing: they may come later.
  bool even_if_unknown = false;
  /// Takes the users off the list instead, so that later runs take their events in again.
  bool readmit = false;
};

struct ForgetSummary {
  int64_t run = 0;                        ///< 0: nothing was to be done
  std::vector<TableEdit> tables;          ///< those that hold something of them
  std::vector<std::string> source_files;  ///< files outside of the lake that held events of them
  int64_t listeners_found = 0;            ///< of the users, those with rows in the lake
  int64_t listeners_listed = 0;           ///< newly on the list, or taken off it
  /// Events without user id of which a variant went. Their marks as conflicts stay, and their plays
  /// may be missing, until a full refresh.
  int64_t variants_left = 0;
  double seconds = 0;
};

/// Removes what a lake holds of listeners, in one run: their rows in every table of the program
/// that has a user_id or customer_id, and in windows that streams group by an id
/// (ingest::IsIdName), with the alerts about these; times of play that were only theirs;
/// quarantined lines that tell of them (see ingest::Forgotten); and what findings of audits say of
/// them. The state of streams keeps their rows without the id where windows are not grouped by it,
/// because sessions of others would fall apart. Their hashed marks go on the list of ops.forgotten.
/// Earlier versions hold the rows until Vacuum deletes them. A run that is killed has done nothing;
/// the same call again completes it, and once more changes nothing. kNotFound, and nothing is
/// changed, for a user of whom neither the lake nor the list tells, unless even_if_unknown.
Result<ForgetSummary> Forget(lake::Lake* lake, const ForgetOptions& options);

}  // namespace cadenza::maintenance
