#pragma once

#include <memory>
#include <string>
#include <vector>

#include "delta/snapshot.h"
#include "engine/duckdb/connection.h"

namespace cadenza::engine {

/// V1 checkpoints of the Delta log through the engine's JSON and Parquet. Uses its own connection,
/// so that a checkpoint can be read while a query runs. Thread-safe.
class ParquetCheckpointCodec : public delta::CheckpointCodec {
 public:
  explicit ParquetCheckpointCodec(duckdb_database database) : database_(database) {}
  Result<std::string> Encode(const std::vector<std::string>& actions) override;
  Result<std::vector<std::string>> Decode(const std::string& parquet_bytes) override;

 private:
  duckdb_database database_;
};

}  // namespace cadenza::engine
