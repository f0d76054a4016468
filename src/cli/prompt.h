#pragma once

#include <optional>
#include <string>
#include <vector>

namespace cadenza::cli {

/// Statements typed at a terminal: lines up to a ';', with history (kept in ~/.cadenza_history)
/// and completion of words by Tab. One at a time in a process.
class LinePrompt {
 public:
  explicit LinePrompt(std::vector<std::string> words);
  ~LinePrompt();
  LinePrompt(const LinePrompt&) = delete;
  LinePrompt& operator=(const LinePrompt&) = delete;

  /// nullopt at the end of input, or at `exit` or `quit`. Ctrl-C drops what was typed.
  std::optional<std::string> Read();

 private:
  std::string history_path_;
};

}  // namespace cadenza::cli
