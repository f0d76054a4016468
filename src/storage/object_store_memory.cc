#include <chrono>
#include <map>
#include <mutex>

#include "storage/object_name.h"
#include "storage/object_store.h"

namespace cadenza {
namespace {

int64_t NowMs() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count();
}

class MemoryStore final : public ObjectStore {
 public:
  Result<std::optional<std::string>> Get(std::string_view name) override {
    CADENZA_TRY(CheckObjectName(name));
    const std::scoped_lock lock(mutex_);
    const auto found = objects_.find(name);
    if (found == objects_.end()) return std::optional<std::string>();
    return std::optional<std::string>(found->second.bytes);
  }

  Status Put(std::string_view name, std::string_view bytes) override {
    CADENZA_TRY(CheckObjectName(name));
    const std::scoped_lock lock(mutex_);
    objects_.insert_or_assign(std::string(name), Object{std::string(bytes), NowMs()});
    return {};
  }

  Result<bool> PutIfAbsent(std::string_view name, std::string_view bytes) override {
    CADENZA_TRY(CheckObjectName(name));
    const std::scoped_lock lock(mutex_);
    return objects_.try_emplace(std::string(name), Object{std::string(bytes), NowMs()}).second;
  }

  Result<std::vector<ObjectInfo>> List(std::string_view prefix) override {
    std::string folder(WithoutTrailingSlash(prefix));
    if (!folder.empty()) {
      CADENZA_TRY(CheckObjectName(folder));
      folder += '/';
    }
    const std::scoped_lock lock(mutex_);
    std::vector<ObjectInfo> found;
    for (auto at = objects_.lower_bound(folder); at != objects_.end(); ++at) {
      const auto& [name, object] = *at;
      if (!name.starts_with(folder)) break;
      found.push_back({name, static_cast<int64_t>(object.bytes.size()), object.modified_ms});
    }
    return found;
  }

  Status Remove(std::string_view name) override {
    CADENZA_TRY(CheckObjectName(name));
    const std::scoped_lock lock(mutex_);
    if (const auto found = objects_.find(name); found != objects_.end()) objects_.erase(found);
    return {};
  }

  Status Sync() override { return {}; }
  const std::string& root() const override { return root_; }

 private:
  struct Object {
    std::string bytes;
    int64_t modified_ms = 0;
  };

  const std::string root_ = "memory";
  std::mutex mutex_;
  std::map<std::string, Object, std::less<>> objects_;
};

}  // namespace

std::unique_ptr<ObjectStore> OpenMemoryStore() { return std::make_unique<MemoryStore>(); }

}  // namespace cadenza
