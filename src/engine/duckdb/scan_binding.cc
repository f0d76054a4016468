#include "engine/duckdb/scan_binding.h"

namespace cadenza::engine {

std::string TextParameter(duckdb_bind_info info) {
  duckdb_value value = duckdb_bind_get_parameter(info, 0);
  char* text = duckdb_get_varchar(value);
  std::string result = text ? text : "";
  duckdb_free(text);
  duckdb_destroy_value(&value);
  return result;
}

int64_t NumberParameter(duckdb_bind_info info) {
  duckdb_value value = duckdb_bind_get_parameter(info, 0);
  const int64_t number = duckdb_get_int64(value);
  duckdb_destroy_value(&value);
  return number;
}

Status RegisterTableFunction(duckdb_connection connection, const TableFunction& function) {
  duckdb_table_function table = duckdb_create_table_function();
  duckdb_table_function_set_name(table, function.name);
  duckdb_logical_type type = duckdb_create_logical_type(function.parameter);
  duckdb_table_function_add_parameter(table, type);
  duckdb_destroy_logical_type(&type);
  duckdb_table_function_set_extra_info(table, function.extra, nullptr);
  duckdb_table_function_set_bind(table, function.bind);
  duckdb_table_function_set_init(table, function.init);
  duckdb_table_function_set_local_init(table, function.init_local);
  duckdb_table_function_set_function(table, function.function);
  duckdb_table_function_supports_projection_pushdown(table, true);
  const duckdb_state state = duckdb_register_table_function(connection, table);
  duckdb_destroy_table_function(&table);
  if (state == DuckDBError) {
    return MakeError(ErrorKind::kInternal, "the engine refused the function {}", function.name);
  }
  return {};
}

}  // namespace cadenza::engine
