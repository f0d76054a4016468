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
  CountedRows(size_t texts, size_t bytes_max);
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
  int64_t NumberOf(uint64_t key) const { return numbers_[key / combinations_]; }
  /// The texts of a key, nullptr data for NULL, into `texts()` places.
  void TextsOf(uint64_t key, std::string_view* texts) const;

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

  const size_t texts_, bytes_max_;
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

/// Registers cadenza_count_row(number of a registered object, number, measure, text...), which
/// returns 1, and the table function cadenza_counted_rows(number of a registered object).
Status RegisterCountedRows(duckdb_connection connection, ScanRegistry<CountedRows>* counted);

}  // namespace cadenza::engine
