#include "parquet/column_buffer.h"

#include <snappy.h>

#include <algorithm>
#include <bit>

#include "parquet/delta_encoding.h"
#include "parquet/hybrid_encoding.h"
#include "parquet/plain_encoding.h"

namespace cadenza::parquet {
namespace {

constexpr size_t kDictionaryBytesMax = size_t{4} << 20;
// A dictionary also spares readers the check of each copy of a text, so that few copies will do.
constexpr double kDistinctShareAtLast = 0.7;
// New values come ever more rarely, so that more of them are borne at first.
constexpr double kDistinctShareOnTheWay = 0.95;
constexpr size_t kLookEvery = 8192;
constexpr size_t kSampleBytes = size_t{64} << 10;
constexpr size_t kCompressFrom = 512;  // bytes; less is not worth a reader's call

bool IsNarrow(Type type) { return type == Type::kInt32 || type == Type::kDate; }

/// Whether the compressed bytes save enough of reading and writing to be worth their unpacking.
bool Pays(size_t compressed, size_t plain) { return compressed * 8 < plain * 7; }

bool WorthCompressing(std::string_view bytes) {
  if (bytes.size() < kCompressFrom) return false;
  // From the middle, because definition levels stand at the start.
  const std::string_view sample =
      bytes.size() <= kSampleBytes
          ? bytes
          : bytes.substr(bytes.size() / 2 - kSampleBytes / 2, kSampleBytes);
  std::string compressed;
  snappy::Compress(sample.data(), sample.size(), &compressed);
  return Pays(compressed.size(), sample.size());
}

}  // namespace

ColumnBuffer::ColumnBuffer(Type type)
    : type_(type),
      is_coded_(type == Type::kText || type == Type::kDouble || IsNarrow(type)),
      look_at_(kLookEvery) {}

uint32_t* ColumnBuffer::MoreCodes(size_t count) {
  codes_.resize(codes_.size() + count);
  return codes_.data() + codes_.size() - count;
}

void ColumnBuffer::AppendCodedTexts(std::span<const std::string_view> texts,
                                    std::span<const uint32_t> codes) {
  if (is_coded_) {
    numbered_.resize(texts.size());
    texts_.Encode(texts, numbered_.data());
    std::ranges::transform(codes, MoreCodes(codes.size()),
                           [&](uint32_t code) { return numbered_[code]; });
    return LookWhetherCodesPay();
  }
  for (const uint32_t code : codes) AppendPlainText(texts[code]);
}

// What is distinct is numbered as it comes, which is what the codes say already.

void ColumnBuffer::AppendCodedNumbers(std::span<const uint64_t> distinct,
                                      std::span<const uint32_t> codes) {
  is_coded_ = true;
  std::vector<uint32_t> numbered(distinct.size());
  coded_numbers_.Encode(distinct, numbered.data());
  std::ranges::copy(codes, MoreCodes(codes.size()));
  LookWhetherCodesPay();
}

void ColumnBuffer::AppendNumbers(std::span<const uint64_t> numbers) {
  if (is_coded_) {
    coded_numbers_.Encode(numbers, MoreCodes(numbers.size()));
    return LookWhetherCodesPay();
  }
  numbers_.insert(numbers_.end(), numbers.begin(), numbers.end());
}

void ColumnBuffer::AppendPlainText(std::string_view utf8) {
  AppendPlain(&plain_, static_cast<uint32_t>(utf8.size()));
  plain_.append(utf8);
}

size_t ColumnBuffer::DistinctCount() const {
  return type_ == Type::kText ? texts_.size() : coded_numbers_.size();
}

bool ColumnBuffer::CodesPay(double distinct_share_max) const {
  const auto distinct = static_cast<double>(DistinctCount());
  return distinct <= static_cast<double>(codes_.size()) * distinct_share_max &&
         texts_.plain().size() <= kDictionaryBytesMax;
}

void ColumnBuffer::LookWhetherCodesPay() {
  if (codes_.size() < look_at_) return;
  look_at_ = codes_.size() + kLookEvery;
  if (!CodesPay(kDistinctShareOnTheWay)) Decode();
}

/// From here on, in later row groups too, values that come one by one are held as they are.
void ColumnBuffer::Decode() {
  for (const uint32_t code : codes_) {
    if (type_ == Type::kText) {
      AppendPlainText(texts_.Text(code));
    } else {
      numbers_.push_back(coded_numbers_.values()[code]);
    }
  }
  codes_.clear();
  texts_.Clear();
  coded_numbers_.Clear();
  is_coded_ = false;
}

ValueRange ColumnBuffer::Range() const {
  ValueRange range(type_);
  const std::vector<uint64_t>& numbers = is_coded_ ? coded_numbers_.values() : numbers_;
  if (type_ == Type::kDouble) {
    for (const uint64_t bits : numbers) range.AddDouble(std::bit_cast<double>(bits));
  } else if (!numbers.empty()) {
    auto least = static_cast<int64_t>(numbers[0]), greatest = least;
    for (const uint64_t bits : numbers) {
      least = std::min(least, static_cast<int64_t>(bits));
      greatest = std::max(greatest, static_cast<int64_t>(bits));
    }
    range.AddInt(least);
    range.AddInt(greatest);
  }
  for (uint32_t code = 0; code < texts_.size(); ++code) range.AddText(texts_.Text(code));
  for (size_t at = 0; at < plain_.size();) {
    uint32_t size;
    std::memcpy(&size, plain_.data() + at, sizeof(size));
    range.AddText(std::string_view(plain_).substr(at + sizeof(size), size));
    at += sizeof(size) + size;
  }
  return range;
}

void ColumnBuffer::AppendPlainNumbers(const std::vector<uint64_t>& values, std::string* out) const {
  if (type_ == Type::kBoolean) {
    const size_t begin = out->size();
    out->resize(begin + (values.size() + 7) / 8);
    for (size_t i = 0; i < values.size(); ++i) {
      char& byte = (*out)[begin + i / 8];
      byte = static_cast<char>(byte | values[i] << (i % 8));
    }
  } else if (IsNarrow(type_)) {
    for (const uint64_t bits : values) AppendPlain(out, static_cast<uint32_t>(bits));
  } else {
    out->append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(uint64_t));
  }
}

