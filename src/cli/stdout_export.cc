#include "cli/stdout_export.h"

#include <cstdio>

namespace cadenza::cli {
namespace {

Status NotWritten() { return MakeError(ErrorKind::kIo, "cannot write to standard output"); }

}  // namespace

Status PutOnStdout(std::string_view bytes) {
  return std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size() ? Status()
                                                                            : NotWritten();
}

Status FlushStdout() { return std::fflush(stdout) == 0 ? Status() : NotWritten(); }

}  // namespace cadenza::cli
