#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "delta/snapshot.h"
#include "storage/object_store.h"

namespace cadenza::delta {

/// The partition values of a table with column mapping, whose log has them under other names than
/// the schema. Made of all files that the log tells of, also of those that are gone.
struct MappedPartitions {
  using Values = std::vector<std::optional<std::string>>;

  std::vector<std::string> columns;     ///< as the schema has them; empty: nothing is mapped
  std::map<std::string, Values> files;  ///< by path as on disk; values in the order of the columns
};

/// Reads checkpoints of all kinds, with their sidecars, and the commits after them, whatever else
/// the table needs of its readers.
Result<MappedPartitions> ReadMappedPartitions(ObjectStore& table, CheckpointCodec* codec,
                                              int64_t version);

}  // namespace cadenza::delta
