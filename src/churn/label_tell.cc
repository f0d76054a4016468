#include "churn/label_tell.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "learn/resampling.h"

namespace cadenza::churn {
namespace {

constexpr double kChance = 0.01;  ///< to find one where there is none, over all candidates
constexpr size_t kCutsMost = 64;
constexpr double kLeastPart = 0.05;

/// Rows of a candidate.
struct Held {
  int64_t rows = 0, yes = 0;

  double share() const {
    return rows == 0 ? 0 : static_cast<double>(yes) / static_cast<double>(rows);
  }
};

struct Candidate {
  std::string words;
  Held held;
  bool is_end = false;  ///< all below or above a value
};

std::string ValueText(const AuditedColumn& column, float value) {
  if (!column.categories.empty()) return "'" + column.categories[static_cast<size_t>(value)] + "'";
  return fmt::format("{:.6g}", value);
}

/// The known values in order, with how many rows and positives each has.
std::map<float, Held> ByValue(const AuditedColumn& column, const std::vector<uint8_t>& labels,
                              Held* missing) {
  std::map<float, Held> values;
  for (size_t row = 0; row < labels.size(); ++row) {
    const float value = column.values[row];
    Held& held = std::isnan(value) ? *missing : values[value];
    ++held.rows;
    held.yes += labels[row];
  }
  return values;
}

/// Bins of about equal size: the last value of each with the rows in it.
std::vector<std::pair<float, Held>> Bins(const std::map<float, Held>& values) {
  int64_t all = 0;
  for (const auto& [value, held] : values) all += held.rows;
  const double size = static_cast<double>(all) / static_cast<double>(kCutsMost);
  std::vector<std::pair<float, Held>> bins;
  Held bin;
  for (const auto& [value, held] : values) {
    bin.rows += held.rows;
    bin.yes += held.yes;
    if (values.size() > kCutsMost && static_cast<double>(bin.rows) < size) continue;
    bins.emplace_back(value, bin);
    bin = {};
  }
  if (bin.rows > 0) bins.emplace_back(values.rbegin()->first, bin);
  return bins;
}

std::vector<Candidate> CandidatesOf(const AuditedColumn& column,
                                    const std::vector<uint8_t>& labels) {
  std::vector<Candidate> candidates;
  Held missing;
  const std::map<float, Held> values = ByValue(column, labels, &missing);
  if (missing.rows > 0) candidates.push_back({column.name + " has no value", missing});
  Held all;
  for (const auto& [value, held] : values) {
    all.rows += held.rows;
    all.yes += held.yes;
  }
  if (missing.rows > 0) candidates.push_back({column.name + " has a value", all});
  const bool is_text = !column.categories.empty();
  const auto bins = Bins(values);
  Held below;
  for (size_t b = 0; b < bins.size(); ++b) {
    const auto& [last, bin] = bins[b];
    const bool is_one = values.size() <= kCutsMost;
    candidates.push_back(
        {is_one ? fmt::format("{} = {}", column.name, ValueText(column, last))
                : fmt::format("{} up to {}, above {}", column.name, ValueText(column, last),
                              b == 0 ? "nothing" : ValueText(column, bins[b - 1].first)),
         bin});
    below.rows += bin.rows;
    below.yes += bin.yes;
    if (is_text || b + 1 == bins.size()) continue;
    candidates.push_back(
        {fmt::format("{} <= {}", column.name, ValueText(column, last)), below, true});
    candidates.push_back({fmt::format("{} > {}", column.name, ValueText(column, last)),
                          {all.rows - below.rows, all.yes - below.yes},
                          true});
  }
  return candidates;
}

int64_t Positives(const std::vector<uint8_t>& labels) {
  return std::ranges::count(labels, uint8_t{1});
}

std::string Counted(const Candidate& candidate) {
  return fmt::format("{}: {} of {} rows are positive", candidate.words, candidate.held.yes,
                     candidate.held.rows);
}

}  // namespace

size_t CountCandidates(const AuditedTable& table) {
  size_t count = 0;
  for (const AuditedColumn& column : table.columns)
    count += CandidatesOf(column, table.labels).size();
  return std::max<size_t>(count, 1);
}

std::optional<std::string> FindTell(const AuditedColumn& column, const std::vector<uint8_t>& labels,
                                    size_t candidates) {
  const double chance = kChance / static_cast<double>(candidates);
  const auto positives = static_cast<double>(Positives(labels));
  const Candidate* best = nullptr;
  const std::vector<Candidate> all = CandidatesOf(column, labels);
  for (const Candidate& candidate : all) {
    const Held& held = candidate.held;
    if (static_cast<double>(held.yes) < kLeastPart * positives || held.share() < 0.9) continue;
    const double least = learn::LeastShare(held.yes, held.rows, chance);
    const bool tells = least >= 0.9 || (least >= 0.7 && held.share() >= 0.98);
    if (tells && (!best || held.yes > best->held.yes)) best = &candidate;
  }
  return best ? std::optional(Counted(*best)) : std::nullopt;
}

std::optional<std::string> FindEmptyEnd(const AuditedColumn& column,
                                        const std::vector<uint8_t>& labels, size_t candidates) {
  const double chance = kChance / static_cast<double>(candidates);
  const auto rows = static_cast<double>(labels.size());
  const double share = static_cast<double>(Positives(labels)) / rows;
  const double odds = share / (1 - share);
  const Candidate* best = nullptr;
  const std::vector<Candidate> all = CandidatesOf(column, labels);
  for (const Candidate& candidate : all) {
    if (static_cast<double>(candidate.held.rows) < kLeastPart * rows) continue;
    const double most = learn::GreatestShare(candidate.held.yes, candidate.held.rows, chance);
    if (most >= 1 || most / (1 - most) >= odds / 5) continue;
    if (!best || candidate.held.rows > best->held.rows) best = &candidate;
  }
  return best ? std::optional(Counted(*best)) : std::nullopt;
}

}  // namespace cadenza::churn
