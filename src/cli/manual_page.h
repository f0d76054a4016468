#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace cadenza::cli {

/// The manual page in roff: what --help says of the program and of each of its commands. Flags that
/// several commands share under a heading of their own are described at the first of them.
std::string ManualPage(const CLI::App& program, const std::string& version);
/// The page of one command, `cadenza-etl(1)`: all its flags, exit status, environment and files.
std::string CommandPage(const CLI::App& command, const std::string& version);

}  // namespace cadenza::cli
