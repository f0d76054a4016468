#include "ingest/line_places.h"

#include <array>
#include <numeric>
#include <string_view>
#include <vector>

namespace cadenza::ingest {
namespace {

constexpr std::string_view kBom = "\xEF\xBB\xBF";
constexpr int64_t kBomBytes = 3;

/// The last four bytes of a .gz: the size of its last member, modulo 2^32.
Result<uint32_t> SizeAtEnd(SourceFile file) {
  file.compression = Compression::kNone;
  CADENZA_ASSIGN(const std::shared_ptr<ByteRange> range, OpenRange(file));
  std::array<char, 4> bytes{};
  if (range->size_bytes() < 4) return 0U;
  CADENZA_ASSIGN(const size_t got,
                 range->ReadAt(range->size_bytes() - 4, bytes.data(), bytes.size()));
  uint32_t size = 0;
  for (size_t i = got; i > 0; --i) size = size << 8 | static_cast<unsigned char>(bytes[i - 1]);
  return size;
}

struct Unpacked {
  int64_t size_bytes = 0;
  int64_t bom_bytes = 0;
};

/// `to_end`: else it is enough to look at the beginning.
Result<Unpacked> Unpack(const SourceFile& file, bool to_end) {
  CADENZA_ASSIGN(const std::unique_ptr<ByteStream> stream, OpenStream(file));
  Unpacked unpacked;
  std::vector<char> buffer(size_t{1} << 20);
  std::string begin;
  while (to_end || begin.size() < kBom.size()) {
    CADENZA_ASSIGN(const size_t got, stream->Read(buffer.data(), buffer.size()));
    if (got == 0) break;
    if (begin.size() < kBom.size()) begin.append(buffer.data(), got);
    unpacked.size_bytes += static_cast<int64_t>(got);
  }
  if (begin.starts_with(kBom)) unpacked.bom_bytes = kBomBytes;
  return unpacked;
}

Result<Unpacked> UnpackedOf(const SourceFile& file, int64_t read_bytes) {
  CADENZA_ASSIGN(Unpacked unpacked, Unpack(file, false));
  CADENZA_ASSIGN(const uint32_t size, SizeAtEnd(file));
  unpacked.size_bytes = read_bytes + unpacked.bom_bytes;
  if (static_cast<uint32_t>(unpacked.size_bytes) == size) return unpacked;
  // Several members, or no line end at the end.
  return Unpack(file, true);
}

}  // namespace

Result<FilePlaces> PlaceLines(const SourceFile& file, const BlockBytes& read) {
  const int64_t read_bytes =
      std::accumulate(read.begin(), read.end(), int64_t{0},
                      [](int64_t sum, const auto& block) { return sum + block.second; });
  FilePlaces places;
  places.size_bytes = file.size_bytes;
  if (file.compression == Compression::kGzip) {
    CADENZA_ASSIGN(const Unpacked unpacked, UnpackedOf(file, read_bytes));
    places.size_bytes = unpacked.size_bytes;
    places.bom_bytes = unpacked.bom_bytes;
  } else if (places.size_bytes - read_bytes > 0) {
    places.bom_bytes = kBomBytes;
  }
  const int64_t missing = places.size_bytes - places.bom_bytes - read_bytes;
  if (missing != 0 && (missing != -1 || read.empty())) {
    return MakeError(ErrorKind::kInput,
                     "the cluster read {} bytes of lines in a file of {} bytes: {} (did it change, "
                     "or does the cluster see another file there?)",
                     read_bytes, places.size_bytes, file.name);
  }
  int64_t begin = places.bom_bytes;
  for (const auto& [block, bytes] : read) {
    places.begins[block] = begin;
    begin += bytes;
  }
  return places;
}

}  // namespace cadenza::ingest
