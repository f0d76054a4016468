#include "parquet/file_metadata.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <limits>

#include "parquet/plain_encoding.h"
#include "parquet/thrift_compact.h"

namespace cadenza::parquet {

namespace {

// All numbers are those of parquet.thrift.
constexpr int32_t kFormatVersion = 1;
constexpr int32_t kOptional = 1;
constexpr int32_t kPlain = 0;
constexpr int32_t kPlainDictionary = 2;  // of version 1 pages, which every reader knows
constexpr int32_t kRle = 3;
constexpr int32_t kDeltaBinaryPacked = 5;
constexpr int32_t kUncompressed = 0;
constexpr int32_t kSnappy = 1;
constexpr int32_t kDataPage = 0;
constexpr int32_t kDictionaryPage = 2;
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
constexpr size_t kColumnKinds = 6;  // of encodings and codecs

int32_t Wire(Encoding encoding) {
  switch (encoding) {
    case Encoding::kPlain:
      return kPlain;
    case Encoding::kDictionary:
      return kPlainDictionary;
    case Encoding::kDelta:
      return kDeltaBinaryPacked;
  }
  __builtin_unreachable();
}

size_t KindOf(Encoding encoding, Codec codec) {
  return static_cast<size_t>(encoding) * 2 + static_cast<size_t>(codec);
}

std::string EncodeColumnStart(const Column& column, Encoding encoding, Codec codec) {
  std::string fields;
  ThriftCompactWriter out(&fields);
  out.Int32(1, Wire(column.type).physical);
  out.List(2, ThriftCompactWriter::Element::kInt32, 2);
  out.Int32Element(Wire(encoding));
  out.Int32Element(kRle);
  out.List(3, ThriftCompactWriter::Element::kBinary, 1);
  out.BinaryElement(column.name);
  out.Int32(kColumnStartLastField, codec == Codec::kSnappy ? kSnappy : kUncompressed);
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

void EncodeColumnChunk(ThriftCompactWriter* out, std::string_view start, const RowGroup& group,
                       const EncodedColumn& column) {
  out->BeginStructElement();
  out->Int64(2, 0);  // file_offset: required, and by the specification to be written as 0
  out->BeginStruct(3);
  out->Encoded(start, kColumnStartLastField);
  out->Int64(5, group.rows);
  out->Int64(6, column.unpacked_bytes);
  out->Int64(7, column.size_bytes);
  out->Int64(9, group.at + column.data_at);
  if (column.dictionary_at >= 0) out->Int64(11, group.at + column.dictionary_at);
  out->BeginStruct(12);
  column.range.EncodeStatistics(column.null_count, out);
  out->EndStruct();
  out->EndStruct();
  out->EndStruct();
}

void EncodeSizes(PageSize size, int32_t kind, ThriftCompactWriter* out) {
  out->Int32(1, kind);
  out->Int32(2, size.unpacked_bytes);
  out->Int32(3, size.stored_bytes);
}

}  // namespace

int32_t PageCount(size_t count) {
  if (count > std::numeric_limits<int32_t>::max()) {
    fmt::print(stderr, "cadenza: a Parquet page holds less than 2^31 rows and bytes: {}\n", count);
    std::abort();
  }
  return static_cast<int32_t>(count);
}

void EncodePageHeader(int32_t rows, PageSize size, Encoding encoding, std::string* out) {
  ThriftCompactWriter header(out);
  EncodeSizes(size, kDataPage, &header);
  header.BeginStruct(5);
  header.Int32(1, rows);
  header.Int32(2, Wire(encoding));
  header.Int32(3, kRle);  // definition levels
  header.Int32(4, kRle);  // repetition levels: none are written, for nothing repeats
  header.EndStruct();
  header.EndStruct();
}

void EncodeDictionaryHeader(int32_t values, PageSize size, std::string* out) {
  ThriftCompactWriter header(out);
  EncodeSizes(size, kDictionaryPage, &header);
  header.BeginStruct(7);
  header.Int32(1, values);
  header.Int32(2, Wire(Encoding::kDictionary));
  header.EndStruct();
  header.EndStruct();
}

FooterEncoder::FooterEncoder(const std::vector<Column>& columns)
    : start_(EncodeFooterStart(columns)), end_(EncodeFooterEnd(columns.size())) {
  column_starts_.reserve(columns.size() * kColumnKinds);
  for (const Column& column : columns) {
    for (const Encoding encoding : {Encoding::kPlain, Encoding::kDictionary, Encoding::kDelta}) {
      for (const Codec codec : {Codec::kNone, Codec::kSnappy}) {
        column_starts_.push_back(EncodeColumnStart(column, encoding, codec));
      }
    }
  }
}

void FooterEncoder::Encode(std::span<const RowGroup> row_groups, std::string* out) const {
  const size_t footer_at = out->size();
  int64_t rows = 0;
  for (const RowGroup& group : row_groups) rows += group.rows;
  ThriftCompactWriter footer(out);
  footer.Encoded(start_, kFooterStartLastField);
  footer.Int64(3, rows);
  footer.List(kRowGroups, ThriftCompactWriter::Element::kStruct, row_groups.size());
  for (const RowGroup& group : row_groups) {
    footer.BeginStructElement();
    footer.List(1, ThriftCompactWriter::Element::kStruct, group.columns.size());
    int64_t size_bytes = 0;
    int64_t unpacked_bytes = 0;
    for (size_t c = 0; c < group.columns.size(); ++c) {
      const EncodedColumn& column = group.columns[c];
      EncodeColumnChunk(&footer,
                        column_starts_[c * kColumnKinds + KindOf(column.encoding, column.codec)],
                        group, column);
      size_bytes += column.size_bytes;
      unpacked_bytes += column.unpacked_bytes;
    }
    footer.Int64(2, unpacked_bytes);
    footer.Int64(3, group.rows);
    footer.Int64(5, group.at);
    footer.Int64(6, size_bytes);
    footer.EndStruct();
  }
  out->append(end_);
  AppendPlain(out, static_cast<uint32_t>(out->size() - footer_at));
  out->append(kMagic);
}

}  // namespace cadenza::parquet
