// The functions by which rows get into a CountedRows and out of it again.

#include <algorithm>

#include "engine/duckdb/counted_rows.h"
#include "engine/duckdb/row_group_file.h"
#include "engine/duckdb/vector_writer.h"

namespace cadenza::engine {
namespace {

// A task is a row group of what may be written of the rows.
constexpr auto kTaskRows = static_cast<size_t>(kRowGroupRows);

struct CallState {
  CountingThread* thread = nullptr;
};

void InitCall(duckdb_init_info info) {
  duckdb_scalar_function_init_set_state(info, new CallState, Delete<CallState>);
}

void CountRow(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output) {
  const idx_t rows = duckdb_data_chunk_get_size(input);
  if (rows == 0) return;
  auto* state = static_cast<CallState*>(duckdb_scalar_function_get_state(info));
  if (!state->thread) {
    auto* registry =
        static_cast<ScanRegistry<CountedRows>*>(duckdb_scalar_function_get_extra_info(info));
    const auto* number =
        static_cast<int64_t*>(duckdb_vector_get_data(duckdb_data_chunk_get_vector(input, 0)));
    CountedRows* counted = registry->Find(*number);
    if (!counted || duckdb_data_chunk_get_column_count(input) != 2 + counted->texts()) {
      return duckdb_scalar_function_set_error(info, "no such rows are counted");
    }
    state->thread = counted->AddThread();
  }
  AppendChunk(state->thread, input);
  std::fill_n(static_cast<int64_t*>(duckdb_vector_get_data(output)), rows, 1);
}

struct Bound {
  const CountedRows* counted;
};

struct Task {
  const CountedRows::Part* part;
  size_t begin, end;
};

struct Global {
  const CountedRows* counted = nullptr;
  std::vector<Task> tasks;
  std::atomic<size_t> next{0};
  std::vector<idx_t> columns;  ///< those that the query wants, by their place in the chunk
};

struct Local {
  Task task{};
};

const CountedRows* BindColumns(duckdb_bind_info info, std::initializer_list<const char*> numbers,
                               size_t texts_less) {
  auto* registry = static_cast<ScanRegistry<CountedRows>*>(duckdb_bind_get_extra_info(info));
  const CountedRows* counted = registry->Find(NumberParameter(info));
  if (!counted) {
    duckdb_bind_set_error(info, "no such rows were counted");
    return nullptr;
  }
  for (const char* number : numbers) AddColumn(info, number, DUCKDB_TYPE_BIGINT);
  for (size_t t = 1; t <= counted->texts() - texts_less; ++t) {
    AddColumn(info, fmt::format("text_{}", t), DUCKDB_TYPE_VARCHAR);
  }
  duckdb_bind_set_bind_data(info, new Bound{counted}, Delete<Bound>);
  return counted;
}

void BindCounted(duckdb_bind_info info) {
  if (const CountedRows* counted = BindColumns(info, {"number", "rows"}, 0)) {
    duckdb_bind_set_cardinality(info, counted->size(), true);
  }
}

void InitCounted(duckdb_init_info info) {
  auto global = std::make_unique<Global>();
  global->counted = static_cast<Bound*>(duckdb_init_get_bind_data(info))->counted;
  for (const CountedRows::Part& part : global->counted->parts()) {
    for (size_t begin = 0; begin < part.keys.size(); begin += kTaskRows) {
      global->tasks.push_back({&part, begin, std::min(begin + kTaskRows, part.keys.size())});
    }
  }
  for (idx_t i = 0; i < duckdb_init_get_column_count(info); ++i) {
    global->columns.push_back(duckdb_init_get_column_index(info, i));
  }
  duckdb_init_set_max_threads(info, std::max<idx_t>(global->tasks.size(), 1));
  duckdb_init_set_init_data(info, global.release(), Delete<Global>);
}

void InitLocal(duckdb_init_info info) { duckdb_init_set_init_data(info, new Local, Delete<Local>); }

/// The columns of a chunk by their place in the function's result; those that the query does not
/// want stay empty.
std::vector<VectorWriter> ColumnsOf(const Global& global, duckdb_data_chunk chunk, size_t count) {
  std::vector<VectorWriter> columns(count);
  for (idx_t i = 0; i < global.columns.size(); ++i) {
    const idx_t column = global.columns[i];
    if (column < count) columns[column] = VectorWriter(duckdb_data_chunk_get_vector(chunk, i));
  }
  return columns;
}

void WriteTexts(std::span<const std::string_view> texts, idx_t row, VectorWriter* columns) {
  for (size_t t = 0; t < texts.size(); ++t) {
    if (!columns[t].wanted()) continue;
    if (texts[t].data() == nullptr) {
      columns[t].SetNull(row);
    } else {
      columns[t].ReferText(row, texts[t]);
    }
  }
}

void ScanCounted(duckdb_function_info info, duckdb_data_chunk chunk) {
  auto* global = static_cast<Global*>(duckdb_function_get_init_data(info));
  auto* local = static_cast<Local*>(duckdb_function_get_local_init_data(info));
  Task& task = local->task;
  if (task.begin == task.end) {
    const size_t next = global->next++;
    if (next >= global->tasks.size()) return duckdb_data_chunk_set_size(chunk, 0);
    task = global->tasks[next];
  }
  const CountedRows& counted = *global->counted;
  const size_t rows = std::min<size_t>(task.end - task.begin, duckdb_vector_size());
  std::vector<VectorWriter> columns = ColumnsOf(*global, chunk, 2 + counted.texts());
  const bool wants_texts =
      std::any_of(columns.begin() + 2, columns.end(), [](auto& c) { return c.wanted(); });
  std::vector<std::string_view> texts(counted.texts());
  const auto keys = std::span(task.part->keys).subspan(task.begin, rows);
  counted.ForEach(keys, [&](size_t row, int64_t number, uint64_t code) {
    if (columns[0].wanted()) columns[0].Set(row, number);
    if (columns[1].wanted()) columns[1].Set(row, int64_t{task.part->rows[task.begin + row]});
    if (!wants_texts) return;
    counted.TextsOf(code, texts);
    WriteTexts(texts, row, columns.data() + 2);
  });
  task.begin += rows;
  duckdb_data_chunk_set_size(chunk, rows);
}

/// A part at a time, so that a thread never has more than a part's sums in memory.
struct SumsOfPart {
  std::vector<CountedRows::Sum> sums;
  size_t begin = 0;
  std::vector<size_t> scratch;
};

void BindSums(duckdb_bind_info info) { BindColumns(info, {"number", "rows", "texts"}, 1); }

void InitSums(duckdb_init_info info) {
  duckdb_init_set_init_data(info, new SumsOfPart, Delete<SumsOfPart>);
}

void ScanSums(duckdb_function_info info, duckdb_data_chunk chunk) {
  auto* global = static_cast<Global*>(duckdb_function_get_init_data(info));
  auto* local = static_cast<SumsOfPart*>(duckdb_function_get_local_init_data(info));
  const CountedRows& counted = *global->counted;
  while (local->begin == local->sums.size()) {
    const size_t next = global->next++;
    if (next >= counted.parts().size()) return duckdb_data_chunk_set_size(chunk, 0);
    local->sums = counted.SumsOf(counted.parts()[next], &local->scratch);
    local->begin = 0;
  }
  const size_t rows = std::min<size_t>(local->sums.size() - local->begin, duckdb_vector_size());
  std::vector<VectorWriter> columns = ColumnsOf(*global, chunk, 2 + counted.texts());
  std::vector<std::string_view> texts(counted.texts() - 1);
  for (size_t row = 0; row < rows; ++row) {
    const CountedRows::Sum& sum = local->sums[local->begin + row];
    if (columns[0].wanted()) columns[0].Set(row, sum.number);
    if (columns[1].wanted()) columns[1].Set(row, sum.rows);
    if (columns[2].wanted()) columns[2].Set(row, sum.texts);
    counted.TextsOf(sum.code, texts);
    WriteTexts(texts, row, columns.data() + 3);
  }
  local->begin += rows;
  duckdb_data_chunk_set_size(chunk, rows);
}

}  // namespace

Status RegisterCountedRows(duckdb_connection connection, ScanRegistry<CountedRows>* counted) {
  CADENZA_TRY(
      RegisterScalarFunction(connection, {.name = "cadenza_count_row",
                                          .parameters = {DUCKDB_TYPE_BIGINT, DUCKDB_TYPE_BIGINT},
                                          .further = DUCKDB_TYPE_VARCHAR,
                                          .result = DUCKDB_TYPE_BIGINT,
                                          .function = CountRow,
                                          .takes_nulls = true,
                                          .acts = true,
                                          .init = InitCall,
                                          .extra = counted}));
  CADENZA_TRY(
      RegisterTableFunction(connection, {"cadenza_counted_rows", DUCKDB_TYPE_BIGINT, BindCounted,
                                         InitCounted, InitLocal, ScanCounted, counted}));
  return RegisterTableFunction(connection, {"cadenza_counted_sums", DUCKDB_TYPE_BIGINT, BindSums,
                                            InitCounted, InitSums, ScanSums, counted});
}

}  // namespace cadenza::engine
