#include <duckdb.h>

#include <string_view>

#include "engine/duckdb/scan_binding.h"
#include "engine/duckdb/table_function.h"

namespace cadenza::engine {
namespace {

bool IsOddId(std::string_view id) {
  if (id.empty() || static_cast<unsigned char>(id.front()) <= ' ') return true;
  const char last = id.back();
  if (last == '0') return id.find('.') != std::string_view::npos;
  return last == ' ' || last == '\t' || last == '\n' || last == '\r';
}

/// Without the calls of the engine's library that would take longer than the look itself.
std::string_view TextOf(const duckdb_string_t& text) {
  constexpr uint32_t kInlinedMost = sizeof(text.value.inlined.inlined);
  const uint32_t length = text.value.inlined.length;
  return {length <= kInlinedMost ? text.value.inlined.inlined : text.value.pointer.ptr, length};
}

void AreOddIds(duckdb_function_info, duckdb_data_chunk input, duckdb_vector output) {
  const idx_t rows = duckdb_data_chunk_get_size(input);
  duckdb_vector vector = duckdb_data_chunk_get_vector(input, 0);
  const auto* ids = static_cast<const duckdb_string_t*>(duckdb_vector_get_data(vector));
  uint64_t* validity = duckdb_vector_get_validity(vector);
  auto* is_odd = static_cast<bool*>(duckdb_vector_get_data(output));
  for (idx_t row = 0; row < rows; ++row) {
    is_odd[row] =
        (!validity || duckdb_validity_row_is_valid(validity, row)) && IsOddId(TextOf(ids[row]));
  }
}

}  // namespace

Status RegisterIdFunctions(duckdb_connection connection) {
  return RegisterScalarFunction(connection, {.name = "is_odd_id",
                                             .parameters = {DUCKDB_TYPE_VARCHAR},
                                             .result = DUCKDB_TYPE_BOOLEAN,
                                             .function = AreOddIds});
}

}  // namespace cadenza::engine
