#include "engine/duckdb/scan_binding.h"

namespace cadenza::engine {
namespace {

/// Hands a type to a setter that copies it.
template <class Function>
void WithType(Function function, duckdb_type id, void (*set)(Function, duckdb_logical_type)) {
  duckdb_logical_type type = duckdb_create_logical_type(id);
  set(function, type);
  duckdb_destroy_logical_type(&type);
}

Status Registered(duckdb_state state, const char* name) {
  if (state != DuckDBError) return {};
  return MakeError(ErrorKind::kInternal, "the engine refused the function {}", name);
}

}  // namespace

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

void AddColumn(duckdb_bind_info info, const std::string& name, duckdb_type id) {
  duckdb_logical_type type = duckdb_create_logical_type(id);
  duckdb_bind_add_result_column(info, name.c_str(), type);
  duckdb_destroy_logical_type(&type);
}

Status RegisterTableFunction(duckdb_connection connection, const TableFunction& function) {
  duckdb_table_function table = duckdb_create_table_function();
  duckdb_table_function_set_name(table, function.name);
  WithType(table, function.parameter, duckdb_table_function_add_parameter);
  duckdb_table_function_set_extra_info(table, function.extra, nullptr);
  duckdb_table_function_set_bind(table, function.bind);
  duckdb_table_function_set_init(table, function.init);
  duckdb_table_function_set_local_init(table, function.init_local);
  duckdb_table_function_set_function(table, function.function);
  duckdb_table_function_supports_projection_pushdown(table, true);
  const duckdb_state state = duckdb_register_table_function(connection, table);
  duckdb_destroy_table_function(&table);
  return Registered(state, function.name);
}

Status RegisterScalarFunction(duckdb_connection connection, const ScalarFunction& function) {
  duckdb_scalar_function scalar = duckdb_create_scalar_function();
  duckdb_scalar_function_set_name(scalar, function.name);
  for (const duckdb_type parameter : function.parameters) {
    WithType(scalar, parameter, duckdb_scalar_function_add_parameter);
  }
  if (function.further != DUCKDB_TYPE_INVALID) {
    WithType(scalar, function.further, duckdb_scalar_function_set_varargs);
  }
  WithType(scalar, function.result, duckdb_scalar_function_set_return_type);
  if (function.takes_nulls) duckdb_scalar_function_set_special_handling(scalar);
  if (function.acts) duckdb_scalar_function_set_volatile(scalar);
  if (function.extra) duckdb_scalar_function_set_extra_info(scalar, function.extra, nullptr);
  if (function.bind) duckdb_scalar_function_set_bind(scalar, function.bind);
  if (function.init) duckdb_scalar_function_set_init(scalar, function.init);
  duckdb_scalar_function_set_function(scalar, function.function);
  const duckdb_state state = duckdb_register_scalar_function(connection, scalar);
  duckdb_destroy_scalar_function(&scalar);
  return Registered(state, function.name);
}

Status RegisterAggregateFunction(duckdb_connection connection, const AggregateFunction& function) {
  duckdb_aggregate_function aggregate = duckdb_create_aggregate_function();
  duckdb_aggregate_function_set_name(aggregate, function.name);
  WithType(aggregate, function.parameter, duckdb_aggregate_function_add_parameter);
  WithType(aggregate, function.result, duckdb_aggregate_function_set_return_type);
  duckdb_aggregate_function_set_special_handling(aggregate);
  duckdb_aggregate_function_set_functions(aggregate, function.state_size, function.init,
                                          function.update, function.combine, function.finalize);
  duckdb_aggregate_function_set_destructor(aggregate, function.destroy);
  const duckdb_state state = duckdb_register_aggregate_function(connection, aggregate);
  duckdb_destroy_aggregate_function(&aggregate);
  return Registered(state, function.name);
}

}  // namespace cadenza::engine
