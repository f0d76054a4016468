#pragma once

#include <duckdb.h>

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "storage/source_file.h"

namespace cadenza::engine {

/// A column that a scan offers to the engine.
struct ScanColumn {
  const char* name;
  duckdb_type type;
};

/// The first parameter of a table function as text.
std::string TextParameter(duckdb_bind_info info);
/// The first parameter as an address that this process handed out.
template <class T>
T* AddressParameter(duckdb_bind_info info) {
  duckdb_value value = duckdb_bind_get_parameter(info, 0);
  const int64_t address = duckdb_get_int64(value);
  duckdb_destroy_value(&value);
  return reinterpret_cast<T*>(address);  // NOLINT(performance-no-int-to-ptr): our own address
}

template <size_t N>
void AddColumns(duckdb_bind_info info, const ScanColumn (&columns)[N]) {
  for (const ScanColumn& column : columns) {
    duckdb_logical_type type = duckdb_create_logical_type(column.type);
    duckdb_bind_add_result_column(info, column.name, type);
    duckdb_destroy_logical_type(&type);
  }
}

/// The callbacks of a table function with one parameter and projection push-down.
struct TableFunction {
  const char* name;
  duckdb_type parameter;
  duckdb_table_function_bind_t bind;
  duckdb_table_function_init_t init;
  duckdb_table_function_init_t init_local;
  duckdb_table_function_t function;
};
Status RegisterTableFunction(duckdb_connection connection, const TableFunction& function);

template <class T>
void Delete(void* pointer) {
  delete static_cast<T*>(pointer);
}

}  // namespace cadenza::engine
