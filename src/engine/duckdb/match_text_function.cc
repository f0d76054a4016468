#include <duckdb.h>

#include "decode/match_text.h"
#include "engine/duckdb/scan_binding.h"
#include "engine/duckdb/table_function.h"

namespace cadenza::engine {
namespace {

template <auto kForm>
void FormTexts(duckdb_function_info, duckdb_data_chunk input, duckdb_vector output) {
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
    const std::string form = kForm({duckdb_string_t_data(&text), duckdb_string_t_length(text)});
    duckdb_unsafe_vector_assign_string_element_len(output, r, form.data(), form.size());
  }
}

}  // namespace

Status RegisterMatchText(duckdb_connection connection) {
  CADENZA_TRY(RegisterScalarFunction(connection, {.name = "match_text",
                                                  .parameters = {DUCKDB_TYPE_VARCHAR},
                                                  .result = DUCKDB_TYPE_VARCHAR,
                                                  .function = FormTexts<decode::MatchText>}));
  return RegisterScalarFunction(connection, {.name = "shown_text",
                                             .parameters = {DUCKDB_TYPE_VARCHAR},
                                             .result = DUCKDB_TYPE_VARCHAR,
                                             .function = FormTexts<decode::ShownText>});
}

}  // namespace cadenza::engine
