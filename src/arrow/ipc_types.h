#pragma once

#include <optional>
#include <string>

#include "arrow/array.h"
#include "base/result.h"

namespace flatbuffers {
class FlatBufferBuilder;
template <class T>
struct Offset;
}  // namespace flatbuffers

namespace cadenza::arrow::wire {
struct Field;
}

namespace cadenza::arrow {

/// What each message of a stream begins with.
inline constexpr uint32_t kContinuation = 0xffffffff;

/// How the values of a type lie in memory, from its format text.
struct Layout {
  enum class Kind { kNull, kBits, kFixed, kText, kBytes, kList, kStruct };
  Kind kind = Kind::kNull;
  int64_t width = 0;  ///< bytes of a value (kFixed) or of an offset (kText, kBytes, kList)
};

/// kInput, naming the column, for a type that is not read.
Result<Field> FieldOf(const wire::Field& field);

/// The same from the C data interface. `path`: of the columns around it, for messages.
Result<Field> FieldOf(const ArrowSchema& schema, const std::string& path = "");

/// Of a field that FieldOf made.
flatbuffers::Offset<wire::Field> Encode(const Field& field, flatbuffers::FlatBufferBuilder* to);

/// Of a format that FieldOf made.
Layout LayoutOf(const std::string& format);

}  // namespace cadenza::arrow
