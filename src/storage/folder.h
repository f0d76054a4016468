#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace cadenza {

struct FolderEntry {
  std::string name;
  bool is_folder = false;  ///< also a link to one
};

/// Sorted by name. An empty path is the current folder.
Result<std::vector<FolderEntry>> ReadFolder(const std::string& path);

struct NamedStatus {
  std::string name;
  std::optional<struct stat> status;  ///< of what a link leads to; absent: it leads nowhere
};

/// What stands in a folder with its sizes and times, sorted by name.
Result<std::vector<NamedStatus>> ReadFolderStatus(const std::string& path);

/// The same for all links to one folder.
using FolderId = std::pair<uint64_t, uint64_t>;
FolderId IdOfFolder(const struct stat& status);
Result<FolderId> IdOfFolder(const std::string& path);

std::string Join(const std::string& folder, const std::string& name);

}  // namespace cadenza
