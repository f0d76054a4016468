#pragma once

#include <cstdint>
#include <memory>

#include "base/result.h"
#include "storage/object_store.h"
#include "storage/source_file.h"

namespace cadenza::delta {

/// The store of a Delta table among sources, on disk or S3.
Result<std::unique_ptr<ObjectStore>> OpenTable(const SourceFile& table);

/// The newest version, whatever the table needs of its readers. kNotFound when there is no table.
Result<int64_t> NewestVersion(ObjectStore& table);
/// The newest version that is not later than the time, as History() has the times. kNotFound when
/// there is none.
Result<int64_t> VersionAsOf(ObjectStore& table, int64_t timestamp_ms);

/// Gives a Delta table among sources the newest version, where it has none yet, and the name with
/// it. Other files are left as they are.
Status FixVersion(SourceFile* file);

}  // namespace cadenza::delta
