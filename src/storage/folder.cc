#include "storage/folder.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace cadenza {

namespace fs = std::filesystem;

Result<std::vector<FolderEntry>> ReadFolder(const std::string& path) {
  std::error_code error;
  std::vector<FolderEntry> entries;
  fs::directory_iterator at(path.empty() ? "." : path, error);
  for (; !error && at != fs::directory_iterator(); at.increment(error)) {
    std::error_code unknown;  // a link that leads nowhere is no folder
    entries.push_back({at->path().filename().string(), at->is_directory(unknown)});
  }
  if (error) return MakeError(ErrorKind::kIo, "cannot list ({}): {}", error.message(), path);
  std::sort(entries.begin(), entries.end(),
            [](const FolderEntry& a, const FolderEntry& b) { return a.name < b.name; });
  return entries;
}

Result<FolderId> IdOfFolder(const std::string& path) {
  struct stat status{};
  if (::stat(path.empty() ? "." : path.c_str(), &status) != 0) {
    return MakeError(ErrorKind::kIo, "cannot read ({}): {}", std::generic_category().message(errno),
                     path);
  }
  return FolderId(status.st_dev, status.st_ino);
}

std::string Join(const std::string& folder, const std::string& name) {
  if (folder.empty()) return name;
  return folder.ends_with('/') ? folder + name : folder + '/' + name;
}

}  // namespace cadenza
