#include "storage/scratch_folder.h"

#include <cstdlib>
#include <filesystem>

namespace cadenza {

Result<std::unique_ptr<ScratchFolder>> ScratchFolder::Make(std::string_view prefix) {
  std::string path =
      (std::filesystem::temp_directory_path() / (std::string(prefix) + "XXXXXX")).string();
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
