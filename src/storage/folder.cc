#include "storage/folder.h"

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
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

/// Relative to the open folder: the kernel walks one name a file, not the whole path.
Result<std::vector<NamedStatus>> ReadFolderStatus(const std::string& path) {
  const auto failed = [&path] {
    return MakeError(ErrorKind::kIo, "cannot list ({}): {}", std::generic_category().message(errno),
                     path);
  };
  const auto close = [](DIR* folder) { ::closedir(folder); };
  const std::unique_ptr<DIR, decltype(close)> folder(::opendir(path.c_str()), close);
  if (!folder) return failed();
  std::vector<NamedStatus> entries;
  errno = 0;
  while (const dirent* entry = ::readdir(folder.get())) {
    NamedStatus found{entry->d_name, std::nullopt};
    if (found.name == "." || found.name == "..") continue;
    struct stat status{};
    if (::fstatat(::dirfd(folder.get()), entry->d_name, &status, 0) == 0) found.status = status;
    entries.push_back(std::move(found));
    errno = 0;
  }
  if (errno != 0) return failed();
  std::ranges::sort(entries, {}, &NamedStatus::name);
  return entries;
}

FolderId IdOfFolder(const struct stat& status) { return {status.st_dev, status.st_ino}; }

Result<FolderId> IdOfFolder(const std::string& path) {
  struct stat status{};
  if (::stat(path.empty() ? "." : path.c_str(), &status) != 0) {
    return MakeError(ErrorKind::kIo, "cannot read ({}): {}", std::generic_category().message(errno),
                     path);
  }
  return IdOfFolder(status);
}

std::string Join(const std::string& folder, const std::string& name) {
  if (folder.empty()) return name;
  return folder.ends_with('/') ? folder + name : folder + '/' + name;
}

}  // namespace cadenza
