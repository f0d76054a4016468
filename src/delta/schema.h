#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cadenza::delta {

/// A top-level column of a Delta table.
struct Field {
  std::string name;
  /// A primitive type as the Delta protocol names it (string, long, integer, short, byte, double,
  /// float, boolean, binary, date, timestamp, decimal(p,s)), or the JSON text of a nested type.
  std::string type;
  bool nullable = true;
  /// JSON object text, kept as it was read (comments, invariants, column mapping).
  std::string metadata = "{}";

  bool operator==(const Field&) const = default;
};

/// The columns of a table in order.
struct Schema {
  std::vector<Field> fields;

  const Field* Find(std::string_view name) const;
  bool operator==(const Schema&) const = default;
};

/// Names of columns and values of properties are compared without regard to the case of A to Z.
std::string LowerAscii(std::string text);

/// The `schemaString` of a metaData action, both ways.
std::string SchemaToJson(const Schema& schema);
Result<Schema> SchemaFromJson(std::string_view text);

}  // namespace cadenza::delta
