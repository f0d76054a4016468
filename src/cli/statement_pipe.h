#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "query/session.h"

namespace cadenza::cli {

/// Answers the statements of another program until standard input ends: `cadenza sql --session`.
/// A statement is a line of JSON on standard input, {"sql": text}. An answer on standard output is
///   type (1 byte), size of the rest in bytes (4 bytes, little endian), the rest
/// any number of times: P, a piece of an Arrow stream, then E, nothing; or at any time F, a JSON
/// object of exit_code and message. SIGINT ends the statement that runs, and not the program.
/// kIo when standard output is gone, kInput for a line that is no statement.
Status AnswerStatements(
    const std::function<Status(const std::string& sql, const query::Sink& sink)>& answer);

}  // namespace cadenza::cli
