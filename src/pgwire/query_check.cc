#include "pgwire/query_check.h"

#include <algorithm>
#include <array>

namespace cadenza::pgwire {
namespace {

constexpr auto kForbidden = std::to_array<std::string_view>({
    "query",
    "query_table",
    "json_execute_serialized_sql",
    "json_serialize_plan",
    "getenv",
    "nextval",
    "currval",
    "sleep_ms",
    "write_log",
    "getvariable",
    "parse_duckdb_log_message",
    "setseed",
    "checkpoint",
    "force_checkpoint",
    "enable_profiling",
    "disable_profiling",
    "enable_logging",
    "disable_logging",
    "truncate_duckdb_logs",
    "enable_profile",
    "disable_profile",
    "current_query",
    "current_query_id",
    "current_transaction_id",
    "current_connection_id",
    "icu_collate",
    "pg_read_file",
    "lo_import",
    "lo_export",
    "pg_sleep",
    "pg_ls_dir",
    "pg_read_binary_file",
    "dblink",
});

constexpr auto kForbiddenStarts =
    std::to_array<std::string_view>({"duckdb_",      "read_",       "pragma_",
                                     "parquet_",     "sniff_",      "glob",
                                     "icu_calendar", "cadenza_",    "sqlite_",
                                     "arrow_scan",   "seq_scan",    "pandas_",
                                     "python_",      "delta_",      "iceberg_",
                                     "which_secret", "add_parquet", "test_",
                                     "storage_info", "sql_auto",    "json_object_structure_file",
                                     "vfs_"});

constexpr auto kTable = std::to_array<std::string_view>({
    "generate_series",
    "range",
    "unnest",
    "json_each",
    "json_tree",
    "json_array_elements",
    "jsonb_array_elements",
    "repeat",
    "pg_timezone_names",
    "pg_get_keywords",
    "pg_show_all_settings",
    "pg_options_to_table",
    "pg_available_extensions",
    "generate_subscripts",
    "aclexplode",
    "pg_partition_tree",
    "current_schemas",
    "regexp_split_to_table",
    "string_to_table",
    "version",
    "now",
    "current_database",
    "current_schema",
    "current_user",
    "pg_backend_pid",
    "current_setting",
    "pg_is_in_recovery",
});

}  // namespace

bool IsForbiddenFunction(std::string_view name) {
  return std::ranges::count(kForbidden, name) > 0 ||
         std::ranges::any_of(kForbiddenStarts, [&](auto start) { return name.starts_with(start); });
}

bool IsTableFunction(std::string_view name) { return std::ranges::count(kTable, name) > 0; }

}  // namespace cadenza::pgwire
