#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/reply.h"
#include "http/request.h"

namespace cadenza::serve {

/// A data file that somebody may fetch for a while.
struct SharedFile {
  std::string table;
  std::string path;      ///< below the table's root
  std::string asked_by;  ///< name of the token; empty where nobody logs in
  int64_t forgotten_run =
      0;  ///< the run that last removed a listener, as it was when it was signed
  int64_t expires_ms = 0;
};

/// Signs such files, by a secret of this process: addresses end with it. Thread-safe.
class FileSigner {
 public:
  static Result<FileSigner> Make();
  /// What is signed and its mark, with a dot between.
  std::string Sign(const SharedFile& file) const;
  /// Nothing for what this signer has not signed.
  std::optional<SharedFile> Read(std::string_view text) const;

 private:
  explicit FileSigner(std::string secret) : secret_(std::move(secret)) {}
  std::string MarkOf(std::string_view text) const;
  std::string secret_;
};

/// A whole number from 0 on, as addresses and headers have it; nothing for any other text.
std::optional<int64_t> ParseNumber(std::string_view text);

/// Bytes [begin, end) of a file.
struct ByteRange {
  int64_t begin = 0, end = 0;
};
/// Of a Range header: `bytes=0-99`, `bytes=100-`, `bytes=-8`. Nothing for none, for several ranges
/// (the whole is right then), and for another unit; begin = end for one that the file has not.
std::optional<ByteRange> ParseRange(std::string_view header, int64_t size);

/// A file on disk, whole or the range that is asked for, in pieces. 404 when it is not there.
http::Reply FileReply(const http::Request& request, const std::string& path);
/// The same of bytes at hand.
http::Reply BytesReply(const http::Request& request, std::string bytes);

}  // namespace cadenza::serve
