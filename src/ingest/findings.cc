#include "ingest/findings.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "engine/damage.h"
#include "engine/repetition.h"
#include "storage/parallel.h"

namespace cadenza::ingest {
namespace {

constexpr size_t kOffendersKept = 5;

}  // namespace

Findings::Findings(Source source, int64_t run, const std::vector<SourceFile>& files,
                   std::string spool_path)
    : source_(source),
      run_(run),
      files_(files),
      spool_path_(std::move(spool_path)),
      counts_(files.size()) {}

Findings::~Findings() {
  if (spool_) std::fclose(spool_);
}

void Findings::OnCounts(size_t file, const decode::LineCounts& counts) {
  const std::scoped_lock lock(mutex_);
  counts_[file].Add(counts);
}

void Findings::OnQuarantined(size_t file, decode::QuarantinedLine line) {
  const std::string reason(decode::ReasonName(line.reason));
  const nlohmann::json row = {{"_file", files_[file].name},
                              {"_offset", line.offset},
                              {"_length", line.length_bytes},
                              {"source", SourceName(source_)},
                              {"reason", reason},
                              {"detail", line.detail},
                              {"raw", line.raw},
                              {"raw_cut", line.raw_cut},
                              {"run", run_}};
  const std::string text =
      row.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  const std::scoped_lock lock(mutex_);
  if (!spool_) spool_ = std::fopen(spool_path_.c_str(), "wb");
  if (!spool_ || std::fwrite(text.data(), 1, text.size(), spool_) != text.size()) {
    spool_failed_ = true;
  }
  ++quarantined_rows_;
  if (line.detail.starts_with(engine::kDamaged)) {
    damaged_[file] = line.detail.substr(engine::kDamaged.size());
  }
  // Threads report in any order: the kept ones are the least, so that messages are the same each
  // time.
  const Offender offender{files_[file].name, line.offset, reason, line.detail};
  const auto before = [](const Offender& a, const Offender& b) {
    return std::tie(a.file, a.offset) < std::tie(b.file, b.offset);
  };
  offenders_.insert(std::upper_bound(offenders_.begin(), offenders_.end(), offender, before),
                    offender);
  if (offenders_.size() > kOffendersKept) offenders_.pop_back();
}

void Findings::OnKeys(std::span<const engine::KeyMark> keys) {
  const std::scoped_lock lock(mutex_);
  std::vector<uint64_t>* list = nullptr;
  int32_t day = 0;
  for (const engine::KeyMark& mark : keys) {
    if (!list || mark.day != day) {
      day = mark.day;
      list = &keys_[day];
    }
    list->push_back(mark.hash);
  }
}

void Findings::OnProgress(int64_t stored_bytes) {
  if (progress_) progress_(stored_bytes);
}

std::vector<DamagedFile> Findings::damaged() const {
  std::vector<DamagedFile> files;
  for (const auto& [file, reason] : damaged_) {
    files.push_back({files_[file].name, reason, counts_[file].total_bytes()});
  }
  return files;
}

decode::LineCounts Findings::total() const {
  decode::LineCounts sum;
  for (const decode::LineCounts& counts : counts_) sum.Add(counts);
  return sum;
}

std::vector<int32_t> Findings::DaysWithRepeatedKeys() const {
  std::vector<int32_t> days;
  for (const auto& [day, hashes] : keys_) days.push_back(day);
  std::vector<char> repeated(days.size(), 0);
  [[maybe_unused]] const Status none_fails =
      InParallel(days.size(), Cores(), [&](size_t i) -> Status {
        repeated[i] = engine::HasRepetition(keys_.at(days[i])) ? 1 : 0;
        return {};
      });
  size_t kept = 0;
  for (size_t i = 0; i < days.size(); ++i) {
    if (repeated[i]) days[kept++] = days[i];
  }
  days.resize(kept);
  return days;
}

Status Findings::CloseSpool() {
  const bool closed = !spool_ || std::fclose(spool_) == 0;
  spool_ = nullptr;
  if (closed && !spool_failed_) return {};
  return MakeError(ErrorKind::kIo, "cannot write the quarantined lines to {}", spool_path_);
}

}  // namespace cadenza::ingest
