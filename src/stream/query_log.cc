#include "stream/query_log.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <sstream>

namespace cadenza::stream {
namespace {

using nlohmann::json;

std::optional<int64_t> NumberIn(const std::string& line, const char* name) {
  const json object = json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object() || !object.contains(name) || !object.at(name).is_number()) return {};
  return object.at(name).get<int64_t>();
}

}  // namespace

/// Without the version; none where there is no such file.
Result<std::vector<std::string>> QueryLog::Lines(const std::string& name) const {
  CADENZA_ASSIGN(const std::optional<std::string> text, store_->Get(folder_ + "/" + name));
  std::vector<std::string> lines;
  if (!text) return lines;
  std::istringstream stream(*text);
  for (std::string line; std::getline(stream, line);) lines.push_back(std::move(line));
  if (!lines.empty()) lines.erase(lines.begin());
  return lines;
}

Result<int64_t> QueryLog::LastBatch() const {
  CADENZA_ASSIGN(const std::vector<ObjectInfo> commits, store_->List(folder_ + "/commits"));
  int64_t last = -1;
  for (const ObjectInfo& commit : commits) {
    const std::string name = commit.name.substr(commit.name.rfind('/') + 1);
    int64_t batch = -1;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), batch);
    if (error == std::errc() && end == name.data() + name.size()) last = std::max(last, batch);
  }
  return last;
}

Result<std::optional<int64_t>> QueryLog::WatermarkBehind(int64_t batch) const {
  CADENZA_ASSIGN(const std::vector<std::string> lines, Lines(fmt::format("commits/{}", batch)));
  std::optional<int64_t> us;
  if (lines.empty()) return us;
  const std::optional<int64_t> ms = NumberIn(lines.front(), "nextBatchWatermarkMs");
  if (ms && *ms > 0) us = *ms * 1000;
  return us;
}

Result<std::vector<QueryProgress::Taken>> QueryLog::TakenUpTo(int64_t batch) const {
  CADENZA_ASSIGN(const std::vector<std::string> lines, Lines(fmt::format("offsets/{}", batch)));
  std::vector<QueryProgress::Taken> taken;
  for (size_t l = 1; l < lines.size(); ++l) {
    taken.push_back({-1, NumberIn(lines[l], "logOffset").value_or(-1)});
  }
  return taken;
}

/// From the last entry back to the first, or to the nearest file that has all that were before.
Result<int64_t> QueryLog::CountFiles(const std::vector<QueryProgress::Taken>& taken) const {
  int64_t files = 0;
  for (size_t s = 0; s < taken.size(); ++s) {
    bool all = false;
    for (int64_t entry = taken[s].last; entry > taken[s].after && !all; --entry) {
      const std::string name = fmt::format("sources/{}/{}", s, entry);
      CADENZA_ASSIGN(std::vector<std::string> lines, Lines(name));
      all = lines.empty();
      if (all) {
        CADENZA_ASSIGN(lines, Lines(name + ".compact"));
      }
      files += std::ranges::count_if(lines, [&](const std::string& line) {
        const int64_t of_entry = NumberIn(line, "batchId").value_or(-1);
        return of_entry > taken[s].after && of_entry <= entry;
      });
    }
  }
  return files;
}

}  // namespace cadenza::stream