std::string ColumnBuffer::DictionaryPage() const {
  if (type_ == Type::kText) return texts_.plain();
  std::string page;
  AppendPlainNumbers(coded_numbers_.values(), &page);
  return page;
}

Encoding ColumnBuffer::AppendValues(std::string* page) const {
  if (is_coded_) {
    const int width = BitWidth(DistinctCount());
    page->push_back(static_cast<char>(width));
    AppendHybrid(codes_, width, page);
    return Encoding::kDictionary;
  }
  if (type_ == Type::kInt64 || type_ == Type::kTimestampUtc) {
    const size_t begin = page->size();
    if (AppendDeltaPacked(numbers_, page)) {
      if (page->size() - begin < numbers_.size() * sizeof(uint64_t) * 7 / 8)
        return Encoding::kDelta;
      page->resize(begin);
    }
  }
  if (type_ == Type::kText) {
    page->append(plain_);
  } else {
    AppendPlainNumbers(numbers_, page);
  }
  return Encoding::kPlain;
}

EncodedColumn ColumnBuffer::Encode(std::string* row_group) {
  const bool was_coded = is_coded_;
  const auto row_count = static_cast<size_t>(rows());
  if (is_coded_ && (DistinctCount() == 0 || !CodesPay(kDistinctShareAtLast))) Decode();
  EncodedColumn column{.range = Range()};
  column.null_count = rows() - levels_.defined();
  const size_t begin = row_group->size();
  std::string dictionary, page;
  levels_.Encode(&page);
  column.encoding = AppendValues(&page);
  if (is_coded_) dictionary = DictionaryPage();
  const bool compress = column.encoding != Encoding::kDelta &&
                        WorthCompressing(page.size() >= dictionary.size() ? page : dictionary);
  column.codec = compress ? Codec::kSnappy : Codec::kNone;
  const auto append = [&](std::string_view bytes, const auto& encode_header) {
    std::string compressed;
    if (compress) snappy::Compress(bytes.data(), bytes.size(), &compressed);
    const std::string_view stored = compress ? std::string_view(compressed) : bytes;
    const size_t header_at = row_group->size();
    encode_header(PageSize{PageCount(bytes.size()), PageCount(stored.size())});
    column.unpacked_bytes += static_cast<int64_t>(row_group->size() - header_at + bytes.size());
    row_group->append(stored);
  };
  if (is_coded_) {
    column.dictionary_at = static_cast<int64_t>(row_group->size());
    append(dictionary, [&](PageSize size) {
      EncodeDictionaryHeader(PageCount(DistinctCount()), size, row_group);
    });
  }
  column.data_at = static_cast<int64_t>(row_group->size());
  append(page, [&](PageSize size) {
    EncodePageHeader(PageCount(row_count), size, column.encoding, row_group);
  });
  column.size_bytes = static_cast<int64_t>(row_group->size() - begin);
  Clear();
  // Few rows, or none with a value, have shown nothing of the column: the next row group may have
  // codes again.
  if (row_count < kLookEvery || column.null_count == static_cast<int64_t>(row_count)) {
    is_coded_ = was_coded;
  }
  return column;
}

void ColumnBuffer::Clear() {
  levels_.Clear();
  codes_.clear();
  texts_.Clear();
  coded_numbers_.Clear();
  plain_.clear();
  numbers_.clear();
  look_at_ = kLookEvery;
}

}  // namespace cadenza::parquet
