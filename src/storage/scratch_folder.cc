#include "storage/scratch_folder.h"

#include <cstdlib>
#include <filesystem>
#include <mutex>

#include "storage/process_mark.h"

namespace cadenza {
namespace {

namespace fs = std::filesystem;

void RemoveThoseOfDead(const fs::path& parent) {
  std::error_code failure;
  for (fs::directory_iterator entry(parent, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    const std::string name = entry->path().filename().string();
    std::error_code ignored;
    if (name.starts_with("cadenza-") && IsOfDeadProcess(name)) fs::remove_all(*entry, ignored);
  }
}

}  // namespace

Result<std::string> ScratchFolder::Parent() {
  std::error_code failure;
  const fs::path parent = fs::temp_directory_path(failure);
  if (!failure) return parent.string();
  const char* const named = std::getenv("TMPDIR");
  return MakeError(ErrorKind::kIo, "the folder for temporary files cannot be used ({}): {}",
                   failure.message(), named ? named : "/tmp");
}

Result<std::unique_ptr<ScratchFolder>> ScratchFolder::Make(std::string_view prefix) {
  CADENZA_ASSIGN(const std::string parent, Parent());
  static std::once_flag once;
  std::call_once(once, [&] { RemoveThoseOfDead(parent); });
  std::string path = fmt::format("{}/{}-{}-XXXXXX", parent,
                                 prefix.substr(0, prefix.find_last_not_of('-') + 1), ProcessMark());
  if (!mkdtemp(path.data())) {
    return MakeError(ErrorKind::kIo, "cannot create a temporary folder: {}", path);
  }
  return std::unique_ptr<ScratchFolder>(new ScratchFolder(path));
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string ScratchFolder::File(std::string_view name) const {
  return path_ + "/" + std::string(name);
}

}  // namespace cadenza
