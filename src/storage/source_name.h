#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace cadenza {

/// Left by systems and tools, never data: .DS_Store, __MACOSX, ._*, *.crc, _SUCCESS,
/// .ipynb_checkpoints, and what Spark has not finished: _temporary, .spark-staging*. `name` is one
/// part of a path.
bool IsJunkName(std::string_view name);

/// True if a part of a path inside a zip is junk.
bool HasJunkPart(std::string_view path);

/// By its ending, in any case: .json, .jsonl, .ndjson, .log or .txt.
bool IsRecordName(std::string_view name);
/// .parquet or .pq, in any case.
bool IsParquetName(std::string_view name);
bool IsGzipName(std::string_view name);
bool IsZipName(std::string_view name);

/// A folder with a folder of this name is a Delta table.
inline constexpr std::string_view kDeltaLogName = "_delta_log";
/// The table's folder when a part of the path is the log of a Delta table; else nullopt.
std::optional<std::string_view> TableOfLog(std::string_view path);

/// "%20" as " "; a '%' without two hex digits behind it stays.
std::string PercentDecoded(std::string_view text);
/// As the program names places: s3://bucket/key for s3a:// and s3n://, and for file:///path the
/// path. Anything else is what it is.
std::string PlainAddress(std::string_view address);

/// A Delta table at a version, as in `_file`: "plays@v0000000007", which sorts as the versions do.
std::string VersionedName(std::string_view table, int64_t version);
/// The two parts of such a name, with any number of digits; nullopt when it is none.
std::optional<std::pair<std::string_view, int64_t>> ParseVersionedName(std::string_view name);

}  // namespace cadenza
