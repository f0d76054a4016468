#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/scan.h"
#include "ingest/ledger.h"

namespace cadenza::ingest {

/// The first bad lines of a run, for messages.
struct Offender {
  std::string file;
  int64_t offset = 0;
  std::string reason;
  std::string detail;
};

/// A file that is cut or damaged, so that nobody knows what it held.
struct DamagedFile {
  std::string file;
  std::string reason;
  int64_t read_bytes = 0;  ///< decompressed, before the damage
};

/// Collects what a scan finds: counts by file, bad lines (written to a spool file on disk, so that
/// memory does not grow with them), and on which days the same natural key was met twice.
/// Thread-safe while the scan runs.
class Findings : public engine::ScanObserver {
 public:
  Findings(Source source, int64_t run, const std::vector<SourceFile>& files,
           std::string spool_path);
  ~Findings() override;

  void OnCounts(size_t file, const decode::LineCounts& counts) override;
  void OnQuarantined(size_t file, decode::QuarantinedLine line) override;
  void OnKeys(std::span<const engine::KeyMark> keys) override;
  void OnProgress(int64_t stored_bytes) override;

  void set_progress(std::function<void(int64_t)> progress) { progress_ = std::move(progress); }

  // After the scan:
  const std::vector<decode::LineCounts>& counts() const { return counts_; }
  decode::LineCounts total() const;
  /// Days (since 1970) on which two good rows have the same key.
  std::vector<int32_t> DaysWithRepeatedKeys() const;
  const std::vector<Offender>& first_offenders() const { return offenders_; }
  int64_t quarantined_rows() const { return quarantined_rows_; }
  /// In the order of the files.
  std::vector<DamagedFile> damaged() const;
  /// Closes the spool; kIo when something of it could not be written.
  Status CloseSpool();
  const std::string& spool_path() const { return spool_path_; }

 private:
  Source source_;
  int64_t run_;
  const std::vector<SourceFile>& files_;
  std::string spool_path_;
  std::function<void(int64_t)> progress_;
  std::mutex mutex_;
  std::vector<decode::LineCounts> counts_;
  std::vector<Offender> offenders_;
  std::map<size_t, std::string> damaged_;  ///< reason by file
  std::FILE* spool_ = nullptr;
  bool spool_failed_ = false;
  int64_t quarantined_rows_ = 0;
  std::map<int32_t, std::vector<uint64_t>> keys_;  ///< by day
};

}  // namespace cadenza::ingest
