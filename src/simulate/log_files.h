#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "simulate/expected_ledger.h"
#include "simulate/faults.h"
#include "simulate/file_sink.h"
#include "simulate/line_writer.h"
#include "simulate/simulation.h"

namespace cadenza::simulate {

struct LogFileOptions {
  bool gzip = false;
  int64_t file_ms = kDayMs;  ///< time that a file spans; divides an hour or is a multiple of one
  FaultOptions faults;
  /// Called before a file is complete, with the end of its time: where files come at a pace.
  std::function<Status(int64_t end_ms)> before_end;
};

/// Hours of events to files, log_data/2018/11/2018-11-01-events.json, or where they span less than
/// a day 2018-11-01T23-05-00-events.json; without a line end at the end, as the real ones. Lines
/// are made by all workers; files are written in order, and begin when there is an event for them.
class LogFiles {
 public:
  LogFiles(const World& world, const LineWriter& lines, Workers* workers, FileSink* sink,
           LogFileOptions options);

  Status Write(const Hour& hour);
  /// Ends the last file.
  Status Finish();

  int64_t rows() const { return rows_; }
  int64_t bytes() const { return bytes_; }  ///< before compression
  /// Of the finished files.
  const std::vector<FileLedger>& ledger() const { return ledger_; }

 private:
  struct Chunk;
  Chunk Make(const std::vector<Event>& events, int64_t first_row, bool begins_file) const;
  void PutEvents(const std::vector<Event>& events, int64_t first_row, Chunk* chunk) const;
  Status Take(Chunk chunk);
  Status WriteParts(const Hour& hour, int64_t period);
  Status BeginFile(int64_t period);
  Status EndFile();
  Status EndCutFile();
  bool IsCut(int64_t period) const;
  int64_t RowsOf(const std::vector<Event>& events) const;

  const World& world_;
  const LineWriter& lines_;
  Workers* workers_;
  FileSink* sink_;
  LogFileOptions options_;
  Faults faults_;

  std::optional<int64_t> period_;  ///< of the open file: its number since the epoch
  FileLedger file_;
  LineFate last_fate_ = LineFate::kGood;
  bool cut_ = false;
  std::string held_;  ///< a file to cut, until its end
  std::vector<std::pair<uint32_t, LineFate>> lines_of_cut_;
  std::vector<FileLedger> ledger_;
  int64_t rows_ = 0;
  int64_t bytes_ = 0;
};

}  // namespace cadenza::simulate
