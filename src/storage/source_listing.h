#pragma once

#include <sys/stat.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "storage/folder.h"
#include "storage/source_file.h"

namespace cadenza {

/// Collects the files that a pattern names, one path after the other.
class SourceWalk {
 public:
  /// `named`: the user named this very file, so it is taken whatever it is called.
  Status Add(const std::string& path, bool named);
  /// A Delta table as a whole; version -1 = the newest.
  void AddDelta(std::string path, int64_t version, std::shared_ptr<s3::Client> s3 = nullptr);
  /// An object on S3; name, container, size, time, s3 and etag are set.
  Status AddObject(SourceFile file, bool named);
  void Skip(std::string name, std::string reason);
  /// Sorted by name, each file once.
  SourceListing Finish();

 private:
  Status Visit(const std::string& path, bool named);
  /// The Delta table that the path lies in; empty: none.
  std::string TableAround(std::string path);
  /// The Delta table that the folder is or lies in; empty: none.
  const std::string& TableOf(const std::string& folder);
  struct Folder {
    std::string path;
    FolderId id;
  };
  /// Level by level: the folders of a level are read side by side, what they hold is added in
  /// their order.
  Status AddFolder(Folder folder);
  /// Folders are left to the caller, in `below`.
  Status AddEntry(const std::string& path, const NamedStatus& entry, bool named,
                  std::vector<Folder>* below);
  Status AddFile(const std::string& path, const struct stat& status, bool named);
  Status AddShaped(SourceFile file, bool named);
  /// A damaged archive that was not named itself is skipped with the reason.
  Status AddZip(const SourceFile& file, bool named);

  SourceListing listing_;
  std::set<FolderId> visited_;
  std::map<std::string, std::string> table_of_;  ///< by folder; empty: none
};

/// True when the folder on disk is a Delta table.
bool IsDeltaFolder(const std::string& path);

/// What is told of a file that may be listed only as a part of its Delta table.
std::string PartOfTable(std::string_view table);

}  // namespace cadenza
