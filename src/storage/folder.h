#pragma once

#include <cstdint>
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

/// The same for all links to one folder.
using FolderId = std::pair<uint64_t, uint64_t>;
Result<FolderId> IdOfFolder(const std::string& path);

std::string Join(const std::string& folder, const std::string& name);

}  // namespace cadenza
