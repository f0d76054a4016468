#include "storage/glob.h"

#include <fnmatch.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>

#include "storage/folder.h"

namespace cadenza {
namespace {

namespace fs = std::filesystem;

class Expansion {
 public:
  explicit Expansion(std::vector<std::string> parts) : parts_(std::move(parts)) {}

  /// Matches parts_[part...] below `folder`, which is empty for the current one.
  Status Below(const std::string& folder, size_t part) {
    if (part == parts_.size()) {
      found_.insert(folder);
      return {};
    }
    if (parts_[part] == "**") return AnyDepth(folder, part);
    if (!IsGlob(parts_[part])) return Literal(Join(folder, parts_[part]), part);
    CADENZA_ASSIGN(const auto entries, ReadFolder(folder));
    for (const FolderEntry& entry : entries) {
      if (fnmatch(parts_[part].c_str(), entry.name.c_str(), 0) != 0) continue;
      if (part + 1 < parts_.size() && !entry.is_folder) continue;
      CADENZA_TRY(Below(Join(folder, entry.name), part + 1));
    }
    return {};
  }

  std::vector<std::string> found() const { return {found_.begin(), found_.end()}; }

 private:
  Status Literal(const std::string& path, size_t part) {
    std::error_code error;
    const bool last = part + 1 == parts_.size();
    if (last ? !fs::exists(path, error) : !fs::is_directory(path, error)) return {};
    return Below(path, part + 1);
  }

  Status AnyDepth(const std::string& folder, size_t part) {
    // "**" at the end means all that is below: the listing goes down by itself.
    if (part + 1 == parts_.size()) {
      found_.insert(folder.empty() ? "." : folder);
      return {};
    }
    CADENZA_ASSIGN(const FolderId id, IdOfFolder(folder));
    if (!visited_.insert({part, id}).second) return {};
    CADENZA_TRY(Below(folder, part + 1));
    CADENZA_ASSIGN(const auto entries, ReadFolder(folder));
    for (const FolderEntry& entry : entries) {
      if (entry.is_folder) CADENZA_TRY(AnyDepth(Join(folder, entry.name), part));
    }
    return {};
  }

  std::vector<std::string> parts_;
  std::set<std::string> found_;
  std::set<std::pair<size_t, FolderId>> visited_;
};

}  // namespace

bool IsGlob(const std::string& pattern) {
  return pattern.find_first_of("*?[") != std::string::npos;
}

Result<std::vector<std::string>> ExpandGlob(const std::string& pattern) {
  std::vector<std::string> parts;
  for (size_t at = 0; at < pattern.size();) {
    const size_t slash = std::min(pattern.find('/', at), pattern.size());
    if (slash > at) parts.push_back(pattern.substr(at, slash - at));
    at = slash + 1;
  }
  Expansion expansion(std::move(parts));
  CADENZA_TRY(expansion.Below(pattern.starts_with('/') ? "/" : "", 0));
  return expansion.found();
}

}  // namespace cadenza
