#pragma once

#include <memory>
#include <string>

#include "storage/s3/client.h"

namespace cadenza::cli {

/// Rewrites `from 'logs/**/*.json'` (also after join, and between commas) to a call of the event or
/// song decoder, as the first record tells: .json, .jsonl, .ndjson, .log and .txt, also with .gz,
/// .zip, and folders that end in a slash; on disk or, by `s3`, on S3. Other files stay the
/// engine's.
std::string ResolveRawFiles(const std::string& query, const std::shared_ptr<s3::Client>& s3);

}  // namespace cadenza::cli
