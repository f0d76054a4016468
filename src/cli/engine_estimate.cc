#include "cli/engine_estimate.h"

#include <fmt/format.h>

namespace cadenza::cli {
namespace {

/// Less than half of what etl does on the machine of docs/BENCHMARKS.md: chosen, as other machines
/// and models are slower.
constexpr double kBytesPerCoreSecond = 60e6;
constexpr double kSecondsWorthACluster = 600;
/// Sorts and joins hold a part of the rows at a time; columns that no model reads are left out.
constexpr double kSpilledShare = 0.5;

constexpr int64_t kParquetPacks = 4;
constexpr int64_t kGzipPacks = 8;

std::string Gigabytes(double bytes) { return fmt::format("{:.1f} GB", bytes / 1e9); }

}  // namespace

EngineDecision DecideEngine(const EngineEstimate& estimate) {
  const auto bytes = static_cast<double>(estimate.source_bytes);
  const double seconds = bytes / (kBytesPerCoreSecond * estimate.cores);
  const double needed = bytes * kSpilledShare;
  const auto room = static_cast<double>(estimate.memory_bytes + estimate.disk_bytes);
  const std::string sizes = fmt::format(
      "the sources are about {} unpacked, {:.0f} s of work for {} cores, and may need {} of the {} "
      "of memory and free disk here",
      Gigabytes(bytes), seconds, estimate.cores, Gigabytes(needed), Gigabytes(room));
  const bool too_long = seconds > kSecondsWorthACluster;
  const bool too_large = needed > room;
  if (!too_long && !too_large) return {false, sizes};
  const std::string why = too_large ? "too large for this machine"
                                    : fmt::format("more than {:.0f} s", kSecondsWorthACluster);
  if (estimate.has_cluster) return {true, fmt::format("{}: {}", sizes, why)};
  return {false, fmt::format("{}: {}, but no cluster is given (--spark)", sizes, why)};
}

int64_t UnpackedBytes(const std::string& path, int64_t stored_bytes) {
  if (path.ends_with(".gz")) return stored_bytes * kGzipPacks;
  const bool is_text = path.ends_with(".json") || path.ends_with(".jsonl") ||
                       path.ends_with(".ndjson") || path.ends_with(".csv");
  return is_text ? stored_bytes : stored_bytes * kParquetPacks;
}

}  // namespace cadenza::cli
