#include "serve/secret_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace cadenza::serve {

Status ReplaceSecretFile(const std::string& path, const std::string& text, const char* what) {
  const std::string made = path + ".new";
  const int file = ::open(made.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  bool is_written = file >= 0 && ::fchmod(file, 0600) == 0 &&
                    ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                    ::fsync(file) == 0;
  if (file >= 0) is_written = ::close(file) == 0 && is_written;
  if (is_written && ::rename(made.c_str(), path.c_str()) == 0) return {};
  const std::string reason = std::strerror(errno);
  ::unlink(made.c_str());
  return MakeError(ErrorKind::kIo, "cannot write {} ({}): {}", what, reason, path);
}

}  // namespace cadenza::serve
