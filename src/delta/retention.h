#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace cadenza::delta {

/// How long a file that left the table is kept for its readers: delta.deletedFileRetentionDuration,
/// e.g. "interval 36 hours"; a week where it is absent or not understood.
int64_t DeletedFileRetentionMs(const std::map<std::string, std::string>& configuration);

/// How long the log tells of earlier versions: delta.logRetentionDuration; thirty days where it is
/// absent or not understood.
int64_t LogRetentionMs(const std::map<std::string, std::string>& configuration);

}  // namespace cadenza::delta
