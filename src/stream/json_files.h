#pragma once

#include <memory>

#include "ingest/findings.h"
#include "ingest/forgotten.h"
#include "stream/event_fields.h"
#include "stream/file_reader.h"
#include "stream/relations.h"

namespace cadenza::stream {

/// JSON lines through the decoder of the main job: a bad line never disturbs its neighbours and
/// goes to quarantine with file and offset.
class JsonFiles final : public FileReader {
 public:
  /// The lake must outlive the reader. `is_log`: Sparkify events, else any objects with a time.
  /// `rows_again`: the relation that is bound in place of kRowsAgain.
  JsonFiles(lake::Lake* lake, const SourceOptions& options, bool is_log,
            const char* rows_again = kRowsAgain);
  ~JsonFiles() override;
  Status Bind(const std::vector<SourceFile>& files, const std::string& folder) override;
  Result<std::vector<decode::LineCounts>> Counts(bool some_without_time) override;
  Result<std::string> Quarantined(int64_t run) override;
  Result<int64_t> Rescued() override;

 private:
  class BadLines;

  Status FindUntimed(std::vector<decode::LineCounts>* counts);
  Status CheckNamedFields();
  Status CheckNamedField(const char* flag, const std::string& name, bool is_needed);
  Status CheckUnknownFields();

  lake::Lake* lake_;
  const SourceOptions& options_;
  bool is_log_;
  bool names_are_checked_ = false;  ///< by the first batch of this process
  const char* rows_again_;
  EventFields fields_;
  ingest::Forgotten forgotten_;  ///< as of Bind
  std::vector<SourceFile> files_;
  std::unique_ptr<BadLines> bad_lines_;
  engine::EventScan scan_, scan_again_;
  int64_t untimed_ = 0, rescued_ = 0;
};

/// True when the first lines of a file have the time and the page of Sparkify's events.
Result<bool> IsLog(engine::Engine* engine, const SourceFile& file);

}  // namespace cadenza::stream
