#pragma once

#include "ingest/forgotten.h"
#include "stream/file_reader.h"

namespace cadenza::stream {

/// Parquet files with a time and a customer under any of their usual names, e.g. the sessions of
/// the engagement source. _offset is the row's number in its file.
class ParquetFiles final : public FileReader {
 public:
  ParquetFiles(lake::Lake* lake, const SourceOptions& options) : lake_(lake), options_(options) {}
  Status Bind(const std::vector<SourceFile>& files, const std::string& folder) override;
  Result<std::vector<decode::LineCounts>> Counts(bool some_without_time) override;
  Result<std::string> Quarantined(int64_t run) override;
  Result<int64_t> Rescued() override { return rescued_; }

 private:
  std::vector<std::string> Paths() const;
  Result<std::string> ReadAll() const;
  Result<std::string> SelectRows() const;
  Status CheckUnknownColumns();
  Result<std::vector<std::string>> ColumnsOf(const SourceFile& file) const;

  lake::Lake* lake_;
  const SourceOptions& options_;
  std::vector<SourceFile> files_;
  std::vector<std::string> known_columns_;  ///< those of the stream's first file
  ingest::Forgotten forgotten_;             ///< as of Bind
  std::string raw_;                         ///< the SELECT of the files' rows
  bool some_untimed_ = false;
  int64_t rescued_ = 0;
};

}  // namespace cadenza::stream
