#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "sources/part_reading.h"
#include "sources/table_files.h"

namespace cadenza::sources {

/// What was taken of a source table, for the summary and for ops.kpi_inputs.
struct SourceReport {
  std::string table;
  std::string format;
  int64_t files = 0;
  int64_t rows = 0;
  int64_t forgotten = 0;     ///< rows of forgotten listeners, which count nowhere else
  int64_t used_rows = 0;     ///< that have their ids and their time
  int64_t without_ids = 0;   ///< a needed id is NULL or empty
  int64_t without_time = 0;  ///< the time is missing, unreadable or outside of 1990 to 2100
  int64_t repeated = 0;      ///< rows that say what another row has said already
  int64_t odd = 0;  ///< sessions of absurd length; subscriptions that end before they begin
  std::vector<UnreadValues> unread;
  std::vector<RejectedLine> rejected;  ///< lines that are no rows; not in `rows`
  std::string columns;                 ///< start_time=start_timestamp, ...
  std::string units;                   ///< of epochs: start_time=ms, ...
  std::set<std::string> fields;        ///< that the source has
  std::string select;                  ///< behind source_<table>
  std::vector<PartReading> readings;   ///< of which it is made

  /// The source tells the platform or the device.
  bool HasTraits() const { return fields.contains("platform") || fields.contains("device"); }
  int64_t unread_values() const;
};

/// Binds the files as the relation source_<table>, with all fields of its schema: ids and texts
/// VARCHAR, times TIMESTAMP WITH TIME ZONE, numbers DOUBLE; what the source lacks is NULL, and
/// `unread` names the fields whose value is there and cannot be read. Files with other columns or
/// types have the same meaning: each is read by its own. Rows are not filtered, and only counted as
/// a whole.
Result<SourceReport> BindSourceTable(engine::Engine* engine, const TableSchema& schema,
                                     const TableFiles& files, const ReadingOptions& options);

/// Counts the rows that can be used, and why others cannot, in one pass over the relation.
Status CountUsableRows(engine::Engine* engine, const TableSchema& schema, SourceReport* report);

/// Counts the values of these fields that are there and cannot be read.
Status CountUnread(engine::Engine* engine, const std::set<std::string>& fields,
                   SourceReport* report);

/// The same relation without rows, for a table that the source does not have.
Status BindEmptySourceTable(engine::Engine* engine, const TableSchema& schema);

/// Makes zones that a text names known to the engine, before such texts are read.
Status KnowZones(engine::Engine* engine);

}  // namespace cadenza::sources
