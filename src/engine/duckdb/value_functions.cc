#include "engine/duckdb/value_functions.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <span>

namespace cadenza::engine {
namespace {

int64_t FirstNumber(duckdb_data_chunk input) {
  return *static_cast<int64_t*>(duckdb_vector_get_data(duckdb_data_chunk_get_vector(input, 0)));
}

std::span<const int64_t> Values(duckdb_data_chunk input) {
  return {static_cast<int64_t*>(duckdb_vector_get_data(duckdb_data_chunk_get_vector(input, 1))),
          duckdb_data_chunk_get_size(input)};
}

/// What one place of a statement has seen.
struct Seen {
  std::once_flag made;
  std::optional<ValueSet> values;
  std::atomic<bool> has_null{false};
};
/// The engine copies a plan with what is bound in it: the copies share what they have seen.
using SharedSeen = std::shared_ptr<Seen>;

void BindIsFirst(duckdb_bind_info info) {
  duckdb_scalar_function_set_bind_data(info, new SharedSeen(std::make_shared<Seen>()),
                                       Delete<SharedSeen>);
  duckdb_scalar_function_set_bind_data_copy(
      info, [](void* seen) -> void* { return new SharedSeen(*static_cast<SharedSeen*>(seen)); });
}

void IsFirst(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output) {
  const std::span<const int64_t> values = Values(input);
  if (values.empty()) return;
  Seen& seen = **static_cast<SharedSeen*>(duckdb_scalar_function_get_bind_data(info));
  std::call_once(seen.made, [&] { seen.values.emplace(static_cast<size_t>(FirstNumber(input))); });
  auto* is_first = static_cast<bool*>(duckdb_vector_get_data(output));
  const uint64_t* validity = duckdb_vector_get_validity(duckdb_data_chunk_get_vector(input, 1));
  const auto fail = [&] {
    duckdb_scalar_function_set_error(
        info, "more distinct values than were announced, or no memory for them");
  };
  if (!validity) {
    if (!seen.values->Add(values, is_first)) fail();
    return;
  }
  for (size_t row = 0; row < values.size(); ++row) {
    if (!duckdb_validity_row_is_valid(const_cast<uint64_t*>(validity), row)) {
      is_first[row] = !seen.has_null.exchange(true);
    } else if (!seen.values->Add(values.subspan(row, 1), is_first + row)) {
      return fail();
    }
  }
}

/// The set that a call names; null: the error is set.
ValueSet* SetOf(duckdb_function_info info, duckdb_data_chunk input) {
  auto* sets = static_cast<ScanRegistry<ValueSet>*>(duckdb_scalar_function_get_extra_info(info));
  ValueSet* set = sets->Find(FirstNumber(input));
  if (!set) duckdb_scalar_function_set_error(info, "no such set");
  return set;
}

void NoteValue(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output) {
  const std::span<const int64_t> values = Values(input);
  if (values.empty()) return;
  ValueSet* set = SetOf(info, input);
  if (!set) return;
  const auto is_new = std::make_unique_for_overwrite<bool[]>(values.size());
  if (!set->Add(values, is_new.get())) {
    return duckdb_scalar_function_set_error(info, "more values than were announced");
  }
  std::fill_n(static_cast<int64_t*>(duckdb_vector_get_data(output)), values.size(), 1);
}

void CountLacking(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output) {
  const std::span<const int64_t> values = Values(input);
  if (values.empty()) return;
  const ValueSet* set = SetOf(info, input);
  if (!set) return;
  // Of a sum any row may bear what is that of all.
  auto* missing = static_cast<int64_t*>(duckdb_vector_get_data(output));
  std::fill_n(missing, values.size(), 0);
  missing[0] = static_cast<int64_t>(set->CountMissing(values));
}

}  // namespace

Status RegisterValueFunctions(duckdb_connection connection, ScanRegistry<ValueSet>* sets) {
  CADENZA_TRY(
      RegisterScalarFunction(connection, {.name = "cadenza_is_first",
                                          .parameters = {DUCKDB_TYPE_BIGINT, DUCKDB_TYPE_BIGINT},
                                          .result = DUCKDB_TYPE_BOOLEAN,
                                          .function = IsFirst,
                                          .takes_nulls = true,
                                          .acts = true,
                                          .bind = BindIsFirst}));
  CADENZA_TRY(
      RegisterScalarFunction(connection, {.name = "cadenza_note_value",
                                          .parameters = {DUCKDB_TYPE_BIGINT, DUCKDB_TYPE_BIGINT},
                                          .result = DUCKDB_TYPE_BIGINT,
                                          .function = NoteValue,
                                          .acts = true,
                                          .extra = sets}));
  return RegisterScalarFunction(connection, {.name = "cadenza_count_lacking",
                                             .parameters = {DUCKDB_TYPE_BIGINT, DUCKDB_TYPE_BIGINT},
                                             .result = DUCKDB_TYPE_BIGINT,
                                             .function = CountLacking,
                                             .acts = true,
                                             .extra = sets});
}

}  // namespace cadenza::engine
