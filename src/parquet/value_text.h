#pragma once

#include <cstdint>
#include <string>

namespace cadenza::parquet {

// Values as text for statistics. Dates count in the proleptic Gregorian calendar; a year before 1
// is written as DuckDB writes it, "0044-03-15 (BC)".

/// The shortest decimal that reads back as the same double; "inf", "-0" and "1e+22" can come.
std::string DoubleText(double value);
/// Days since 1970-01-01 as yyyy-mm-dd.
std::string DateText(int64_t days);
/// Microseconds since 1970-01-01 UTC as yyyy-mm-dd hh:mm:ss.ffffff+00.
std::string TimestampText(int64_t microseconds);

}  // namespace cadenza::parquet
