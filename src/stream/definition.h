#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "lake/model.h"
#include "stream/checkpoint.h"
#include "stream/stream_job.h"

namespace cadenza::stream {

/// What must stay the same for as long as a stream lives, because its state was made so: windows,
/// groups, key, condition, lateness, and what values of the source mean: zone, unit, mapping. JSON
/// with the names of the flags.
std::string DefinitionOf(const StreamOptions& options, const std::string& kind,
                         const std::string& table);

/// kUsage, naming the flag and both values, when the stored definition is another one.
Status CheckDefinition(std::string_view stored, const StreamOptions& options,
                       const std::string& table);
/// "logs", "sessions" or "kafka" of a stored definition.
Result<std::string> KindOf(std::string_view stored);

/// The name of the window table.
std::string TableOf(const StreamOptions& options);
/// The kind of source under which the stream was begun; that of the options where it was not yet.
/// kUsage when it was begun with other settings, or another stream writes the table.
Result<std::string> AgreedKind(Checkpoint* checkpoint, const StreamOptions& options,
                               const std::string& table);

/// The window table, as the lake knows it.
lake::Model WindowModel(const StreamOptions& options, const std::string& table);

}  // namespace cadenza::stream
