#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "storage/object_store.h"

namespace cadenza {

/// A file on disk that shall become an object.
struct FileToPut {
  std::string path;
  std::string name;
};

/// Puts the files into the store, several at once. They are mapped, not read, into memory.
Status PutFiles(ObjectStore* store, const std::vector<FileToPut>& files);

/// Removes objects, several at once.
Status RemoveObjects(ObjectStore* store, const std::vector<std::string>& names);

}  // namespace cadenza
