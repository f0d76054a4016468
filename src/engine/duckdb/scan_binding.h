#pragma once

#include <duckdb.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
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
/// The first parameter of a table function as a number.
int64_t NumberParameter(duckdb_bind_info info);

/// The scans (or sinks) of a program, under numbers that a query can name. Numbers that nobody
/// registered give nullptr, so that a user's query cannot reach into memory. Thread-safe.
template <class T>
class ScanRegistry {
 public:
  int64_t Add(T* scan) {
    const std::scoped_lock lock(mutex_);
    scans_[++last_] = scan;
    return last_;
  }
  T* Find(int64_t number) {
    const std::scoped_lock lock(mutex_);
    const auto found = scans_.find(number);
    return found == scans_.end() ? nullptr : found->second;
  }
  void Remove(int64_t number) {
    const std::scoped_lock lock(mutex_);
    scans_.erase(number);
  }

 private:
  std::mutex mutex_;
  std::map<int64_t, T*> scans_;
  int64_t last_ = 0;
};

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
  void* extra = nullptr;  ///< outlives the database
};
Status RegisterTableFunction(duckdb_connection connection, const TableFunction& function);

template <class T>
void Delete(void* pointer) {
  delete static_cast<T*>(pointer);
}

}  // namespace cadenza::engine
