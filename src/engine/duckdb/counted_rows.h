#pragma once

#include <duckdb.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "engine/duckdb/connection.h"
#include "engine/duckdb/row_layout.h"
#include "engine/duckdb/scan_binding.h"
#include "engine/row_counter.h"
#include "parquet/dictionary.h"

namespace cadenza::engine {

class CountingThread;

/// How often each (number, texts) came, from any number of threads: RowCounter.
/// A row is one 64-bit key (the rank of its number, the code of its texts). Keys are sorted, not
/// hashed: where most rows differ, each look-up in a table of all of them waits for memory, while a
/// radix sort reads and writes in order. Dictionaries stay small as long as texts repeat.
class CountedRows {
 public:
  CountedRows(size_t texts, int64_t unit, size_t bytes_max);
  ~CountedRows();

  /// What one thread has in hand; owned by the object. Thread-safe.
  CountingThread* AddThread();
  /// After the last row: false when the rows did not fit into bytes_max. Uses so many threads.
  bool Finish(size_t threads);
  const RowTotals& totals() const { return totals_; }

  // After Finish().
  size_t texts() const { return texts_; }
  /// One after the other in the order of the number.
  struct Part {
    std::vector<uint64_t> keys;
    std::vector<uint32_t> rows;  ///< of each key
  };
  const std::vector<Part>& parts() const { return parts_; }
  size_t size() const;
  /// Calls take(place, number, code of the texts) for each key; keys are in their order.
  template <class Take>
  void ForEach(std::span<const uint64_t> keys, const Take& take) const {
    uint64_t rank = 0, first = 0;  // key of the rank
    for (size_t k = 0; k < keys.size(); ++k) {
      if (keys[k] - first >= combinations_) {
        rank = keys[k] / combinations_;
        first = rank * combinations_;
      }
      take(k, numbers_[rank], keys[k] - first);
    }
  }
  /// Takes the last of so many texts off their code, and gives its own: 0 is NULL.
  uint32_t TakeLast(size_t texts, uint64_t* code) const {
    if (texts == 1) return static_cast<uint32_t>(*code);
    const uint64_t pair = codes_->pairs[texts - 2].values()[*code];
    *code = pair >> 32;
    return static_cast<uint32_t>(pair);
  }
  /// Of one text by its own code, which is not 0.
  std::string_view Text(size_t text, uint32_t code) const {
    return codes_->dictionaries[text].Text(code - 1);
  }
  /// How many codes one text has, 0 included.
  size_t CodesOf(size_t text) const { return codes_->dictionaries[text].size() + 1; }
  /// The leading texts of their code, nullptr data for NULL.
  void TextsOf(uint64_t code, std::span<std::string_view> texts) const;

  /// Of a number and all texts but the last.
  struct Sum {
    int64_t number;
    uint64_t code;  ///< of the texts
    int64_t rows = 0;
    int64_t texts = 0;  ///< different last ones that are not NULL
  };
  /// In the order of the number. `scratch` is empty at first, and of one thread.
  std::vector<Sum> SumsOf(const Part& part, std::vector<size_t>* scratch) const;

 private:
  friend class CountingThread;
  /// The codes of rows' texts, of one thread or of all. Code 0 of a text is NULL; those of several
  /// texts are numbered pair by pair from the left.
  struct Codes {
    explicit Codes(size_t texts) : dictionaries(texts), pairs(texts > 1 ? texts - 1 : 0) {}
    std::vector<parquet::TextDictionary> dictionaries;
    std::vector<parquet::NumberDictionary> pairs;
    size_t size() const {
      return pairs.empty() ? dictionaries.front().size() + 1 : pairs.back().size();
    }
  };
  bool TakeBytes(size_t bytes);
  std::vector<uint64_t> RanksOf(const CountingThread& thread) const;
  std::vector<uint32_t> TakeOver(const Codes& codes);
  void FillParts(size_t threads, const std::vector<std::vector<uint32_t>>& maps);

  const size_t texts_;
  const int64_t unit_;
  const size_t bytes_max_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<CountingThread>> threads_;
  std::atomic<size_t> bytes_{0};
  std::atomic<bool> overflowed_{false};

  RowTotals totals_;
  std::unique_ptr<Codes> codes_;
  std::vector<int64_t> numbers_;  ///< by rank
  uint64_t combinations_ = 1;
  std::vector<Part> parts_;
};

/// The chunk of a call: its first column names the object, the others are the row.
void AppendChunk(CountingThread* thread, duckdb_data_chunk chunk);

/// Registers cadenza_count_row(number of a registered object, number, text...), which returns 1,
/// and the table functions cadenza_counted_rows and cadenza_counted_sums(number of a registered
/// object).
Status RegisterCountedRows(duckdb_connection connection, ScanRegistry<CountedRows>* counted);

}  // namespace cadenza::engine
