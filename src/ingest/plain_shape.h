#pragma once

#include <string>

namespace cadenza::ingest {

/// What a cluster reads of a log by itself: one flat object a line, of known keys, each once, with
/// values that every JSON reader takes for the same. All else is left to the decoder; the
/// PlainLineReader of decode/ draws a similar line for its own sake.

/// A regular expression of Java that matches such lines, but for keys that come twice.
std::string PlainShape();
/// The columns of such a line for Spark's from_json. Whole numbers are DECIMAL, because they may be
/// written as 39.0.
std::string PlainSchema();
/// SQL of Spark: `column AS name, ...` of the event's columns without the time, from the parsed
/// object `e` and the text `line`.
std::string PlainColumns();

}  // namespace cadenza::ingest
