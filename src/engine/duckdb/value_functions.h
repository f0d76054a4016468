#pragma once

#include "engine/duckdb/scan_binding.h"
#include "engine/value_set.h"

namespace cadenza::engine {

/// Registers functions over sets of 64-bit numbers:
///   cadenza_is_first(values_max, value): true for the first row of a value and of NULL, in no
///     order. Each place in a statement has a set of its own, as long as the statement.
///   cadenza_note_value(number of a registered set, value): 1; the value is in the set now.
///   cadenza_count_lacking(number of a registered set, value): its sum over rows is the number of
///     those whose value is not in the set.
/// The last two take no NULLs.
Status RegisterValueFunctions(duckdb_connection connection, ScanRegistry<ValueSet>* sets);

}  // namespace cadenza::engine
