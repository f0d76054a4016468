#include "engine/duckdb/key_check.h"

#include <duckdb.h>

#include <algorithm>
#include <atomic>
#include <bit>

#include "engine/repetition.h"
#include "storage/parallel.h"

namespace cadenza::engine {
namespace {

constexpr int kShift = 64 - std::countr_zero(KeyHashes::kParts);

struct KeyCheckCall {
  KeyHashes* check = nullptr;
  KeyHashes::Parts* parts = nullptr;
};

void InitKeyCheck(duckdb_init_info info) {
  duckdb_scalar_function_init_set_state(info, new KeyCheckCall, Delete<KeyCheckCall>);
}

void NoteKeys(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output) {
  const idx_t rows = duckdb_data_chunk_get_size(input);
  if (rows == 0) return;
  auto* state = static_cast<KeyCheckCall*>(duckdb_scalar_function_get_state(info));
  if (!state->parts) {
    auto* checks =
        static_cast<ScanRegistry<KeyHashes>*>(duckdb_scalar_function_get_extra_info(info));
    const auto* number =
        static_cast<int64_t*>(duckdb_vector_get_data(duckdb_data_chunk_get_vector(input, 0)));
    state->check = checks->Find(*number);
    if (!state->check) return duckdb_scalar_function_set_error(info, "no such check");
    state->parts = state->check->AddThread();
  }
  const auto* hashes =
      static_cast<uint64_t*>(duckdb_vector_get_data(duckdb_data_chunk_get_vector(input, 1)));
  if (state->check->TakePlaces(rows)) {
    for (idx_t row = 0; row < rows; ++row) {
      (*state->parts)[hashes[row] >> kShift].push_back(hashes[row]);
    }
  }
  std::fill_n(static_cast<int64_t*>(duckdb_vector_get_data(output)), rows, 1);
}

}  // namespace

KeyHashes::Parts* KeyHashes::AddThread() {
  const std::scoped_lock lock(mutex_);
  threads_.push_back(std::make_unique<Parts>());
  return threads_.back().get();
}

bool KeyHashes::HasRepetitionInPart(size_t part) const {
  std::vector<uint64_t> all;
  for (const auto& parts : threads_)
    all.insert(all.end(), (*parts)[part].begin(), (*parts)[part].end());
  return engine::HasRepetition(all);
}

bool KeyHashes::TakePlaces(size_t keys) { return (keys_ += keys) <= keys_max_; }

bool KeyHashes::MayRepeat(size_t threads) const {
  if (keys_ > keys_max_) return true;
  std::atomic<bool> found{false};
  [[maybe_unused]] const Status none_fails =
      InParallel(kParts, threads, [&](size_t part) -> Status {
        if (!found && HasRepetitionInPart(part)) found = true;
        return {};
      });
  return found;
}

Status RegisterNoteKey(duckdb_connection connection, ScanRegistry<KeyHashes>* checks) {
  return RegisterScalarFunction(connection,
                                {.name = "cadenza_note_key",
                                 .parameters = {DUCKDB_TYPE_BIGINT, DUCKDB_TYPE_UBIGINT},
                                 .result = DUCKDB_TYPE_BIGINT,
                                 .function = NoteKeys,
                                 .acts = true,
                                 .init = InitKeyCheck,
                                 .extra = checks});
}

}  // namespace cadenza::engine
