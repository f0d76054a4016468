#pragma once

#include <string>

namespace cadenza::cli {

/// Rewrites `from 'logs/**/*.json'` (and join; .json, .jsonl, .ndjson, also with .gz, and .zip) to
/// a call of the event or song decoder, as the first record tells. Other files stay the engine's.
std::string ResolveRawFiles(const std::string& sql);

}  // namespace cadenza::cli
