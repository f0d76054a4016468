#include "simulate/gzip_member.h"

#include <zlib.h>

#include <cassert>

namespace cadenza::simulate {
namespace {

constexpr int kGzipWindow = 15 + 16;

Bytef* Input(std::string_view bytes) {
  // zlib's interface is older than const.
  return reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
}

}  // namespace

std::string GzipMember(std::string_view bytes) {
  constexpr int kLevel = 4;
  z_stream stream{};
  [[maybe_unused]] int state =
      deflateInit2(&stream, kLevel, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY);
  assert(state == Z_OK);
  std::string packed(deflateBound(&stream, bytes.size()) + 32, '\0');
  stream.next_in = Input(bytes);
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  state = deflate(&stream, Z_FINISH);
  assert(state == Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

std::string ReadableOfGzip(std::string_view packed) {
  std::string bytes;
  z_stream stream{};
  if (inflateInit2(&stream, kGzipWindow) != Z_OK) return bytes;
  stream.next_in = Input(packed);
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string block(size_t{1} << 18, '\0');
  while (true) {
    stream.next_out = reinterpret_cast<Bytef*>(block.data());
    stream.avail_out = static_cast<uInt>(block.size());
    const int state = inflate(&stream, Z_NO_FLUSH);
    bytes.append(block.data(), block.size() - stream.avail_out);
    if (state == Z_STREAM_END && stream.avail_in > 0) {
      inflateReset(&stream);
    } else if (state != Z_OK) {
      break;
    }
  }
  inflateEnd(&stream);
  return bytes;
}

}  // namespace cadenza::simulate
