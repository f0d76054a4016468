#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string_view>

#include "cli/completion_script.h"

namespace cadenza::cli {
namespace {

std::string Quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

std::string Names(const CompletedFlag& flag) {
  std::string text;
  for (const std::string& name : flag.names) {
    const bool is_long = name.starts_with("--");
    text += fmt::format(" {} {}", is_long ? "-l" : "-s", name.substr(is_long ? 2 : 1));
  }
  return text;
}

std::string Action(const CompletedFlag& flag) {
  if (flag.type.empty()) return "";
  switch (flag.value.kind) {
    case Completion::Kind::kWords:
      return fmt::format(" -x -a {}", Quoted(fmt::format("{}", fmt::join(flag.value.words, " "))));
    case Completion::Kind::kFile:
      return " -r -F";
    case Completion::Kind::kFolder:
      return " -x -a '(__fish_complete_directories)'";
    case Completion::Kind::kNothing:
      break;
  }
  return " -x";
}

std::string Lines(const std::vector<CompletedFlag>& flags, std::string_view condition) {
  std::string text;
  for (const CompletedFlag& flag : flags) {
    text += fmt::format("complete -c cadenza -n {}{}{} -d {}\n", Quoted(condition), Names(flag),
                        Action(flag), Quoted(flag.help));
  }
  return text;
}

}  // namespace

std::string FishCompletion(const CompletionTable& table) {
  std::string text =
      "# fish completion for cadenza, made by: cadenza completion fish\n"
      "complete -c cadenza -f\n";
  text += Lines(table.flags, "__fish_use_subcommand");
  for (const CompletedCommand& command : table.commands) {
    text += fmt::format("complete -c cadenza -n __fish_use_subcommand -a {} -d {}\n", command.name,
                        Quoted(command.summary));
    const std::string condition = "__fish_seen_subcommand_from " + command.name;
    text += Lines(command.flags, condition);
    if (!command.positional_words.empty()) {
      text += fmt::format("complete -c cadenza -n {} -a {}\n", Quoted(condition),
                          Quoted(fmt::format("{}", fmt::join(command.positional_words, " "))));
    }
  }
  return text;
}

}  // namespace cadenza::cli
