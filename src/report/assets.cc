#include "report/assets.h"

#include <zlib.h>

#include <algorithm>
#include <array>

namespace cadenza::report {
namespace {

struct TypeOfSuffix {
  std::string_view suffix, type;
};
constexpr std::array kTypes = {
    TypeOfSuffix{".js", "text/javascript; charset=utf-8"},
    TypeOfSuffix{".mjs", "text/javascript; charset=utf-8"},
    TypeOfSuffix{".css", "text/css; charset=utf-8"},
    TypeOfSuffix{".json", "application/json"},
    TypeOfSuffix{".svg", "image/svg+xml"},
    TypeOfSuffix{".woff2", "font/woff2"},
};

Result<std::string> Unpacked(std::string_view gzipped) {
  constexpr int kGzipOnly = 15 + 16;
  z_stream stream = {};
  if (inflateInit2(&stream, kGzipOnly) != Z_OK) {
    return MakeError(ErrorKind::kInternal, "no memory to unpack a part of the dashboard");
  }
  // zlib does not write there.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(gzipped.data()));
  stream.avail_in = static_cast<uInt>(gzipped.size());
  std::string text;
  std::array<char, 65536> buffer;
  int code = Z_OK;
  while (code == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream.avail_out = buffer.size();
    code = inflate(&stream, Z_NO_FLUSH);
    text.append(buffer.data(), buffer.size() - stream.avail_out);
  }
  inflateEnd(&stream);
  if (code != Z_STREAM_END) {
    return MakeError(ErrorKind::kInternal, "a part of the dashboard in the program is damaged");
  }
  return text;
}

}  // namespace

std::string_view Asset::content_type() const {
  for (const TypeOfSuffix& known : kTypes) {
    if (address.ends_with(known.suffix)) return known.type;
  }
  return "text/html; charset=utf-8";
}

Result<std::string> Asset::Text() const { return Unpacked(gzipped); }

const Asset* FindAsset(std::string_view address) {
  const auto found = std::ranges::find(Assets(), address, &Asset::address);
  return found == Assets().end() ? nullptr : &*found;
}

Result<std::string> AssetText(std::string_view name) {
  for (const Asset& asset : Assets()) {
    const size_t slash = asset.address.rfind('/');
    if (asset.address.substr(slash + 1) == name) return asset.Text();
  }
  return MakeError(ErrorKind::kInternal, "the program has no asset {}", name);
}

}  // namespace cadenza::report
