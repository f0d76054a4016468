#include <duckdb.h>
#include <md5.h>

#include <algorithm>
#include <array>
#include <bitset>
#include <string_view>

#include "engine/duckdb/scan_binding.h"
#include "engine/duckdb/table_function.h"
#include "engine/md5_lanes.h"

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

/// Of a text that is too long for a lane.
Md5Lanes::Hex DigestAlone(std::string_view text) {
  Md5Lanes::Hex hex;
  std::array<char, MD5_DIGEST_STRING_LENGTH> ended{};
  MD5Data(reinterpret_cast<const uint8_t*>(text.data()), text.size(), ended.data());
  std::copy_n(ended.begin(), hex.size(), hex.begin());
  return hex;
}

void PlayIds(duckdb_function_info, duckdb_data_chunk input, duckdb_vector output) {
  const Argument ts_ms(duckdb_data_chunk_get_vector(input, 0));
  const Argument user_id(duckdb_data_chunk_get_vector(input, 1));
  const Argument session_id(duckdb_data_chunk_get_vector(input, 2));
  const Argument item(duckdb_data_chunk_get_vector(input, 3));
  const idx_t rows = duckdb_data_chunk_get_size(input);
  fmt::memory_buffer text;
  Md5Lanes lanes;
  std::array<Md5Lanes::Hex, Md5Lanes::kLanes> digests;
  const auto write = [output](idx_t row, const Md5Lanes::Hex& hex) {
    duckdb_unsafe_vector_assign_string_element_len(output, row, hex.data(), hex.size());
  };
  for (idx_t begin = 0; begin < rows; begin += Md5Lanes::kLanes) {
    const idx_t count = std::min<idx_t>(Md5Lanes::kLanes, rows - begin);
    std::bitset<Md5Lanes::kLanes> is_set;
    for (idx_t lane = 0; lane < count; ++lane) {
      const idx_t row = begin + lane;
      text.clear();
      AppendInteger(ts_ms, row, &text);
      text.push_back('|');
      AppendText(user_id, row, &text);
      text.push_back('|');
      AppendInteger(session_id, row, &text);
      text.push_back('|');
      AppendInteger(item, row, &text);
      const std::string_view key(text.data(), text.size());
      is_set[lane] = key.size() <= Md5Lanes::kTextBytesMax;
      if (is_set[lane]) {
        lanes.Set(lane, key);
      } else {
        write(row, DigestAlone(key));
      }
    }
    lanes.Digest(&digests);
    for (idx_t lane = 0; lane < count; ++lane) {
      if (is_set[lane]) write(begin + lane, digests[lane]);
    }
  }
}

}  // namespace

Status RegisterPlayId(duckdb_connection connection) {
  // A NULL argument is part of the key, not the end of it.
  return RegisterScalarFunction(connection, {.name = "play_id",
                                             .parameters = {DUCKDB_TYPE_BIGINT, DUCKDB_TYPE_VARCHAR,
                                                            DUCKDB_TYPE_BIGINT, DUCKDB_TYPE_BIGINT},
                                             .result = DUCKDB_TYPE_VARCHAR,
                                             .function = PlayIds,
                                             .takes_nulls = true});
}

}  // namespace cadenza::engine
