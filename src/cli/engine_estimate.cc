#include "cli/engine_estimate.h"

#include <fmt/format.h>

namespace cadenza::cli {
namespace {

/// By docs/BENCHMARKS.md, rounded down: `kpi` reads 68 MB of unpacked sources a second and core,
/// `etl` 80 MB where logs come from the disk.
constexpr double kBytesPerCoreSecond = 60e6;
/// `etl` there, from 1 to 10 GB of logs, and a run over next to nothing.
constexpr double kClusterBytesPerCoreSecond = 4e6;
constexpr double kClusterStartSeconds = 40;
/// Sorts and joins hold a part of the rows at a time; columns that no model reads are left out.
constexpr double kSpilledShare = 0.5;

constexpr int64_t kParquetPacks = 4;
constexpr int64_t kGzipPacks = 8;

std::string Gigabytes(double bytes) { return fmt::format("{:.1f} GB", bytes / 1e9); }

double SecondsHere(const EngineEstimate& estimate) {
  return static_cast<double>(estimate.source_bytes) / (kBytesPerCoreSecond * estimate.cores);
}

double SecondsThere(const EngineEstimate& estimate) {
  return kClusterStartSeconds + static_cast<double>(estimate.source_bytes) /
                                    (kClusterBytesPerCoreSecond * estimate.cluster_cores);
}

double BytesNeeded(const EngineEstimate& estimate) {
  return static_cast<double>(estimate.source_bytes) * kSpilledShare;
}

double BytesFree(const EngineEstimate& estimate) {
  return static_cast<double>(estimate.memory_bytes + estimate.disk_bytes);
}

/// Of each engine, and how much room there is.
std::string Numbers(const EngineEstimate& estimate) {
  const std::string there = estimate.cluster_cores > 0
                                ? fmt::format(" and {:.0f} s for the cluster's {}",
                                              SecondsThere(estimate), estimate.cluster_cores)
                                : "";
  return fmt::format(
      "the sources are about {} unpacked, {:.0f} s of work for {} cores here{}, and may need {} of "
      "the {} of memory and free disk here",
      Gigabytes(static_cast<double>(estimate.source_bytes)), SecondsHere(estimate), estimate.cores,
      there, Gigabytes(BytesNeeded(estimate)), Gigabytes(BytesFree(estimate)));
}

}  // namespace

bool MayPay(const EngineEstimate& estimate) {
  return SecondsHere(estimate) > kClusterStartSeconds ||
         BytesNeeded(estimate) > BytesFree(estimate);
}

EngineDecision DecideEngine(const EngineEstimate& estimate) {
  const std::string numbers = Numbers(estimate);
  if (BytesNeeded(estimate) > BytesFree(estimate)) {
    const char* no_cluster = estimate.has_cluster ? "" : ", but no cluster is given (--spark)";
    return {estimate.has_cluster, numbers + ": too large for this machine" + no_cluster};
  }
  const bool is_sooner =
      estimate.cluster_cores > 0 && SecondsThere(estimate) < SecondsHere(estimate);
  return {is_sooner, numbers};
}

int64_t UnpackedBytes(const std::string& path, int64_t stored_bytes) {
  if (path.ends_with(".gz")) return stored_bytes * kGzipPacks;
  const bool is_text = path.ends_with(".json") || path.ends_with(".jsonl") ||
                       path.ends_with(".ndjson") || path.ends_with(".csv");
  return is_text ? stored_bytes : stored_bytes * kParquetPacks;
}

}  // namespace cadenza::cli
