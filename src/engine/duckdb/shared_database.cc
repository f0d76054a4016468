#include "engine/duckdb/shared_database.h"

#include <filesystem>

#include "engine/duckdb/held_rows_function.h"
#include "engine/duckdb/table_function.h"
#include "engine/duckdb/value_functions.h"
#include "storage/parallel.h"

namespace cadenza::engine {
namespace {

/// What the models may use besides the common subset, under the names that Spark gives them.
constexpr const char* kPrelude =
    "CREATE OR REPLACE MACRO timestamp_millis(ms) AS make_timestamptz(ms * 1000);"
    "CREATE OR REPLACE MACRO unix_millis(t) AS epoch_ms(t);"
    // The parts of a time with zone go through calendars that are 20 times slower.
    "CREATE OR REPLACE MACRO utc_clock(t) AS make_timestamp(epoch_us(t));"
    "CREATE OR REPLACE MACRO iso_weekday(t) AS CAST(isodow(t) AS INTEGER);"
    "CREATE OR REPLACE MACRO xxhash64(a, b) AS hash(a, b);"
    "CREATE OR REPLACE MACRO days_between(later, earlier) AS date_diff('day', earlier, later);"
    // Whole numbers until the last step: half up is exact. NULL where y is 0.
    "CREATE OR REPLACE MACRO half_up_percent(x, y) AS CASE WHEN y > 0 THEN"
    " CAST((20000 * CAST(x AS HUGEINT) + y) // (2 * y) AS DOUBLE) / 100 END;"
    // Of milliseconds, to hundredths; half up.
    "CREATE OR REPLACE MACRO half_up_hours(ms) AS CAST((ms + 18000) // 36000 AS DOUBLE) / 100;"
    // \\N stands for NULL in keys and contents, so that NULL and '' differ.
    "CREATE OR REPLACE MACRO key_text(v) AS coalesce(CAST(v AS VARCHAR), '\\N');"
    "CREATE OR REPLACE MACRO event_content(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o) AS"
    " md5(concat_ws(chr(31), key_text(a), key_text(b), key_text(c), key_text(d), key_text(e),"
    " key_text(f), key_text(g), key_text(h), key_text(i), key_text(j), key_text(k), key_text(l),"
    " key_text(m), key_text(n), key_text(o)));"
    "CREATE OR REPLACE MACRO song_content(a, b, c, d, e, f, g, h, i) AS"
    " md5(concat_ws(chr(31), key_text(a), key_text(b), key_text(c), key_text(d), key_text(e),"
    " key_text(f), key_text(g), key_text(h), key_text(i)));";

}  // namespace

SharedDatabase::SharedDatabase(duckdb_database database, const DuckDbOptions& options)
    : tables(options.s3),
      database_(database),
      connection_(std::make_unique<Connection>(database)),
      s3_(connection_.get(), options.s3, options.s3_files_are_fixed),
      threads_(options.threads > 0 ? options.threads : static_cast<int>(Cores())),
      memory_bytes_(options.memory_bytes) {}

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
  const std::string spill = options.spill_folder.empty()
                                ? std::filesystem::temp_directory_path().string()
                                : options.spill_folder;
  CADENZA_TRY(connection_->Execute(fmt::format(
      "SET GLOBAL TimeZone = 'UTC'; SET GLOBAL preserve_insertion_order = {}; "
      "SET GLOBAL threads = {}; SET GLOBAL memory_limit = '{}B'; SET GLOBAL temp_directory = {};"
      "SET GLOBAL partitioned_write_flush_threshold = 30720; SET "
      "GLOBAL default_null_order = 'nulls_first';",
      options.keep_order, threads_, memory_bytes_, QuoteText(spill + "/cadenza-spill"))));
  const duckdb_connection connection = connection_->handle();
  CADENZA_TRY(RegisterEventFunctions(connection, &event_scans, &tables));
  CADENZA_TRY(RegisterSongFunctions(connection, &song_scans, &tables));
  CADENZA_TRY(RegisterMatchText(connection));
  CADENZA_TRY(RegisterCountDays(connection));
  CADENZA_TRY(RegisterPlayId(connection));
  CADENZA_TRY(RegisterWriteRows(connection, &row_sinks));
  CADENZA_TRY(RegisterNoteKey(connection, &key_checks));
  CADENZA_TRY(RegisterValueFunctions(connection, &value_sets));
  CADENZA_TRY(RegisterCountedRows(connection, &counts));
  CADENZA_TRY(RegisterHeldRows(connection, &held_rows));
  return connection_->Execute(kPrelude);
}

Status SharedDatabase::ReachS3() {
  const std::scoped_lock lock(s3_mutex_);
  return s3_.Ensure();
}

}  // namespace cadenza::engine
