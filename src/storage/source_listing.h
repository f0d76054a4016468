#pragma once

#include <set>
#include <string>

#include "storage/folder.h"
#include "storage/source_file.h"

namespace cadenza {

/// Collects the files that a pattern names, one path after the other.
class SourceWalk {
 public:
  /// `named`: the user named this very file, so it is taken whatever it is called.
  Status Add(const std::string& path, bool named);
  /// Sorted by name, each file once.
  SourceListing Finish();

 private:
  Status AddFolder(const std::string& path);
  Status AddFile(const std::string& path, bool named);
  Status AddZip(const std::string& path);
  void Skip(std::string name, std::string reason);

  SourceListing listing_;
  std::set<FolderId> visited_;
};

}  // namespace cadenza
