#include "parquet/thrift_compact.h"

#include <cassert>

namespace cadenza::parquet {

namespace {

constexpr uint8_t kTrue = 1;
constexpr uint8_t kFalse = 2;
constexpr uint8_t kInt32Type = 5;
constexpr uint8_t kInt64Type = 6;
constexpr uint8_t kBinaryType = 8;
constexpr uint8_t kListType = 9;
constexpr uint8_t kStructType = 12;
constexpr size_t kLongList = 15;

}  // namespace

void AppendVarint(std::string* out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out->push_back(static_cast<char>(value | 0x80));
  out->push_back(static_cast<char>(value));
}

void ThriftCompactWriter::Header(int field, uint8_t type) {
  const int delta = field - last_field_[depth_];
  assert(delta >= 1 && delta <= 15);
  out_->push_back(static_cast<char>(delta << 4 | type));
  last_field_[depth_] = field;
}

void ThriftCompactWriter::Bool(int field, bool value) { Header(field, value ? kTrue : kFalse); }

void ThriftCompactWriter::Int32(int field, int32_t value) {
  Header(field, kInt32Type);
  AppendVarint(out_, ZigZag(value));
}

void ThriftCompactWriter::Int64(int field, int64_t value) {
  Header(field, kInt64Type);
  AppendVarint(out_, ZigZag(value));
}

void ThriftCompactWriter::Binary(int field, std::string_view value) {
  Header(field, kBinaryType);
  BinaryElement(value);
}

void ThriftCompactWriter::BeginStruct(int field) {
  Header(field, kStructType);
  BeginStructElement();
}

void ThriftCompactWriter::BeginStructElement() {
  assert(depth_ + 1 < kDepthMax);
  last_field_[++depth_] = 0;
}

void ThriftCompactWriter::EndStruct() {
  out_->push_back(0);
  // The outermost struct was begun by nobody.
  if (depth_ > 0) --depth_;
}

void ThriftCompactWriter::List(int field, Element element, size_t size) {
  Header(field, kListType);
  const auto type = static_cast<uint8_t>(element);
  if (size < kLongList) {
    out_->push_back(static_cast<char>(size << 4 | type));
  } else {
    out_->push_back(static_cast<char>(kLongList << 4 | type));
    AppendVarint(out_, size);
  }
}

void ThriftCompactWriter::Int32Element(int32_t value) { AppendVarint(out_, ZigZag(value)); }

void ThriftCompactWriter::BinaryElement(std::string_view value) {
  AppendVarint(out_, value.size());
  out_->append(value);
}

void ThriftCompactWriter::Encoded(std::string_view fields, int last_field) {
  assert(last_field_[depth_] == 0);
  out_->append(fields);
  last_field_[depth_] = last_field;
}

}  // namespace cadenza::parquet
