#include <duckdb.h>
#include <md5.h>

#include <array>
#include <string_view>

#include "engine/duckdb/table_function.h"

namespace cadenza::engine {
namespace {

/// A column of the arguments.
struct Argument {
  void* data;
  uint64_t* validity;
  explicit Argument(duckdb_vector vector)
      : data(duckdb_vector_get_data(vector)), validity(duckdb_vector_get_validity(vector)) {}
  bool IsNull(idx_t row) const { return validity && !duckdb_validity_row_is_valid(validity, row); }
};

void AppendInteger(const Argument& argument, idx_t row, fmt::memory_buffer* text) {
  if (argument.IsNull(row)) {
    text->append(std::string_view("\\N"));
  } else {
    const fmt::format_int digits(static_cast<const int64_t*>(argument.data)[row]);
    text->append(std::string_view(digits.data(), digits.size()));
  }
}

void AppendText(const Argument& argument, idx_t row, fmt::memory_buffer* text) {
  if (argument.IsNull(row)) {
    text->append(std::string_view("\\N"));
    return;
  }
  auto& value = static_cast<duckdb_string_t*>(argument.data)[row];
  text->append(std::string_view(duckdb_string_t_data(&value), duckdb_string_t_length(value)));
}

void WriteHex(const std::array<uint8_t, MD5_DIGEST_LENGTH>& digest, char* hex) {
  constexpr char kDigits[] = "0123456789abcdef";
  for (uint8_t byte : digest) {
    *hex++ = kDigits[byte >> 4];
    *hex++ = kDigits[byte & 15];
  }
}

void PlayIds(duckdb_function_info, duckdb_data_chunk input, duckdb_vector output) {
  const Argument ts_ms(duckdb_data_chunk_get_vector(input, 0));
  const Argument user_id(duckdb_data_chunk_get_vector(input, 1));
  const Argument session_id(duckdb_data_chunk_get_vector(input, 2));
  const Argument item(duckdb_data_chunk_get_vector(input, 3));
  fmt::memory_buffer text;
  std::array<uint8_t, MD5_DIGEST_LENGTH> digest{};
  std::array<char, size_t{2} * MD5_DIGEST_LENGTH> hex{};
  for (idx_t row = 0; row < duckdb_data_chunk_get_size(input); ++row) {
    text.clear();
    AppendInteger(ts_ms, row, &text);
    text.push_back('|');
    AppendText(user_id, row, &text);
    text.push_back('|');
    AppendInteger(session_id, row, &text);
    text.push_back('|');
    AppendInteger(item, row, &text);
    MD5_CTX context;
    MD5Init(&context);
    MD5Update(&context, reinterpret_cast<const uint8_t*>(text.data()), text.size());
    MD5Final(digest.data(), &context);
    WriteHex(digest, hex.data());
    duckdb_unsafe_vector_assign_string_element_len(output, row, hex.data(), hex.size());
  }
}

}  // namespace

Status RegisterPlayId(duckdb_connection connection) {
  duckdb_scalar_function function = duckdb_create_scalar_function();
  duckdb_scalar_function_set_name(function, "play_id");
  for (duckdb_type type :
       {DUCKDB_TYPE_BIGINT, DUCKDB_TYPE_VARCHAR, DUCKDB_TYPE_BIGINT, DUCKDB_TYPE_BIGINT}) {
    duckdb_logical_type argument = duckdb_create_logical_type(type);
    duckdb_scalar_function_add_parameter(function, argument);
    duckdb_destroy_logical_type(&argument);
  }
  duckdb_logical_type text = duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
  duckdb_scalar_function_set_return_type(function, text);
  duckdb_destroy_logical_type(&text);
  // A NULL argument is part of the key, not the end of it.
  duckdb_scalar_function_set_special_handling(function);
  duckdb_scalar_function_set_function(function, PlayIds);
  const duckdb_state state = duckdb_register_scalar_function(connection, function);
  duckdb_destroy_scalar_function(&function);
  if (state == DuckDBError) {
    return MakeError(ErrorKind::kInternal, "the engine refused the function {}", "play_id");
  }
  return {};
}

}  // namespace cadenza::engine
