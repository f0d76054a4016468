#pragma once

#include <string>
#include <string_view>

namespace cadenza::engine {

/// The SQL of models, which is the common subset of both engines plus macros, as Spark writes it:
/// names of types (VARCHAR, HUGEINT, TIMESTAMP WITH TIME ZONE), `//`, quotes in texts, decimal
/// literals (doubles here, decimals there), and the macros of the embedded engine's prelude. What
/// is inside of quotes and comments is left alone. Knows no grammar: any text is translated.
std::string ToSpark(std::string_view sql);

/// 'text' as a literal of Spark, where a backslash escapes.
std::string SparkText(std::string_view text);
/// `name`, for paths.
std::string SparkPath(std::string_view path);

}  // namespace cadenza::engine
