#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "base/result.h"

namespace cadenza::cli {

/// What is wrong with a command line, or with the value of a setting: one sentence with the flag,
/// the value and, where one is near, what was most likely meant.
std::string UsageText(const CLI::Error& error, const CLI::App& command);

/// The error with the flag, variable or settings file whose value it is about, where exactly one
/// has the value that the message ends with and the message does not name it.
Error WithOrigin(const Error& error, const CLI::App& command);

/// Notes where an option has its values from when it is no flag of the command line.
void NoteOrigin(const CLI::Option& option, const std::string& origin);

}  // namespace cadenza::cli
