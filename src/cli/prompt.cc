#include "cli/prompt.h"

#include <editline/readline.h>

#include <cstdlib>
#include <cstring>

#include "cli/command.h"

namespace cadenza::cli {
namespace {

constexpr int kHistoryLines = 1000;

// The line editor calls back without a context, so that the words have to be of the process.
std::vector<std::string>& Words() {
  static std::vector<std::string> words;
  return words;
}

char* NextMatch(const char* start, int state) {
  static size_t at = 0;
  if (state == 0) at = 0;
  while (at < Words().size()) {
    const std::string& word = Words()[at++];
    if (word.compare(0, std::strlen(start), start) == 0) return ::strdup(word.c_str());
  }
  return nullptr;
}

char** Complete(const char* text, int, int) { return rl_completion_matches(text, NextMatch); }

}  // namespace

LinePrompt::LinePrompt(std::vector<std::string> words) {
  Words() = std::move(words);
  rl_attempted_completion_function = Complete;
  using_history();
  stifle_history(kHistoryLines);
  if (const char* home = std::getenv("HOME")) {
    history_path_ = std::string(home) + "/.cadenza_history";
    read_history(history_path_.c_str());
  }
}

LinePrompt::~LinePrompt() {
  if (!history_path_.empty()) write_history(history_path_.c_str());
}

std::optional<std::string> LinePrompt::Read() {
  std::string statement;
  while (true) {
    char* line = readline(statement.empty() ? "cadenza> " : "      -> ");
    if (!line) {
      // The editor takes an interrupted read for the end of input.
      if (!InterruptGuard::Reset()) return std::nullopt;
      std::fputc('\n', stdout);
      statement.clear();
      continue;
    }
    const std::string text = line;
    std::free(line);
    if (statement.empty() && (text == "exit" || text == "quit" || text == "\\q")) {
      return std::nullopt;
    }
    if (text.find_first_not_of(" \t") == std::string::npos) continue;
    statement += (statement.empty() ? "" : "\n") + text;
    if (text.find_last_of(';') == std::string::npos) continue;
    add_history(statement.c_str());
    return statement;
  }
}

}  // namespace cadenza::cli
