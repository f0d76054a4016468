#pragma once

#include <string>
#include <string_view>

namespace cadenza::engine {

/// The first word of a statement in lower case, after white space, remarks and opening brackets;
/// empty when there is none. `rest`, if given, receives what follows it.
std::string FirstWord(std::string_view sql, std::string_view* rest = nullptr);

/// True when a statement begins as queries do. EXPLAIN [ANALYZE] counts as what it explains: with
/// ANALYZE it runs it.
bool BeginsLikeAQuery(std::string_view sql);

}  // namespace cadenza::engine
