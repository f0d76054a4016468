#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace cadenza::cli {

/// What may stand in a place of the command line.
struct Completion {
  enum class Kind { kNothing, kWords, kFile, kFolder };

  Kind kind = Kind::kNothing;
  std::vector<std::string> words;  ///< of kWords
};

struct CompletedFlag {
  std::vector<std::string> names;  ///< as typed: "-h", "--help"
  std::string help;
  std::string type;  ///< what --help calls the value; empty when there is none
  Completion value;
  bool is_repeatable = false;
};

struct CompletedCommand {
  std::string name;
  std::string summary;
  std::vector<CompletedFlag> flags;
  std::vector<std::string> positional_words;  ///< what may stand without a flag
};

struct CompletionTable {
  std::vector<CompletedFlag> flags;  ///< before any command
  std::vector<CompletedCommand> commands;
};

/// What can be completed where, as the declared flags say.
CompletionTable CompletionsOf(const CLI::App& program);

}  // namespace cadenza::cli
