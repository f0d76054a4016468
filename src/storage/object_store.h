#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cadenza {

struct ObjectInfo {
  std::string name;  ///< relative to the store's root, '/' between the parts
  int64_t size_bytes = 0;
  int64_t modified_ms = 0;  ///< epoch
};

/// By it anybody may read an object for a while.
struct ReadAddress {
  std::string url;
  int64_t expires_ms = 0;  ///< epoch
};

/// A tree of named byte strings: a folder on disk or a prefix on S3.
/// Thread-safe. Names are relative to the root and never contain "..".
class ObjectStore {
 public:
  virtual ~ObjectStore() = default;

  /// The bytes, or nullopt when there is no such object.
  virtual Result<std::optional<std::string>> Get(std::string_view name) = 0;
  /// Writes or replaces; readers see the old or the new bytes, never a part.
  virtual Status Put(std::string_view name, std::string_view bytes) = 0;
  /// True when this call created the object, false when it was there already. Atomic and durable.
  virtual Result<bool> PutIfAbsent(std::string_view name, std::string_view bytes) = 0;
  /// All objects below the prefix (a folder name, "" = all), at any depth, ordered by name.
  virtual Result<std::vector<ObjectInfo>> List(std::string_view prefix) = 0;
  /// Removing what is not there is no error.
  virtual Status Remove(std::string_view name) = 0;
  /// An address for GET at the storage itself, ranges too, until then or until its credentials end;
  /// nullopt where the storage has none.
  virtual Result<std::optional<ReadAddress>> AddressToRead(std::string_view /*name*/,
                                                           int64_t /*until_ms*/) {
    return std::optional<ReadAddress>();
  }
  /// Removes what writers that were killed left half-written in the folder named.
  virtual void Tidy(std::string_view /*folder*/) {}
  /// Makes everything that was written below the root durable, also by other writers than this.
  virtual Status Sync() = 0;
  /// The root as users know it: a path or s3://bucket/prefix.
  virtual const std::string& root() const = 0;
};

/// A folder on disk; created at the first write.
std::unique_ptr<ObjectStore> OpenLocalStore(std::string root);
/// The in-memory twin for unit tests.
std::unique_ptr<ObjectStore> OpenMemoryStore();

}  // namespace cadenza
