#include "engine/held_rows.h"

#include <algorithm>
#include <atomic>
#include <span>

#include "engine/duckdb/duckdb_engine.h"
#include "engine/duckdb/held_rows_function.h"
#include "engine/duckdb/table_function.h"
#include "engine/duckdb/vector_writer.h"

namespace cadenza::engine {
namespace {

constexpr size_t kTaskRows = 122'880;  // as many as the engine makes a row group of

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};

duckdb_type TypeOf(const HeldValues& values) {
  constexpr duckdb_type kTypes[] = {DUCKDB_TYPE_BIGINT, DUCKDB_TYPE_INTEGER, DUCKDB_TYPE_DOUBLE,
                                    DUCKDB_TYPE_FLOAT,  DUCKDB_TYPE_BOOLEAN, DUCKDB_TYPE_VARCHAR,
                                    DUCKDB_TYPE_VARCHAR};
  static_assert(std::size(kTypes) == std::variant_size_v<HeldValues>);
  return kTypes[values.index()];
}

void WriteTexts(const CodedTexts& coded, size_t begin, size_t count, VectorWriter* writer) {
  for (size_t row = 0; row < count; ++row) {
    const int32_t place = coded.places[begin + row];
    if (place < 0) {
      writer->SetNull(row);
    } else {
      writer->ReferText(row, (*coded.texts)[static_cast<size_t>(place)]);
    }
  }
}

void WriteValues(const HeldColumn& column, size_t begin, size_t count, VectorWriter* writer) {
  std::visit(Overloaded{[&](const std::vector<std::string>& texts) {
                          for (size_t row = 0; row < count; ++row) {
                            writer->ReferText(row, texts[begin + row]);
                          }
                        },
                        [&](const CodedTexts& coded) { WriteTexts(coded, begin, count, writer); },
                        [&](const std::vector<bool>& flags) {
                          for (size_t row = 0; row < count; ++row) {
                            writer->Set(row, static_cast<bool>(flags[begin + row]));
                          }
                        },
                        [&](const auto& numbers) {
                          writer->SetAll(std::span(numbers).subspan(begin, count));
                        }},
             column.values);
  for (size_t row = 0; !column.is_null.empty() && row < count; ++row) {
    if (column.is_null[begin + row]) writer->SetNull(row);
  }
}

struct Bound {
  const HeldRows* rows;
};

struct Global {
  const HeldRows* rows = nullptr;
  std::atomic<size_t> next{0};  ///< row of the next task
  std::vector<idx_t> columns;   ///< those that the query wants, by their place in the chunk
};

struct Local {
  size_t begin = 0, end = 0;
};

void BindRows(duckdb_bind_info info) {
  auto* registry = static_cast<ScanRegistry<const HeldRows>*>(duckdb_bind_get_extra_info(info));
  const HeldRows* rows = registry->Find(NumberParameter(info));
  if (!rows) return duckdb_bind_set_error(info, "no such rows are held");
  for (const HeldColumn& column : rows->columns) {
    AddColumn(info, column.name, TypeOf(column.values));
  }
  duckdb_bind_set_cardinality(info, rows->size(), true);
  duckdb_bind_set_bind_data(info, new Bound{rows}, Delete<Bound>);
}

void InitRows(duckdb_init_info info) {
  auto global = std::make_unique<Global>();
  global->rows = static_cast<Bound*>(duckdb_init_get_bind_data(info))->rows;
  for (idx_t i = 0; i < duckdb_init_get_column_count(info); ++i) {
    global->columns.push_back(duckdb_init_get_column_index(info, i));
  }
  duckdb_init_set_max_threads(info, global->rows->size() / kTaskRows + 1);
  duckdb_init_set_init_data(info, global.release(), Delete<Global>);
}

void InitLocal(duckdb_init_info info) { duckdb_init_set_init_data(info, new Local, Delete<Local>); }

void ScanRows(duckdb_function_info info, duckdb_data_chunk chunk) {
  auto* global = static_cast<Global*>(duckdb_function_get_init_data(info));
  auto* task = static_cast<Local*>(duckdb_function_get_local_init_data(info));
  const HeldRows& rows = *global->rows;
  if (task->begin == task->end) {
    task->begin = std::min(global->next.fetch_add(kTaskRows), rows.size());
    task->end = std::min(task->begin + kTaskRows, rows.size());
  }
  const size_t count = std::min<size_t>(task->end - task->begin, duckdb_vector_size());
  for (idx_t i = 0; i < global->columns.size() && count > 0; ++i) {
    if (global->columns[i] >= rows.columns.size()) continue;  // the engine's own row number
    VectorWriter writer(duckdb_data_chunk_get_vector(chunk, i));
    WriteValues(rows.columns[global->columns[i]], task->begin, count, &writer);
  }
  task->begin += count;
  duckdb_data_chunk_set_size(chunk, count);
}

}  // namespace

size_t HeldColumn::size() const {
  return std::visit(Overloaded{[](const CodedTexts& coded) { return coded.places.size(); },
                               [](const auto& plain) { return plain.size(); }},
                    values);
}

Status RegisterHeldRows(duckdb_connection connection, ScanRegistry<const HeldRows>* rows) {
  return RegisterTableFunction(connection, {"cadenza_held_rows", DUCKDB_TYPE_BIGINT, BindRows,
                                            InitRows, InitLocal, ScanRows, rows});
}

Status DuckDbEngine::BindHeldRows(const std::string& name, const HeldRows* rows) {
  for (const HeldColumn& column : rows->columns) {
    if (column.size() == rows->size() &&
        (column.is_null.empty() || column.is_null.size() == rows->size())) {
      continue;
    }
    return MakeError(ErrorKind::kInternal, "{} rows, but not of column {}", rows->size(),
                     column.name);
  }
  const int64_t number = shared_->held_rows.Add(rows);
  return BindQuery(name, fmt::format("SELECT * FROM cadenza_held_rows({})", number));
}

Status BindHeldRows(Engine* engine, const std::string& name, const HeldRows* rows) {
  auto* duckdb = dynamic_cast<DuckDbEngine*>(engine);
  if (!duckdb) return MakeError(ErrorKind::kInternal, "this engine reads no rows in memory");
  return duckdb->BindHeldRows(name, rows);
}

}  // namespace cadenza::engine
