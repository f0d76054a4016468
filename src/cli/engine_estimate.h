#pragma once

#include <cstdint>
#include <string>

namespace cadenza::cli {

/// What `--engine auto` knows before it starts.
struct EngineEstimate {
  int64_t source_bytes = 0;  ///< unpacked: stored bytes times what their format packs
  int64_t memory_bytes = 0;  ///< that the embedded engine may use
  int64_t disk_bytes = 0;    ///< free where it spills
  int cores = 1;
  bool has_cluster = false;  ///< an address is given
  int cluster_cores = 0;     ///< 0: not asked
};

struct EngineDecision {
  bool is_spark = false;
  std::string reason;  ///< a sentence for people, with the numbers
};

/// Whether to ask the cluster for its cores: not for work that takes this machine less time than a
/// cluster needs to start.
bool MayPay(const EngineEstimate& estimate);

/// The cluster where it would be through earlier, or where the work does not fit into this
/// machine's memory and disk; never where there is none. By the rates of docs/BENCHMARKS.md.
EngineDecision DecideEngine(const EngineEstimate& estimate);

/// Of a source file, about: Parquet and .gz are packed.
int64_t UnpackedBytes(const std::string& path, int64_t stored_bytes);

}  // namespace cadenza::cli
