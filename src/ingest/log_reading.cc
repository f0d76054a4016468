#include "ingest/log_reading.h"

#include <algorithm>
#include <iterator>

namespace cadenza::ingest {
namespace {

/// A group's scan knows its own files only; this tells the findings which they are of all.
class GroupObserver : public engine::ScanObserver {
 public:
  GroupObserver(Findings* findings, const std::vector<size_t>& indexes)
      : findings_(findings), indexes_(indexes) {}
  void OnCounts(size_t file, const decode::LineCounts& counts) override {
    findings_->OnCounts(indexes_[file], counts);
  }
  void OnQuarantined(size_t file, decode::QuarantinedLine line) override {
    findings_->OnQuarantined(indexes_[file], std::move(line));
  }
  void OnKeys(size_t file, std::span<const engine::KeyMark> keys) override {
    findings_->OnKeys(indexes_[file], keys);
  }
  void OnProgress(int64_t stored_bytes) override { findings_->OnProgress(stored_bytes); }

 private:
  Findings* findings_;
  const std::vector<size_t>& indexes_;
};

const lake::Model& Events() { return *lake::FindModel("events"); }

/// The rows of events without the day, which is in the folder's name.
std::string SelectOfDay(const std::string& day) {
  std::string columns;
  for (const lake::ModelColumn& column : Events().columns) {
    if (column.name == "event_date") continue;
    columns += (columns.empty() ? "" : ", ") + column.name;
  }
  return "SELECT " + columns + " FROM (" + Events().select + " WHERE event_date = DATE '" + day +
         "') AS lines";
}

}  // namespace

void LogReading::SelectFiles(const std::vector<size_t>& indexes, engine::EventScan* scan) const {
  scan->limits = limits_;
  for (size_t f : indexes) {
    scan->files.push_back(files_[f]);
    scan->units.push_back(units_[f]);
  }
}

Status LogReading::WriteGroup(const DayGroup& group, Findings* findings) {
  GroupObserver observer(findings, group.files);
  engine::EventScan scan;
  SelectFiles(group.files, &scan);
  scan.observer = &observer;
  CADENZA_TRY(engine_->BindEventScan("event_lines", &scan));
  if (!group.day) {
    CADENZA_ASSIGN(std::vector<engine::WrittenFile> files,
                   engine_->Write(run_->Request(Events(), {"event_date"}, Events().select)));
    std::ranges::move(files, std::back_inserter(written_));
    return {};
  }
  const std::string day = DayText(*group.day);
  engine::WriteRequest request = run_->Request(Events(), {}, SelectOfDay(day));
  request.subfolder += (request.subfolder.empty() ? "" : "/") + ("event_date=" + day);
  CADENZA_ASSIGN(std::vector<engine::WrittenFile> files, engine_->Write(request));
  for (engine::WrittenFile& file : files) {
    file.partition_values = {{"event_date", day}};
    written_.push_back(std::move(file));
  }
  return {};
}

/// Rows of other days than the group's: its files are read once more for them. What they had to
/// report has been reported.
Status LogReading::WriteStrays(const DayGroup& group, const Findings& findings) {
  std::vector<size_t> mixed;
  for (size_t f : group.files) {
    if (findings.HasOtherDays(f, *group.day)) mixed.push_back(f);
  }
  if (mixed.empty()) return {};
  engine::EventScan scan;
  SelectFiles(mixed, &scan);
  CADENZA_TRY(engine_->BindEventScan("event_lines", &scan));
  const std::string select = Events().select + " WHERE _error IS NULL AND event_date <> DATE '" +
                             DayText(*group.day) + "'";
  CADENZA_ASSIGN(std::vector<engine::WrittenFile> files,
                 engine_->Write(run_->Request(Events(), {"event_date"}, select)));
  std::ranges::move(files, std::back_inserter(written_));
  return {};
}

Result<std::vector<engine::WrittenFile>> LogReading::Write(Findings* findings) {
  const std::vector<DayGroup> groups = GroupByDay(files_, units_);
  for (const DayGroup& group : groups) CADENZA_TRY(WriteGroup(group, findings));
  for (const DayGroup& group : groups) {
    if (group.day) CADENZA_TRY(WriteStrays(group, *findings));
  }
  return std::move(written_);
}

}  // namespace cadenza::ingest
