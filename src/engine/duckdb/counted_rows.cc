#include "engine/duckdb/counted_rows.h"

#include <algorithm>
#include <array>
#include <bit>
#include <functional>
#include <optional>
#include <utility>

#include "storage/parallel.h"

namespace cadenza::engine {
namespace {

constexpr size_t kParts = 64;
/// Of a row while it is collected, spread and sorted.
constexpr size_t kBytesARow = 3 * sizeof(uint64_t);

/// Least significant digit first; `bits` are those that differ.
void RadixSort(std::vector<uint64_t>* keys, int bits) {
  constexpr int kDigitBits = 11;
  std::vector<uint64_t> other(keys->size());
  for (int shift = 0; shift < bits; shift += kDigitBits) {
    std::array<size_t, (size_t{1} << kDigitBits) + 1> begin{};
    const auto digit = [&](uint64_t key) { return key >> shift & ((1U << kDigitBits) - 1); };
    for (const uint64_t key : *keys) ++begin[digit(key) + 1];
    for (size_t d = 1; d < begin.size(); ++d) begin[d] += begin[d - 1];
    for (const uint64_t key : *keys) other[begin[digit(key)]++] = key;
    keys->swap(other);
  }
}

void SortAndCount(CountedRows::Part* part) {
  std::vector<uint64_t>& keys = part->keys;
  if (keys.empty()) return;
  // Only what lies between the part's least and greatest key can differ.
  const auto [least, greatest] = std::ranges::minmax_element(keys);
  const uint64_t base = *least;
  const auto bits = static_cast<int>(std::bit_width(*greatest - base));
  for (uint64_t& key : keys) key -= base;
  RadixSort(&keys, bits);
  size_t kept = 0;
  part->rows.reserve(keys.size());
  for (size_t k = 0; k < keys.size(); ++k) {
    if (kept > 0 && keys[kept - 1] == keys[k]) {
      ++part->rows[kept - 1];
      continue;
    }
    keys[kept++] = keys[k];
    part->rows.push_back(1);
  }
  keys.resize(kept);
  for (uint64_t& key : keys) key += base;
}

/// Towards minus infinity; the least numbers wrap around.
int64_t RoundDown(int64_t number, int64_t unit) {
  const int64_t beyond = number % unit;
  return static_cast<int64_t>(static_cast<uint64_t>(number) -
                              static_cast<uint64_t>(beyond < 0 ? beyond + unit : beyond));
}

}  // namespace

/// The rows that one thread delivers, in codes of its own.
class CountingThread {
 public:
  explicit CountingThread(CountedRows* whole) : whole_(whole), codes_(whole->texts_) {}

  /// The number and the texts stand in the chunk from column 1 on.
  void Append(duckdb_data_chunk chunk) {
    const idx_t rows = duckdb_data_chunk_get_size(chunk);
    totals_.rows += static_cast<int64_t>(rows);
    if (whole_->overflowed_) return;
    const size_t before = dictionary_bytes();
    EncodeTexts(chunk, rows);
    const Cells numbers(duckdb_data_chunk_get_vector(chunk, 1), parquet::Type::kInt64);
    for (idx_t row = 0; row < rows; ++row) {
      if (numbers.IsNull(row)) {
        ++totals_.without_number;
        continue;
      }
      const int64_t number = numbers.Integer(row);
      keys_.push_back(uint64_t{CodeOf(number)} << 32 | text_codes_[row]);
      if (!totals_.greatest || *totals_.greatest < number) totals_.greatest = number;
    }
    if (!whole_->TakeBytes(rows * kBytesARow + dictionary_bytes() - before)) keys_ = {};
  }

 private:
  friend class CountedRows;

  void EncodeTexts(duckdb_data_chunk chunk, idx_t rows) {
    text_codes_.assign(rows, 0);
    for (size_t t = 0; t < whole_->texts_; ++t) {
      const Cells cells(duckdb_data_chunk_get_vector(chunk, 2 + t), parquet::Type::kText);
      texts_.clear();
      for (idx_t row = 0; row < rows; ++row) {
        if (!cells.IsNull(row)) texts_.push_back(cells.Text(row));
      }
      found_.resize(texts_.size());
      codes_.dictionaries[t].Encode(texts_, found_.data());
      size_t at = 0;
      pairs_.resize(rows);
      for (idx_t row = 0; row < rows; ++row) {
        const uint32_t code = cells.IsNull(row) ? 0 : found_[at++] + 1;
        pairs_[row] = uint64_t{text_codes_[row]} << 32 | code;
      }
      if (t == 0) {
        for (idx_t row = 0; row < rows; ++row)
          text_codes_[row] = static_cast<uint32_t>(pairs_[row]);
      } else {
        codes_.pairs[t - 1].Encode(pairs_, text_codes_.data());
      }
    }
  }

