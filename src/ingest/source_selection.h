#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "ingest/ledger.h"
#include "storage/source_file.h"

namespace cadenza::ingest {

/// The files of one source that a run has to read.
struct Selection {
  std::vector<SourceFile> files;
  std::vector<SkippedFile> skipped;
  int64_t known = 0;
  int64_t stored_bytes = 0;
};

/// Lists the patterns and leaves out what the ledger knows (all is taken with `everything`).
/// A file that two patterns name is taken once. Tables are opened by the engine; one that cannot be
/// read, or is of something else, is skipped with the reason, unless it was named itself.
Result<Selection> SelectSources(const std::vector<std::string>& patterns, Source source,
                                const Ledger& ledger, bool everything, engine::Engine* engine,
                                const std::shared_ptr<s3::Client>& s3 = nullptr);

}  // namespace cadenza::ingest
