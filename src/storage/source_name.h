#pragma once

#include <string>
#include <string_view>

namespace cadenza {

/// Left by systems and tools, never data: .DS_Store, __MACOSX, ._*, *.crc, _SUCCESS and
/// .ipynb_checkpoints. `name` is one part of a path.
bool IsJunkName(std::string_view name);

/// True if a part of a path inside a zip is junk.
bool HasJunkPart(std::string_view path);

/// By its ending, in any case: .json, .jsonl, .ndjson, .log or .txt.
bool IsRecordName(std::string_view name);
bool IsGzipName(std::string_view name);
bool IsZipName(std::string_view name);

}  // namespace cadenza