  /// Numbers that follow each other are mostly in one unit.
  uint32_t CodeOf(int64_t number) {
    const uint64_t beyond = static_cast<uint64_t>(number) - static_cast<uint64_t>(unit_begin_);
    if (numbers_.size() == 0 || beyond >= static_cast<uint64_t>(whole_->unit_)) {
      unit_begin_ = RoundDown(number, whole_->unit_);
      const auto bits = static_cast<uint64_t>(unit_begin_);
      numbers_.Encode({&bits, 1}, &unit_code_);
    }
    return unit_code_;
  }

  /// About; twice, because all threads' are brought together.
  size_t dictionary_bytes() const {
    size_t bytes = 0;
    for (const auto& texts : codes_.dictionaries) bytes += texts.plain().size() + 48 * texts.size();
    for (const auto& pairs : codes_.pairs) bytes += 48 * pairs.size();
    bytes += 48 * numbers_.size();
    return 2 * bytes;
  }

  CountedRows* whole_;
  CountedRows::Codes codes_;
  parquet::NumberDictionary numbers_;
  int64_t unit_begin_ = 0;  ///< of the number before
  uint32_t unit_code_ = 0;
  std::vector<uint64_t> keys_;  ///< code of the number, code of the texts
  RowTotals totals_;
  std::vector<std::string_view> texts_;  ///< of one column of a chunk, as all below
  std::vector<uint32_t> found_, text_codes_;
  std::vector<uint64_t> pairs_;
};

void AppendChunk(CountingThread* thread, duckdb_data_chunk chunk) { thread->Append(chunk); }

CountedRows::CountedRows(size_t texts, int64_t unit, size_t bytes_max)
    : texts_(texts), unit_(unit), bytes_max_(bytes_max) {}
CountedRows::~CountedRows() = default;

CountingThread* CountedRows::AddThread() {
  const std::scoped_lock lock(mutex_);
  threads_.push_back(std::make_unique<CountingThread>(this));
  return threads_.back().get();
}

bool CountedRows::TakeBytes(size_t bytes) {
  const size_t all = bytes_ += bytes;
  if (all > bytes_max_) overflowed_ = true;
  return !overflowed_;
}

/// By the thread's code of a number: how many numbers are less.
std::vector<uint64_t> CountedRows::RanksOf(const CountingThread& thread) const {
  std::vector<uint64_t> ranks;
  for (const uint64_t value : thread.numbers_.values()) {
    const auto at = std::ranges::lower_bound(numbers_, static_cast<int64_t>(value));
    ranks.push_back(static_cast<uint64_t>(at - numbers_.begin()));
  }
  return ranks;
}

/// By a thread's code of the texts: that of all threads.
std::vector<uint32_t> CountedRows::TakeOver(const Codes& codes) {
  std::vector<std::vector<uint32_t>> of_text(texts_);
  for (size_t t = 0; t < texts_; ++t) {
    const parquet::TextDictionary& from = codes.dictionaries[t];
    std::vector<std::string_view> texts(from.size());
    for (size_t c = 0; c < texts.size(); ++c) texts[c] = from.Text(static_cast<uint32_t>(c));
    of_text[t].resize(texts.size() + 1);
    codes_->dictionaries[t].Encode(texts, of_text[t].data() + 1);
    for (size_t c = 1; c < of_text[t].size(); ++c) ++of_text[t][c];
  }
  std::vector<uint32_t> map = std::move(of_text.front());
  for (size_t t = 1; t < texts_; ++t) {
    std::vector<uint64_t> pairs = codes.pairs[t - 1].values();
    for (uint64_t& pair : pairs) {
      pair = uint64_t{map[pair >> 32]} << 32 | of_text[t][static_cast<uint32_t>(pair)];
    }
    map.resize(pairs.size());
    codes_->pairs[t - 1].Encode(pairs, map.data());
  }
  return map;
}

/// Each thread's keys go behind those of the threads before it; first the room is measured.
void CountedRows::FillParts(size_t threads, const std::vector<std::vector<uint32_t>>& maps) {
  parts_.resize(kParts);
  const uint64_t ranks_a_part = numbers_.size() / kParts + 1;
  std::vector<std::vector<uint64_t>> ranks(threads_.size());
  std::vector<std::array<size_t, kParts>> places(threads_.size());
  const auto for_each_thread = [&](const std::function<void(size_t)>& work) {
    [[maybe_unused]] const Status none_fails =
        InParallel(threads_.size(), threads, [&](size_t thread) -> Status {
          work(thread);
          return {};
        });
  };
  for_each_thread([&](size_t t) {
    ranks[t] = RanksOf(*threads_[t]);
    places[t] = {};
    for (const uint64_t key : threads_[t]->keys_) ++places[t][ranks[t][key >> 32] / ranks_a_part];
  });
  for (size_t part = 0; part < kParts; ++part) {
    size_t at = 0;
    for (auto& place : places) at += std::exchange(place[part], at);
    parts_[part].keys.resize(at);
  }
  for_each_thread([&](size_t t) {
    for (const uint64_t key : threads_[t]->keys_) {
      const uint64_t rank = ranks[t][key >> 32];
      const uint64_t part = rank / ranks_a_part;
      parts_[part].keys[places[t][part]++] =
          rank * combinations_ + maps[t][static_cast<uint32_t>(key)];
    }
    threads_[t].reset();
  });
}

bool CountedRows::Finish(size_t threads) {
  for (const auto& thread : threads_) {
    totals_.rows += thread->totals_.rows;
    totals_.without_number += thread->totals_.without_number;
    totals_.greatest = std::max(totals_.greatest, thread->totals_.greatest);
  }
  if (overflowed_) {
    threads_.clear();
    return false;
  }
  for (const auto& thread : threads_) {
    for (const uint64_t value : thread->numbers_.values()) {
      numbers_.push_back(static_cast<int64_t>(value));
    }
  }
  std::ranges::sort(numbers_);
  const auto same = std::ranges::unique(numbers_);
  numbers_.erase(same.begin(), same.end());
  codes_ = std::make_unique<Codes>(texts_);
  std::vector<std::vector<uint32_t>> maps;
  for (const auto& thread : threads_) maps.push_back(TakeOver(thread->codes_));
  combinations_ = codes_->size();
  FillParts(threads, maps);
  threads_.clear();
  [[maybe_unused]] const Status none_fails =
      InParallel(kParts, threads, [this](size_t part) -> Status {
        SortAndCount(&parts_[part]);
        return {};
      });
  return true;
}

size_t CountedRows::size() const {
  size_t rows = 0;
  for (const Part& part : parts_) rows += part.keys.size();
  return rows;
}

void CountedRows::TextsOf(uint64_t code, std::span<std::string_view> texts) const {
  for (size_t t = texts.size(); t-- > 0;) {
    const uint32_t own = TakeLast(t + 1, &code);
    texts[t] = own == 0 ? std::string_view() : Text(t, own);
  }
}

std::vector<CountedRows::Sum> CountedRows::SumsOf(const Part& part,
                                                  std::vector<size_t>* scratch) const {
  std::vector<Sum> sums;
  // By the code of the texts before the last: the place behind its sum, where that is of this
  // number.
  if (scratch->empty()) {
    scratch->resize(texts_ == 1 ? 1 : texts_ == 2 ? CodesOf(0) : codes_->pairs[texts_ - 3].size());
  }
  size_t begin = 0;
  ForEach(part.keys, [&](size_t place, int64_t number, uint64_t code) {
    if (sums.empty() || sums.back().number != number) begin = sums.size();
    const bool has_text = TakeLast(texts_, &code) != 0;
    if (texts_ == 1) code = 0;
    if ((*scratch)[code] <= begin) {
      sums.push_back({.number = number, .code = code});
      (*scratch)[code] = sums.size();
    }
    Sum& sum = sums[(*scratch)[code] - 1];
    sum.rows += part.rows[place];
    sum.texts += has_text ? 1 : 0;
  });
  for (const Sum& sum : sums) (*scratch)[sum.code] = 0;
  return sums;
}

}  // namespace cadenza::engine
