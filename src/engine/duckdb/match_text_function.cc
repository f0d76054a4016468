#include <duckdb.h>

#include "decode/match_text.h"
#include "engine/duckdb/table_function.h"

namespace cadenza::engine {
namespace {

void MatchTexts(duckdb_function_info, duckdb_data_chunk input, duckdb_vector output) {
  const idx_t rows = duckdb_data_chunk_get_size(input);
  duckdb_vector vector = duckdb_data_chunk_get_vector(input, 0);
  const auto* texts = static_cast<const duckdb_string_t*>(duckdb_vector_get_data(vector));
  uint64_t* validity = duckdb_vector_get_validity(vector);
  for (idx_t r = 0; r < rows; ++r) {
    if (validity && !duckdb_validity_row_is_valid(validity, r)) {
      duckdb_vector_ensure_validity_writable(output);
      duckdb_validity_set_row_invalid(duckdb_vector_get_validity(output), r);
      continue;
    }
    duckdb_string_t text = texts[r];
    const std::string normal =
        decode::MatchText({duckdb_string_t_data(&text), duckdb_string_t_length(text)});
    duckdb_unsafe_vector_assign_string_element_len(output, r, normal.data(), normal.size());
  }
}

}  // namespace

Status RegisterMatchText(duckdb_connection connection) {
  duckdb_scalar_function function = duckdb_create_scalar_function();
  duckdb_scalar_function_set_name(function, "match_text");
  duckdb_logical_type text = duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
  duckdb_scalar_function_add_parameter(function, text);
  duckdb_scalar_function_set_return_type(function, text);
  duckdb_destroy_logical_type(&text);
  duckdb_scalar_function_set_function(function, MatchTexts);
  const duckdb_state state = duckdb_register_scalar_function(connection, function);
  duckdb_destroy_scalar_function(&function);
  if (state == DuckDBError) {
    return MakeError(ErrorKind::kInternal, "the engine refused the function {}", "match_text");
  }
  return {};
}

}  // namespace cadenza::engine
