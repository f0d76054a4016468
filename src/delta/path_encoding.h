#pragma once

#include <string>
#include <string_view>

namespace cadenza::delta {

/// Paths in a log are URI references, on top of the name on disk, which is Hive-escaped already:
///   on disk  day=2018-11-01 10%3A00/a b.parquet
///   in a log day=2018-11-01%2010%253A00/a%20b.parquet
/// All but unreserved characters, '/' and '=' are escaped (':' too: a relative path must not look
/// like a URI with a scheme). Absolute URIs keep their scheme.
std::string EncodePath(std::string_view on_disk);
/// The inverse, also of what other writers leave unescaped. A '%' without two hex digits stays.
std::string DecodePath(std::string_view in_log);

}  // namespace cadenza::delta
