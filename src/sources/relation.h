#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "sources/column.h"
#include "sources/table_files.h"

namespace cadenza::sources {

struct ReadingOptions {
  std::vector<ColumnMapping> mappings;
  std::string time_unit = "auto";  ///< of epochs: s, ms, us, ns, or auto: per file, from its values
  std::string zone = "UTC";        ///< of times without one
};

/// What was taken of a source table, for the summary and for ops.kpi_inputs.
struct SourceReport {
  std::string table;
  std::string format;
  int64_t files = 0;
  int64_t rows = 0;
  int64_t forgotten = 0;         ///< rows of forgotten listeners, which count nowhere else
  int64_t used_rows = 0;         ///< that have their ids and their time
  int64_t without_ids = 0;       ///< a needed id is NULL or empty
  int64_t without_time = 0;      ///< the time is missing, unreadable or outside of 1990 to 2100
  int64_t repeated = 0;          ///< sessions that another row has already
  std::string columns;           ///< start_time=start_timestamp, ...
  std::string units;             ///< of epochs: start_time=ms, ...
  std::string bad_sample;        ///< a time that could not be used
  std::set<std::string> fields;  ///< that the source has
  std::string time_column;       ///< of the needed time, and the SQL that reads it
  std::string time_sql;
  std::string select;  ///< behind source_<table>

  /// The source tells the platform or the device.
  bool HasTraits() const { return fields.contains("platform") || fields.contains("device"); }
};

/// Binds the files as the relation source_<table>, with all fields of its schema: ids and texts
/// VARCHAR, times TIMESTAMP WITH TIME ZONE, numbers DOUBLE; what the source lacks is NULL. Rows are
/// not filtered, and only counted as a whole.
Result<SourceReport> BindSourceTable(engine::Engine* engine, const TableSchema& schema,
                                     const TableFiles& files, const ReadingOptions& options);

/// Counts the rows that can be used, and why others cannot, in one pass over the relation.
Status CountUsableRows(engine::Engine* engine, const TableSchema& schema, SourceReport* report);

/// The same relation without rows, for a table that the source does not have.
Status BindEmptySourceTable(engine::Engine* engine, const TableSchema& schema);

}  // namespace cadenza::sources
