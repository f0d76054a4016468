#include "parquet/levels.h"

#include "parquet/plain_encoding.h"
#include "parquet/thrift_compact.h"

namespace cadenza::parquet {

void DefinitionLevels::AppendWord(uint64_t bits, int64_t rows) {
  if (words_.empty() && rows_ > 0) {
    const auto words = static_cast<size_t>((rows_ + kWordRows - 1) / kWordRows);
    words_.assign(words, defined_ == 0 ? 0 : ~uint64_t{0});
    if (rows_ % kWordRows != 0 && defined_ > 0) words_.back() >>= kWordRows - rows_ % kWordRows;
  }
  const int64_t filled = rows_ % kWordRows;
  if (filled == 0) {
    words_.push_back(bits);
  } else {
    words_.back() |= bits << filled;
    if (filled + rows > kWordRows) words_.push_back(bits >> (kWordRows - filled));
  }
  rows_ += rows;
  defined_ += std::popcount(bits);
}

void DefinitionLevels::Encode(std::string* out) const {
  const size_t length_at = out->size();
  AppendPlain(out, uint32_t{0});
  if (defined_ == rows_ || defined_ == 0) {
    AppendVarint(out, static_cast<uint64_t>(rows_) << 1);
    out->push_back(defined_ == 0 ? 0 : 1);
  } else {
    const auto bytes = static_cast<size_t>(rows_ + 7) / 8;
    AppendVarint(out, bytes << 1 | 1);
    out->append(reinterpret_cast<const char*>(words_.data()), bytes);
  }
  const size_t size_bytes = out->size() - length_at - sizeof(uint32_t);
  const PlainBytes length(static_cast<uint32_t>(size_bytes));
  out->replace(length_at, sizeof(uint32_t), length.view());
}

void DefinitionLevels::Clear() {
  words_.clear();
  rows_ = 0;
  defined_ = 0;
}

}  // namespace cadenza::parquet
