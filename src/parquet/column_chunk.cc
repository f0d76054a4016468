#include "parquet/column_chunk.h"

#include <cassert>
#include <limits>

#include "parquet/plain_encoding.h"

namespace cadenza::parquet {

namespace {

bool IsInt32(Type type) { return type == Type::kInt32 || type == Type::kDate; }

}  // namespace

void ColumnChunk::AppendBoolean(bool value) {
  assert(type_ == Type::kBoolean);
  const int64_t bit = levels_.defined() % 8;
  if (bit == 0) values_.push_back(0);
  if (value) values_.back() = static_cast<char>(values_.back() | 1 << bit);
  range_.AddInt(value ? 1 : 0);
  levels_.Append(true);
}

void ColumnChunk::AppendInt(int64_t value) {
  assert(IsInt32(type_) || type_ == Type::kInt64 || type_ == Type::kTimestampUtc);
  if (IsInt32(type_)) {
    assert(value >= std::numeric_limits<int32_t>::min());
    assert(value <= std::numeric_limits<int32_t>::max());
    AppendPlain(&values_, static_cast<int32_t>(value));
  } else {
    AppendPlain(&values_, value);
  }
  range_.AddInt(value);
  levels_.Append(true);
}

void ColumnChunk::AppendDouble(double value) {
  assert(type_ == Type::kDouble);
  AppendPlain(&values_, value);
  range_.AddDouble(value);
  levels_.Append(true);
}

void ColumnChunk::AppendText(std::string_view utf8) {
  assert(type_ == Type::kText);
  AppendPlain(&values_, static_cast<uint32_t>(utf8.size()));
  values_.append(utf8);
  range_.AddText(utf8);
  levels_.Append(true);
}

void ColumnChunk::EncodePage(std::string* out) const {
  levels_.Encode(out);
  out->append(values_);
}

void ColumnChunk::Clear() {
  levels_.Clear();
  values_.clear();
  range_.Clear();
}

}  // namespace cadenza::parquet
