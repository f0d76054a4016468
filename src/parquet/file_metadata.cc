#include "parquet/file_metadata.h"

#include "parquet/column_chunk.h"
#include "parquet/thrift_compact.h"

namespace cadenza::parquet {

namespace {

// All numbers are those of parquet.thrift.
constexpr int32_t kFormatVersion = 1;
constexpr int32_t kOptional = 1;
constexpr int32_t kPlain = 0;
constexpr int32_t kRle = 3;
constexpr int32_t kUncompressed = 0;
constexpr int32_t kDataPage = 0;
constexpr int kNoConvertedType = -1;

struct WireType {
  int32_t physical;
  int32_t converted;
};

WireType Wire(Type type) {
  switch (type) {
    case Type::kBoolean:
      return {.physical = 0, .converted = kNoConvertedType};
    case Type::kInt32:
      return {.physical = 1, .converted = kNoConvertedType};
    case Type::kInt64:
      return {.physical = 2, .converted = kNoConvertedType};
    case Type::kDouble:
      return {.physical = 5, .converted = kNoConvertedType};
    case Type::kText:
      return {.physical = 6, .converted = 0};
    case Type::kDate:
      return {.physical = 1, .converted = 6};
    case Type::kTimestampUtc:
      return {.physical = 2, .converted = 10};
  }
  __builtin_unreachable();
}

void EmptyStruct(ThriftCompactWriter* out, int field) {
  out->BeginStruct(field);
  out->EndStruct();
}

void EncodeLogicalType(ThriftCompactWriter* out, int field, Type type) {
  out->BeginStruct(field);
  if (type == Type::kText) {
    EmptyStruct(out, 1);  // STRING
  } else if (type == Type::kDate) {
    EmptyStruct(out, 6);  // DATE
  } else {
    out->BeginStruct(8);  // TIMESTAMP
    out->Bool(1, true);   // isAdjustedToUTC
    out->BeginStruct(2);  // unit
    EmptyStruct(out, 2);  // MICROS
    out->EndStruct();
    out->EndStruct();
  }
  out->EndStruct();
}

void EncodeSchemaColumn(ThriftCompactWriter* out, const Column& column) {
  const WireType wire = Wire(column.type);
  out->BeginStructElement();
  out->Int32(1, wire.physical);
  out->Int32(3, kOptional);
  out->Binary(4, column.name);
  if (wire.converted != kNoConvertedType) {
    // Older readers know only the converted type, newer ones prefer the logical type.
    out->Int32(6, wire.converted);
    EncodeLogicalType(out, 10, column.type);
  }
  out->EndStruct();
}

constexpr int kFooterStartLastField = 2;

std::string EncodeFooterStart(const std::vector<Column>& columns) {
  std::string fields;
  ThriftCompactWriter out(&fields);
  out.Int32(1, kFormatVersion);
  out.List(kFooterStartLastField, ThriftCompactWriter::Element::kStruct, columns.size() + 1);
  out.BeginStructElement();
  out.Binary(4, "schema");  // the root; its name means nothing
  out.Int32(5, static_cast<int32_t>(columns.size()));
  out.EndStruct();
  for (const Column& column : columns) EncodeSchemaColumn(&out, column);
  return fields;
}

constexpr int kColumnStartLastField = 4;

std::string EncodeColumnStart(const Column& column) {
  std::string fields;
  ThriftCompactWriter out(&fields);
  out.Int32(1, Wire(column.type).physical);
  out.List(2, ThriftCompactWriter::Element::kInt32, 2);
  out.Int32Element(kPlain);
  out.Int32Element(kRle);
  out.List(3, ThriftCompactWriter::Element::kBinary, 1);
  out.BinaryElement(column.name);
  out.Int32(kColumnStartLastField, kUncompressed);
  return fields;
}

constexpr int kRowGroups = 4;

std::string EncodeFooterEnd(size_t columns) {
  std::string fields;
  ThriftCompactWriter out(&fields);
  out.Encoded({}, kRowGroups);
  out.Binary(6, "Cadenza " CADENZA_VERSION);
  // Without a stated order readers must ignore min_value and max_value.
  out.List(7, ThriftCompactWriter::Element::kStruct, columns);
  for (size_t column = 0; column < columns; ++column) {
    out.BeginStructElement();
    EmptyStruct(&out, 1);  // TYPE_ORDER
    out.EndStruct();
  }
  out.EndStruct();
  return fields;
}

void EncodeColumnChunk(ThriftCompactWriter* out, std::string_view start, const ColumnChunk& chunk,
                       const PagePlace& place) {
  out->BeginStructElement();
  out->Int64(2, 0);  // file_offset: required, and by the specification to be written as 0
  out->BeginStruct(3);
  out->Encoded(start, kColumnStartLastField);
  out->Int64(5, chunk.rows());
  out->Int64(6, place.size_bytes);  // uncompressed
  out->Int64(7, place.size_bytes);  // compressed
  out->Int64(9, place.offset);
  out->BeginStruct(12);
  chunk.EncodeStatistics(out);
  out->EndStruct();
  out->EndStruct();
  out->EndStruct();
}

}  // namespace

void EncodePageHeader(int32_t rows, int32_t size_bytes, std::string* out) {
  ThriftCompactWriter header(out);
  header.Int32(1, kDataPage);
  header.Int32(2, size_bytes);  // uncompressed
  header.Int32(3, size_bytes);  // compressed
  header.BeginStruct(5);
  header.Int32(1, rows);
  header.Int32(2, kPlain);
  header.Int32(3, kRle);  // definition levels
  header.Int32(4, kRle);  // repetition levels: none are written, for nothing repeats
  header.EndStruct();
  header.EndStruct();
}

FooterEncoder::FooterEncoder(const std::vector<Column>& columns)
    : start_(EncodeFooterStart(columns)), end_(EncodeFooterEnd(columns.size())) {
  column_starts_.reserve(columns.size());
  for (const Column& column : columns) column_starts_.push_back(EncodeColumnStart(column));
}

void FooterEncoder::Encode(const std::vector<ColumnChunk>& chunks,
                           const std::vector<PagePlace>& places, std::string* out) const {
  const int64_t rows = chunks.empty() ? 0 : chunks.front().rows();
  ThriftCompactWriter footer(out);
  footer.Encoded(start_, kFooterStartLastField);
  footer.Int64(3, rows);
  footer.List(kRowGroups, ThriftCompactWriter::Element::kStruct, rows == 0 ? 0 : 1);
  if (rows > 0) {
    footer.BeginStructElement();
    footer.List(1, ThriftCompactWriter::Element::kStruct, chunks.size());
    int64_t size_bytes = 0;
    for (size_t column = 0; column < chunks.size(); ++column) {
      EncodeColumnChunk(&footer, column_starts_[column], chunks[column], places[column]);
      size_bytes += places[column].size_bytes;
    }
    footer.Int64(2, size_bytes);
    footer.Int64(3, rows);
    footer.Int64(5, places.front().offset);
    footer.Int64(6, size_bytes);  // compressed
    footer.EndStruct();
  }
  out->append(end_);
}

}  // namespace cadenza::parquet
