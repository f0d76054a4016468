#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace cadenza::serve {

/// What a process keeps of the machine after Enclose.
struct Enclosure {
  /// Files below may be read, files named here too; what is missing is left out.
  std::vector<std::string> read_folders;
  std::string spill_folder;         ///< the one place to write
  int64_t address_space_bytes = 0;  ///< 0: no limit
  bool may_connect = false;         ///< sockets, for a lake on S3
  /// Without Landlock or without the filter of calls; for tests of each fence alone.
  bool without_landlock = false;
  bool without_call_filter = false;
};

/// True when the kernel has Landlock.
bool HasLandlock();

/// Takes from this process, for good, the files that are not named, other programs, sockets and the
/// ways to other processes (Landlock, seccomp), limits its memory, and lets the kernel take it
/// first when memory is short. Before the process has threads. kIo for a step that the kernel
/// refuses, but for Landlock where there is none.
Status Enclose(const Enclosure& enclosure);

}  // namespace cadenza::serve
