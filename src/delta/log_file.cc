#include "delta/log_file.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

namespace cadenza::delta {
namespace {

constexpr size_t kVersionDigits = 20;
constexpr size_t kPartDigits = 10;
/// Far from overflow, so that versions can be counted up without care.
constexpr int64_t kVersionMax = 1'000'000'000'000'000'000;

/// Parts found of one multi-part checkpoint, by (version, number of parts).
using PartNames = std::map<std::pair<int64_t, int64_t>, std::map<int64_t, std::string>>;

std::optional<int64_t> TakeNumber(std::string_view* text, size_t digits) {
  if (text->size() < digits) return std::nullopt;
  int64_t number = 0;
  const std::string_view taken = text->substr(0, digits);
  if (taken.find_first_not_of("0123456789") != taken.npos) return std::nullopt;
  const auto [end, failure] = std::from_chars(taken.begin(), taken.end(), number);
  if (failure != std::errc() || number > kVersionMax) return std::nullopt;
  text->remove_prefix(digits);
  return number;
}

bool Take(std::string_view* text, std::string_view expected) {
  if (!text->starts_with(expected)) return false;
  text->remove_prefix(expected.size());
  return true;
}

/// "0000000001.0000000002.parquet"
bool AddPart(const std::string& name, int64_t version, std::string_view rest, PartNames* parts) {
  const auto part = TakeNumber(&rest, kPartDigits);
  if (!part || !Take(&rest, ".")) return false;
  const auto count = TakeNumber(&rest, kPartDigits);
  if (!count || rest != ".parquet" || *part < 1 || *part > *count) return false;
  (*parts)[{version, *count}].emplace(*part, name);
  return true;
}

void AddName(const ObjectInfo& object, LogListing* listing, PartNames* parts) {
  std::string_view rest = object.name;
  if (!Take(&rest, kLogFolder) || !Take(&rest, "/")) return;
  const auto version = TakeNumber(&rest, kVersionDigits);
  if (!version) return;
  if (rest == ".json") {
    listing->commits.emplace(*version, object.modified_ms);
  } else if (rest == ".checkpoint.parquet") {
    listing->checkpoints.push_back({*version, {object.name}});
  } else if (Take(&rest, ".checkpoint.") && !AddPart(object.name, *version, rest, parts)) {
    listing->has_v2_checkpoint = true;
    if (rest.ends_with(".parquet") || rest.ends_with(".json")) {
      listing->v2_checkpoints[*version] = object.name;
    }
  }
}

}  // namespace

std::string CommitName(int64_t version) {
  return fmt::format("{}/{:020}.json", kLogFolder, version);
}

std::string CheckpointName(int64_t version) {
  return fmt::format("{}/{:020}.checkpoint.parquet", kLogFolder, version);
}

int64_t LogListing::newest() const {
  const int64_t commit = commits.empty() ? -1 : commits.rbegin()->first;
  return checkpoints.empty() ? commit : std::max(commit, checkpoints.back().version);
}

int64_t LogListing::oldest() const {
  if (commits.contains(0)) return 0;
  return checkpoints.empty() ? 0 : checkpoints.front().version;
}

Result<LogListing> ListLog(ObjectStore& table) {
  CADENZA_ASSIGN(const std::vector<ObjectInfo> objects, table.List(kLogFolder));
  LogListing listing;
  PartNames parts;
  for (const ObjectInfo& object : objects) AddName(object, &listing, &parts);
  for (const auto& [key, names] : parts) {
    if (static_cast<int64_t>(names.size()) != key.second) continue;
    CheckpointFiles checkpoint{key.first, {}};
    for (const auto& [part, name] : names) checkpoint.names.push_back(name);
    listing.checkpoints.push_back(std::move(checkpoint));
  }
  // Of two for one version, the one in fewer parts comes last, because the last is tried first.
  std::sort(listing.checkpoints.begin(), listing.checkpoints.end(),
            [](const CheckpointFiles& left, const CheckpointFiles& right) {
              return left.version != right.version ? left.version < right.version
                                                   : left.names.size() > right.names.size();
            });
  return listing;
}

}  // namespace cadenza::delta
