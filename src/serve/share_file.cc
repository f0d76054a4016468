#include "serve/share_file.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "delta/json_text.h"
#include "serve/secret_text.h"

namespace cadenza::serve {
namespace {

constexpr size_t kFilePieceBytes = 1 << 20;

/// Closed with the last copy.
struct OpenFile {
  explicit OpenFile(int number) : file(number) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() { ::close(file); }
  int file;
};

/// The reply without its body; the range that the body has.
http::Reply Begun(const http::Request& request, int64_t size, ByteRange* range) {
  http::Reply reply;
  reply.content_type = "application/octet-stream";
  reply.headers.emplace_back("Accept-Ranges", "bytes");
  *range = {0, size};
  const auto asked = ParseRange(request.Header("range"), size);
  if (!asked) {
    reply.length = size;
    return reply;
  }
  *range = *asked;
  reply.status = asked->begin < asked->end ? 206 : 416;
  reply.headers.emplace_back("Content-Range",
                             asked->begin < asked->end
                                 ? fmt::format("bytes {}-{}/{}", asked->begin, asked->end - 1, size)
                                 : fmt::format("bytes */{}", size));
  reply.length = asked->end - asked->begin;
  return reply;
}

}  // namespace

Result<FileSigner> FileSigner::Make() {
  CADENZA_ASSIGN(std::string secret, RandomBytes(32));
  return FileSigner(std::move(secret));
}

std::string FileSigner::MarkOf(std::string_view text) const {
  return ToUrlText(HmacSha256(secret_, text));
}

std::string FileSigner::Sign(const SharedFile& file) const {
  const std::string text = ToUrlText(
      delta::ToText({file.table, file.path, file.asked_by, file.forgotten_run, file.expires_ms}));
  return text + "." + MarkOf(text);
}

std::optional<SharedFile> FileSigner::Read(std::string_view signed_text) const {
  const size_t dot = signed_text.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const std::string_view text = signed_text.substr(0, dot), mark = signed_text.substr(dot + 1);
  const std::string right = MarkOf(text);
  if (mark.size() != right.size() || CRYPTO_memcmp(mark.data(), right.data(), mark.size()) != 0) {
    return std::nullopt;
  }
  const auto said = FromUrlText(text);
  const delta::Json fields = said ? delta::Json::parse(*said, nullptr, false) : delta::Json();
  if (!fields.is_array() || fields.size() != 5) return std::nullopt;
  return SharedFile{fields[0], fields[1], fields[2], fields[3], fields[4]};
}

std::optional<int64_t> ParseNumber(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

std::optional<ByteRange> ParseRange(std::string_view header, int64_t size) {
  constexpr std::string_view kBytes = "bytes=";
  if (!header.starts_with(kBytes) || header.find(',') != header.npos) return std::nullopt;
  header.remove_prefix(kBytes.size());
  const size_t dash = header.find('-');
  if (dash == header.npos) return std::nullopt;
  const std::string_view first = header.substr(0, dash), last = header.substr(dash + 1);
  const auto begin = ParseNumber(first), end = ParseNumber(last);
  if (first.empty() && end) return ByteRange{std::max<int64_t>(0, size - *end), size};
  if (!begin || (!last.empty() && (!end || *end < *begin))) return std::nullopt;
  if (*begin >= size) return ByteRange{size, size};
  return ByteRange{*begin, last.empty() ? size : std::min(*end + 1, size)};
}

http::Reply FileReply(const http::Request& request, const std::string& path) {
  const int number = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (number < 0) return http::ErrorReply(404, "file_gone", "the file is not there any more");
  const auto file = std::make_shared<OpenFile>(number);
  struct stat about{};
  if (::fstat(number, &about) != 0 || !S_ISREG(about.st_mode)) {
    return http::ErrorReply(404, "file_gone", "the file is not there any more");
  }
  ByteRange range;
  http::Reply reply = Begun(request, about.st_size, &range);
  reply.more = [file, at = range.begin, end = range.end]() mutable -> Result<std::string> {
    std::string piece(std::min<size_t>(kFilePieceBytes, static_cast<size_t>(end - at)), '\0');
    if (piece.empty()) return piece;
    const ssize_t got = ::pread(file->file, piece.data(), piece.size(), at);
    if (got <= 0) return MakeError(ErrorKind::kIo, "a shared file cannot be read to its end");
    piece.resize(static_cast<size_t>(got));
    at += got;
    return piece;
  };
  return reply;
}

http::Reply BytesReply(const http::Request& request, std::string bytes) {
  ByteRange range;
  http::Reply reply = Begun(request, static_cast<int64_t>(bytes.size()), &range);
  reply.body =
      bytes.substr(static_cast<size_t>(range.begin), static_cast<size_t>(range.end - range.begin));
  return reply;
}

}  // namespace cadenza::serve
