#pragma once

#include <string>

namespace cadenza::cli {

/// Rewrites `from 'logs/**/*.json'` (also after join, and between commas) to a call of the event or
/// song decoder, as the first record tells: .json, .jsonl, .ndjson, .log and .txt, also with .gz,
/// .zip, and folders that end in a slash. Other files stay the engine's.
std::string ResolveRawFiles(const std::string& query);

}  // namespace cadenza::cli
