#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "stream/file_reader.h"
#include "stream/source.h"

namespace cadenza::stream {

/// Files that arrive below folders or prefixes, found by listing them. A file has to be complete
/// when it gets its name: what grows later is not read again.
class FolderSource final : public Source {
 public:
  /// The lake must outlive the source. `waits`: a glob or prefix that holds nothing yet is no
  /// mistake, as a folder that is empty never is.
  FolderSource(lake::Lake* lake, SourceOptions options, bool waits)
      : lake_(lake), options_(std::move(options)), kind_(options_.kind), waits_(waits) {}
  Result<std::vector<Part>> List() override;
  /// The files of the last List().
  std::vector<SourceFile> listed() const;
  Status Bind(const std::vector<Part>& parts, const std::string& folder) override;
  Result<std::vector<decode::LineCounts>> Counts(bool some_without_time) override;
  Result<std::string> Quarantined(int64_t run) override;
  Result<int64_t> Rescued() override;
  Result<std::map<std::string, std::string>> Damaged(const std::vector<Part>& parts) override;
  std::vector<std::string> Folders() const override;
  std::string Kind() const override { return kind_; }
  int64_t PlainBytes(const Part& part) const override;

 private:
  Status ListPattern(const std::string& pattern);
  bool MayFill(const std::string& pattern) const;
  Status OpenReader(const std::vector<SourceFile>& files);

  lake::Lake* lake_;
  SourceOptions options_;
  std::string kind_;
  bool waits_;
  std::map<std::string, SourceFile> files_;  ///< of the last List()
  std::unique_ptr<FileReader> reader_;
  bool reads_parquet_ = false;
};

}  // namespace cadenza::stream
