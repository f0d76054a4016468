#pragma once

namespace cadenza::engine {

/// Statements that declare what models may use besides the common subset of engines, under the
/// names that Spark gives them.
extern const char* const kPrelude;
/// And what values of sources mean: id_text, utc_text_us, local_text_us, number_of, finite.
extern const char* const kSourceValues;

}  // namespace cadenza::engine
