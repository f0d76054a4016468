#pragma once

#include <cstdint>
#include <string>

namespace cadenza::pgwire {

// Values in PostgreSQL's binary form. Each appends to `out`.

void AppendBig16(uint16_t value, std::string* out);
void AppendBig32(uint32_t value, std::string* out);
void AppendBig64(uint64_t value, std::string* out);
/// Days since 1970-01-01.
void AppendBinaryDate(int32_t days, std::string* out);
/// Microseconds since 1970-01-01.
void AppendBinaryTimestamp(int64_t micros, std::string* out);
/// A whole number times 10^-scale, as groups of four digits.
void AppendBinaryNumeric(__int128 value, int scale, std::string* out);

}  // namespace cadenza::pgwire
