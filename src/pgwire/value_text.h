#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cadenza::pgwire {

// Values as PostgreSQL writes them in text. Each appends to `out`.

void AppendFloat8(double value, std::string* out);
void AppendFloat4(float value, std::string* out);
/// A whole number times 10^-scale.
void AppendNumeric(__int128 value, int scale, std::string* out);
/// Days since 1970-01-01.
void AppendDate(int32_t days, std::string* out);
/// Microseconds since midnight.
void AppendTime(int64_t micros, std::string* out);
/// Microseconds since 1970-01-01; infinities are the engine's.
void AppendTimestamp(int64_t micros, bool with_zone, std::string* out);
void AppendInterval(int32_t months, int32_t days, int64_t micros, std::string* out);
void AppendBytea(std::string_view bytes, std::string* out);
/// The engine's UUID, whose first bit is flipped.
void AppendUuid(unsigned __int128 engine_value, std::string* out);
/// An element of an array, quoted where that is needed.
void AppendArrayElement(std::string_view text, std::string* out);

}  // namespace cadenza::pgwire
