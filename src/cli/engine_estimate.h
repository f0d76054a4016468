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
};

struct EngineDecision {
  bool is_spark = false;
  std::string reason;  ///< a sentence for people, with the numbers
};

/// The cluster where the work of this machine takes longer than ten minutes, or does not fit into
/// its memory and disk; never where there is none.
EngineDecision DecideEngine(const EngineEstimate& estimate);

/// Of a source file, about: Parquet and .gz are packed.
int64_t UnpackedBytes(const std::string& path, int64_t stored_bytes);

}  // namespace cadenza::cli
