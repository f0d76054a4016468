#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "arrow/c_data.h"

namespace cadenza::arrow {

inline constexpr int64_t kNullable = 2;  ///< ARROW_FLAG_NULLABLE of the interface

/// A column's name and type; `format` is the text that the C data interface has for the type.
struct Field {
  std::string name;
  std::string format;
  bool nullable = true;
  std::vector<Field> children;

  bool operator==(const Field&) const = default;
};

/// Values of a column, or of all columns of a batch as one struct. The buffers belong to `owner`
/// of the batch.
struct Array {
  int64_t length = 0;
  int64_t null_count = 0;
  std::vector<const void*> buffers;
  std::vector<Array> children;
};

/// Rows. The bytes live as long as any batch, or any exported array, that points into them.
struct Batch {
  Array columns;  ///< a struct without NULLs
  std::shared_ptr<const std::string> owner;
};

/// As the C data interface has them; the receiver releases.
void ExportSchema(const std::vector<Field>& fields, ArrowSchema* out);
void ExportBatch(Batch batch, ArrowArray* out);

}  // namespace cadenza::arrow
