#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "engine/engine.h"
#include "storage/s3/client.h"

namespace cadenza::query {

/// Rewrites what is quoted after from, join or a comma between relations, on disk or, by `s3`, on
/// S3:
/// - log and song files (.json, .jsonl, .ndjson, .log and .txt, also with .gz, .zip), globs and
///   folders of them: to a call of the event or song decoder, as the first record tells;
/// - the folder of a Delta table: to delta_scan, at the version that `at (version => 3)` or
///   `at (timestamp => '2026-01-31')` behind it names;
/// - folders and globs of Parquet files: to the list of the files that hold data.
/// Other files stay the engine's. kInput, kNotFound with the table's name when a Delta table cannot
/// be read.
Result<std::string> ResolveRawFiles(const std::string& query, engine::Engine* engine,
                                    const std::shared_ptr<s3::Client>& s3);

}  // namespace cadenza::query
