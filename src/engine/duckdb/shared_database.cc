#include "engine/duckdb/shared_database.h"

#include "engine/duckdb/held_rows_function.h"
#include "engine/duckdb/prelude.h"
#include "engine/duckdb/table_function.h"
#include "engine/duckdb/value_functions.h"
#include "storage/parallel.h"
#include "storage/process_mark.h"
#include "storage/scratch_folder.h"

namespace cadenza::engine {

SharedDatabase::SharedDatabase(duckdb_database database, const DuckDbOptions& options)
    : tables(options.s3),
      database_(database),
      connection_(std::make_unique<Connection>(database)),
      s3_(connection_.get(), options.s3, options.s3_files_are_fixed),
      threads_(options.threads > 0 ? options.threads : static_cast<int>(Cores())),
      memory_bytes_(options.memory_bytes),
      rows_ahead_bytes_(options.rows_ahead_bytes) {}

SharedDatabase::~SharedDatabase() {
  connection_.reset();
  duckdb_close(&database_);
}

Result<std::shared_ptr<SharedDatabase>> SharedDatabase::Open(const DuckDbOptions& options) {
  CADENZA_ASSIGN(duckdb_database database, OpenDatabase());
  auto shared = std::make_shared<SharedDatabase>(database, options);
  CADENZA_TRY(shared->SetUp(options));
  return shared;
}

Status SharedDatabase::SetUp(const DuckDbOptions& options) {
  std::string spill = options.spill_folder;
  if (spill.empty()) {
    CADENZA_ASSIGN(spill, ScratchFolder::Parent());
  }
  // Of this process alone: what it leaves when it is killed, a later scratch folder tidies up.
  spill += "/cadenza-spill-" + ProcessMark() + "-";
  CADENZA_TRY(connection_->Execute(fmt::format(
      "SET GLOBAL TimeZone = 'UTC'; SET GLOBAL preserve_insertion_order = {}; "
      "SET GLOBAL threads = {}; SET GLOBAL memory_limit = '{}B'; SET GLOBAL temp_directory = {};"
      "SET GLOBAL partitioned_write_flush_threshold = 30720; SET "
      "GLOBAL default_null_order = 'nulls_first';",
      options.keep_order, threads_, memory_bytes_, QuoteText(spill))));
  const duckdb_connection connection = connection_->handle();
  CADENZA_TRY(RegisterEventFunctions(connection, &event_scans, &tables));
  CADENZA_TRY(RegisterSongFunctions(connection, &song_scans, &tables));
  CADENZA_TRY(RegisterMatchText(connection));
  CADENZA_TRY(RegisterIdFunctions(connection));
  CADENZA_TRY(RegisterCountDays(connection));
  CADENZA_TRY(RegisterPlayId(connection));
  CADENZA_TRY(RegisterWriteRows(connection, &row_sinks));
  CADENZA_TRY(RegisterNoteKey(connection, &key_checks));
  CADENZA_TRY(RegisterValueFunctions(connection, &value_sets));
  CADENZA_TRY(RegisterCountedRows(connection, &counts));
  CADENZA_TRY(connection_->Execute(kSourceValues));
  CADENZA_TRY(RegisterHeldRows(connection, &held_rows));
  return connection_->Execute(kPrelude);
}

Status SharedDatabase::ReachS3() {
  const std::scoped_lock lock(s3_mutex_);
  return s3_.Ensure();
}

}  // namespace cadenza::engine
