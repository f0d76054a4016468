#pragma once

#include <string>
#include <string_view>

#include "pgwire/tree.h"

namespace cadenza::pgwire {

// What functions of PostgreSQL with a pattern are in the engine. A pattern that it has no words for
// becomes a call that fails with its text, never another result.

/// to_char(time, pattern). The signs are those of times; FM takes leading zeros and blanks away.
Node TimeText(Node time, std::string_view pattern);
/// The pattern of to_date and to_timestamp in the engine's signs: YYYY-MM-DD is %Y-%m-%d.
std::string TimeFormat(std::string_view pattern);
/// format(pattern, arguments...): %s, %I, %L and %%.
Node FormattedText(const pg_query::FuncCall& call);
/// The regular expression of a pattern of SIMILAR TO.
std::string SimilarPattern(std::string_view pattern);
/// substring(text from pattern): the first group, or the match.
Node SubstringMatch(Node text, const Node& pattern);
/// regexp_match(text, pattern), and regexp_matches, which makes a row of it: its groups as an
/// array.
Node GroupsOfMatch(const pg_query::FuncCall& call);

}  // namespace cadenza::pgwire
