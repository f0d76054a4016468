#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "parquet/dictionary.h"
#include "parquet/file_metadata.h"
#include "parquet/flat_file.h"
#include "parquet/levels.h"
#include "parquet/value_range.h"

namespace cadenza::parquet {

/// The values of one column of a row group under way. Texts, doubles and narrow numbers are held as
/// codes into a dictionary for as long as values repeat, else as they are; 64-bit whole numbers as
/// they are, because differences pack them as well and cost no look-up. Reusable after Encode; what
/// it has learnt of the column stays. The type is the caller's promise: each Append fits it.
class ColumnBuffer {
 public:
  explicit ColumnBuffer(Type type);

  /// Whether the next row has a value. The values themselves follow in their order.
  void AppendDefined(bool defined, int64_t rows = 1) { levels_.Append(defined, rows); }
  /// The same of up to 64 rows, the first in the lowest bit; the bits above them are 0.
  void AppendDefinedBits(uint64_t bits, int64_t rows) { levels_.AppendBits(bits, rows); }
  /// Values as codes into texts, each of which is the value of a row; few of them are equal.
  void AppendCodedTexts(std::span<const std::string_view> texts, std::span<const uint32_t> codes);
  /// All values of a row group as codes into distinct ones, numbered as they come, of numbers of
  /// any type, 64-bit whole ones too. The buffer has no values yet.
  void AppendCodedNumbers(std::span<const uint64_t> distinct, std::span<const uint32_t> codes);
  /// Numbers of any type by their bits: whole ones extended to 64 bits with their sign, doubles as
  /// they are, booleans 0 or 1.
  void AppendNumbers(std::span<const uint64_t> numbers);

  int64_t rows() const { return levels_.rows(); }
  /// About how much memory the values take.
  size_t size_bytes() const {
    return codes_.size() * sizeof(uint32_t) + texts_.plain().size() + plain_.size() +
           (numbers_.size() + coded_numbers_.size()) * sizeof(uint64_t);
  }
  /// Appends the chunk's pages to the row group's bytes, and is empty afterwards.
  EncodedColumn Encode(std::string* row_group);

 private:
  /// Room for so many more codes.
  uint32_t* MoreCodes(size_t count);
  void AppendPlainText(std::string_view utf8);
  size_t DistinctCount() const;
  bool CodesPay(double distinct_share_max) const;
  void LookWhetherCodesPay();
  void Decode();
  ValueRange Range() const;
  void AppendPlainNumbers(const std::vector<uint64_t>& values, std::string* out) const;
  std::string DictionaryPage() const;
  Encoding AppendValues(std::string* page) const;
  void Clear();

  Type type_;
  bool is_coded_;
  size_t look_at_ = 0;  ///< so many codes are worth a look whether they pay
  DefinitionLevels levels_;
  std::vector<uint32_t> codes_;
  std::vector<uint32_t> numbered_;  ///< codes here, by codes of the caller
  TextDictionary texts_;
  NumberDictionary coded_numbers_;
  std::string plain_;              ///< texts that are not coded, in PLAIN
  std::vector<uint64_t> numbers_;  ///< numbers that are not coded
};

}  // namespace cadenza::parquet
