#include "lake/data_files.h"

#include <sys/file.h>
#include <unistd.h>

#include <filesystem>
#include <utility>

#include "lake/write_lock.h"
#include "storage/put_files.h"
#include "storage/s3/address.h"
#include "storage/scratch_folder.h"

namespace cadenza::lake {
namespace {

namespace fs = std::filesystem;

/// Folders that a file alone was in go along; remove() refuses those that hold more.
void RemoveFile(const fs::path& path, const fs::path& table) {
  std::error_code error;
  fs::remove(path, error);
  for (fs::path above = path.parent_path(); above != table && fs::remove(above, error);) {
    above = above.parent_path();
  }
}

class LocalFiles final : public DataFiles {
 public:
  explicit LocalFiles(const Lake* lake) : lake_(lake), root_(lake->root()) {}

  const std::string& folder() const override { return root_; }
  Status Publish(const std::vector<std::string>&) override { return {}; }
  void Discard(const std::vector<std::string>& names) override { Remove(names); }
  void Remove(const std::vector<std::string>& names) override {
    std::error_code ignored;
    for (const std::string& name : names) fs::remove(fs::path(root_) / name, ignored);
  }
  void Undo(const std::string& prefix) override {
    RemoveOfRun(prefix, {});
    RemoveEmptyFolders();
  }
  void RemoveOfRun(const std::string& prefix, const std::set<std::string>& keep) override {
    for (const Model* model : lake_->tables()) {
      const fs::path table = fs::path(root_) / Lake::FolderOf(*model);
      for (const fs::path& path : FilesWith(table, prefix)) {
        const std::string name = fs::relative(path, root_).string();
        if (!keep.contains(name)) RemoveFile(path, table);
      }
    }
  }

 private:
  /// Of tables that no run has made yet, and of layers without tables.
  void RemoveEmptyFolders() const {
    std::error_code ignored;
    for (const Model* model : lake_->tables()) {
      if (lake_->manifest().tables.contains(model->name)) continue;
      const fs::path table = fs::path(root_) / Lake::FolderOf(*model);
      if (!fs::is_empty(table, ignored) || ignored) continue;
      fs::remove(table, ignored);
      fs::remove(table.parent_path(), ignored);
    }
  }
  static std::vector<fs::path> FilesWith(const fs::path& table, const std::string& prefix) {
    std::vector<fs::path> found;
    std::error_code error;
    for (auto entry = fs::recursive_directory_iterator(table, error);
         !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
      const std::string name = entry->path().filename().string();
      if (name.find(prefix) != std::string::npos) found.push_back(entry->path());
    }
    return found;
  }

  const Lake* lake_;
  std::string root_;
};

constexpr const char* kScratchPrefix = "cadenza-lake-";

/// A temporary folder with a lock that says whether its run still lives.
class LockedScratch {
 public:
  static Result<std::unique_ptr<LockedScratch>> Make() {
    ClearDead();
    CADENZA_ASSIGN(std::unique_ptr<ScratchFolder> folder, ScratchFolder::Make(kScratchPrefix));
    CADENZA_ASSIGN(std::unique_ptr<FileLock> lock,
                   FileLock::Take(folder->File("lock"), folder->path(), {}));
    return std::unique_ptr<LockedScratch>(new LockedScratch(std::move(folder), std::move(lock)));
  }
  const std::string& path() const { return folder_->path(); }

 private:
  LockedScratch(std::unique_ptr<ScratchFolder> folder, std::unique_ptr<FileLock> lock)
      : lock_(std::move(lock)), folder_(std::move(folder)) {}

  /// Of this user's runs that were killed. One that has just begun has no lock file yet and is let
  /// be.
  static void ClearDead() {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(fs::temp_directory_path(), error)) {
      if (!entry.path().filename().string().starts_with(kScratchPrefix)) continue;
      const std::string lock_path = entry.path().string() + "/lock";
      if (!fs::exists(lock_path, error) || ::access(lock_path.c_str(), W_OK) != 0) continue;
      const auto lock = FileLock::Take(lock_path, lock_path, {});
      if (lock.ok()) fs::remove_all(entry.path(), error);
    }
  }

  std::unique_ptr<FileLock> lock_;  ///< held until the folder is gone
  std::unique_ptr<ScratchFolder> folder_;
};

class PutFilesOfRun final : public DataFiles {
 public:
  PutFilesOfRun(Lake* lake, std::unique_ptr<LockedScratch> scratch)
      : lake_(lake), store_(&lake->store()), scratch_(std::move(scratch)) {}

  const std::string& folder() const override { return scratch_->path(); }
  Status Publish(const std::vector<std::string>& names) override {
    std::vector<FileToPut> files;
    files.reserve(names.size());
    for (const std::string& name : names) files.push_back({folder() + "/" + name, name});
    published_ = true;
    return PutFiles(store_, files);
  }
  void Discard(const std::vector<std::string>& names) override {
    std::error_code ignored;
    for (const std::string& name : names) fs::remove(fs::path(folder()) / name, ignored);
  }
  void Remove(const std::vector<std::string>& names) override {
    static_cast<void>(RemoveObjects(store_, names));
  }
  void Undo(const std::string& prefix) override {
    if (published_) RemoveOfRun(prefix, {});
  }
  void RemoveOfRun(const std::string& prefix, const std::set<std::string>& keep) override {
    std::vector<std::string> names;
    for (const Model* model : lake_->tables()) {
      const auto objects = store_->List(Lake::FolderOf(*model));
      if (!objects.ok()) continue;
      for (const ObjectInfo& object : *objects) {
        const std::string file = object.name.substr(object.name.rfind('/') + 1);
        if (file.find(prefix) != std::string::npos && !keep.contains(object.name)) {
          names.push_back(object.name);
        }
      }
    }
    Remove(names);
  }

 private:
  const Lake* lake_;
  ObjectStore* store_;
  std::unique_ptr<LockedScratch> scratch_;
  bool published_ = false;
};

}  // namespace

Result<std::unique_ptr<DataFiles>> OpenDataFiles(Lake* lake) {
  if (!s3::IsAddress(lake->root())) {
    return std::unique_ptr<DataFiles>(std::make_unique<LocalFiles>(lake));
  }
  CADENZA_ASSIGN(std::unique_ptr<LockedScratch> scratch, LockedScratch::Make());
  return std::unique_ptr<DataFiles>(std::make_unique<PutFilesOfRun>(lake, std::move(scratch)));
}

}  // namespace cadenza::lake
