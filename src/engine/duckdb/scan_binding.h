#pragma once

#include <duckdb.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

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

void AddColumn(duckdb_bind_info info, const std::string& name, duckdb_type type);

template <size_t N>
void AddColumns(duckdb_bind_info info, const ScanColumn (&columns)[N]) {
  for (const ScanColumn& column : columns) AddColumn(info, column.name, column.type);
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

/// A function of a row's values, called with a chunk of them at a time.
struct ScalarFunction {
  const char* name;
  std::vector<duckdb_type> parameters;
  duckdb_type further = DUCKDB_TYPE_INVALID;  ///< of any number of arguments more; INVALID: none
  duckdb_type result;
  duckdb_scalar_function_t function;
  bool takes_nulls = false;  ///< else the result is NULL where an argument is
  bool acts = false;         ///< each row counts: no call is left out or made twice
  duckdb_scalar_function_bind_t bind = nullptr;
  duckdb_scalar_function_init_t init = nullptr;
  void* extra = nullptr;  ///< outlives the database
};
Status RegisterScalarFunction(duckdb_connection connection, const ScalarFunction& function);

/// An aggregate of one argument. Its states are bytes that the engine moves; NULLs come too.
struct AggregateFunction {
  const char* name;
  duckdb_type parameter;
  duckdb_type result;
  duckdb_aggregate_state_size state_size;
  duckdb_aggregate_init_t init;
  duckdb_aggregate_update_t update;
  duckdb_aggregate_combine_t combine;
  duckdb_aggregate_finalize_t finalize;
  duckdb_aggregate_destroy_t destroy;
};
Status RegisterAggregateFunction(duckdb_connection connection, const AggregateFunction& function);

template <class T>
void Delete(void* pointer) {
  delete static_cast<T*>(pointer);
}

}  // namespace cadenza::engine
