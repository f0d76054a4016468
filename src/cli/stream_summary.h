#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "stream/stream_job.h"

namespace cadenza::cli {

/// The --json summary of `cadenza stream`.
nlohmann::json StreamJson(const stream::StreamSummary& summary, const std::string& lake,
                          const std::string& engine);
/// For people, on standard output: by the table where the user gave the stream no name.
void PrintStream(const stream::StreamSummary& summary, const std::string& lake, bool has_name);
/// On standard error: that no line was an event, and where the lines are now.
void TellAllBad(const stream::StreamSummary& summary);

}  // namespace cadenza::cli
