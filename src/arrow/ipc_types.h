#pragma once

#include <optional>
#include <string>

#include "arrow/array.h"
#include "base/result.h"

namespace cadenza::arrow::wire {
struct Field;
}

namespace cadenza::arrow {

/// How the values of a type lie in memory, from its format text.
struct Layout {
  enum class Kind { kNull, kBits, kFixed, kText, kBytes, kList, kStruct };
  Kind kind = Kind::kNull;
  int64_t width = 0;  ///< bytes of a value (kFixed) or of an offset (kText, kBytes, kList)
};

/// kInput, naming the column, for a type that is not read.
Result<Field> FieldOf(const wire::Field& field);

/// Of a format that FieldOf made.
Layout LayoutOf(const std::string& format);

}  // namespace cadenza::arrow
