#include "parquet/levels.h"

#include "parquet/plain_encoding.h"
#include "parquet/thrift_compact.h"

namespace cadenza::parquet {

void DefinitionLevels::AppendBit(bool defined) {
  if (bits_.empty() && rows_ > 0) {
    bits_.assign(static_cast<size_t>(rows_ + 7) / 8, defined_ == 0 ? '\0' : '\xff');
    if (defined_ > 0 && rows_ % 8 != 0) bits_.back() = static_cast<char>((1 << (rows_ % 8)) - 1);
  }
  if (rows_ % 8 == 0) bits_.push_back(0);
  if (defined) {
    bits_.back() = static_cast<char>(bits_.back() | 1 << (rows_ % 8));
    ++defined_;
  }
  ++rows_;
}

void DefinitionLevels::Encode(std::string* out) const {
  const size_t length_at = out->size();
  AppendPlain(out, uint32_t{0});
  if (defined_ == rows_ || defined_ == 0) {
    AppendVarint(out, static_cast<uint64_t>(rows_) << 1);
    out->push_back(defined_ == 0 ? 0 : 1);
  } else {
    AppendVarint(out, bits_.size() << 1 | 1);
    out->append(bits_);
  }
  const size_t size_bytes = out->size() - length_at - sizeof(uint32_t);
  const PlainBytes length(static_cast<uint32_t>(size_bytes));
  out->replace(length_at, sizeof(uint32_t), length.view());
}

void DefinitionLevels::Clear() {
  bits_.clear();
  rows_ = 0;
  defined_ = 0;
}

}  // namespace cadenza::parquet
