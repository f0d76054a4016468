#pragma once

#include <string>

#include "pgwire/prepared_query.h"

typedef struct _duckdb_value* duckdb_value;  // NOLINT(bugprone-reserved-identifier)

namespace cadenza::pgwire {

/// A parameter as the engine takes it: a text that it casts, bytes of a bytea, or a list of texts
/// of an array. 22P02, 22P03 with the number of the parameter for what is no value of the type. To
/// be destroyed by the caller.
Outcome<duckdb_value> MakeParameter(const ParameterValue& value, uint32_t type, size_t number);

/// A binary value as text.
Outcome<std::string> TextOfBinary(std::string_view bytes, uint32_t type, size_t number);

/// The elements of '{a,NULL,"b c"}'; 22P02 for what is no array of one dimension.
Outcome<std::vector<std::optional<std::string>>> ElementsOf(std::string_view array);

}  // namespace cadenza::pgwire
