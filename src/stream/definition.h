#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "lake/model.h"
#include "stream/checkpoint.h"
#include "stream/stream_job.h"

namespace cadenza::stream {

/// Where the windows of a stream go, and what they count.
struct WindowTable {
  std::string name;     ///< of the gold layer: sessions_5m, events_5m, or what --table said
  std::string counted;  ///< the column: "sessions", or "events" where the source is log lines
};

/// What must stay the same for as long as a stream lives, because its state was made so: windows,
/// groups, key, condition, lateness, and what values of the source mean: zone, unit, mapping. JSON
/// with the names of the flags.
std::string DefinitionOf(const StreamOptions& options, const std::string& kind,
                         const WindowTable& table);

/// kUsage, naming the flag and both values, when the stored definition is another one.
Status CheckDefinition(std::string_view stored, const StreamOptions& options,
                       const WindowTable& table);

/// The window table of a stream that begins, by the kind of its source.
WindowTable TableOf(const StreamOptions& options, const std::string& kind);

/// What is decided for ever when a stream takes its first events.
struct Agreement {
  std::string kind;  ///< "logs" or "sessions"; that of the options where nothing is decided yet
  std::optional<WindowTable> table;  ///< empty: nothing is decided yet
};
/// kUsage when the stream was begun with other settings, or another stream writes its table.
Result<Agreement> Agreed(Checkpoint* checkpoint, const StreamOptions& options);

/// The window table, as the lake knows it.
lake::Model WindowModel(const StreamOptions& options, const WindowTable& table);

}  // namespace cadenza::stream
