#pragma once

#include <duckdb.h>

#include <string>
#include <utility>

#include "pgwire/sql_type.h"

namespace cadenza::pgwire {

/// A type that is given back whatever way the function ends.
struct OwnedType {
  explicit OwnedType(duckdb_logical_type owned) : type(owned) {}
  OwnedType(const OwnedType&) = delete;
  OwnedType& operator=(const OwnedType&) = delete;
  ~OwnedType() { duckdb_destroy_logical_type(&type); }
  duckdb_logical_type type;
};

/// What the engine's type is to PostgreSQL.
SqlType TypeOfLogical(duckdb_logical_type type);
/// The type that a column was declared with, where the engine has one type for several of
/// PostgreSQL's, as VARCHAR for text, varchar and name. 0: not declared; characters are text then.
SqlType NarrowedType(const SqlType& type, uint32_t declared);
/// False: the engine has to cast the value to text (json) first.
bool CanEncode(duckdb_logical_type type);

/// What the values of a column are, wherever they stand: in a chunk or in a list.
struct ValueType {
  duckdb_type engine = DUCKDB_TYPE_INVALID;  ///< as stored
  bool is_decimal = false;
  bool is_free = false;  ///< a numeric without a precision
  int scale = 0;
  SqlType sql;

  /// The number without its point, and how many digits stand behind it.
  std::pair<__int128, int> DecimalAt(const void* data, size_t row) const;
  void AppendText(const void* data, size_t row, std::string* out) const;
  void AppendBinary(const void* data, size_t row, std::string* out) const;
};

ValueType ValueTypeOf(duckdb_logical_type type);

}  // namespace cadenza::pgwire
