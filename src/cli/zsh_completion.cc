#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string_view>

#include "cli/completion_script.h"

namespace cadenza::cli {
namespace {

/// Within '...', with a backslash before what _arguments and _describe take for punctuation.
std::string ZshQuoted(std::string_view text) {
  std::string quoted;
  for (const char c : text) {
    if (c == '\'') {
      quoted += "'\\''";
      continue;
    }
    if (std::string_view("[]:\\").find(c) != std::string_view::npos) quoted += '\\';
    quoted += c;
  }
  return quoted;
}

std::string ZshAction(const CompletedFlag& flag) {
  if (flag.type.empty()) return "";
  switch (flag.value.kind) {
    case Completion::Kind::kWords:
      return fmt::format(":{}:({})", ZshQuoted(flag.type), fmt::join(flag.value.words, " "));
    case Completion::Kind::kFile:
      return fmt::format(":{}:_files", ZshQuoted(flag.type));
    case Completion::Kind::kFolder:
      return fmt::format(":{}:_files -/", ZshQuoted(flag.type));
    case Completion::Kind::kNothing:
      break;
  }
  return fmt::format(":{}: ", ZshQuoted(flag.type));
}

/// The arguments of _arguments for these flags, one a line.
std::string Specifications(const std::vector<CompletedFlag>& flags, std::string_view indent) {
  std::string text;
  for (const CompletedFlag& flag : flags) {
    for (const std::string& name : flag.names) {
      text += fmt::format(" \\\n{}'{}{}[{}]{}'", indent, flag.is_repeatable ? "*" : "", name,
                          ZshQuoted(flag.help), ZshAction(flag));
    }
  }
  return text;
}

}  // namespace

std::string ZshCompletion(const CompletionTable& table) {
  std::string text =
      "#compdef cadenza\n"
      "# zsh completion for cadenza, made by: cadenza completion zsh\n"
      "_cadenza() {\n"
      "  local state line\n"
      "  local -a commands=(\n";
  for (const CompletedCommand& command : table.commands) {
    text += fmt::format("    '{}:{}'\n", command.name, ZshQuoted(command.summary));
  }
  text += fmt::format(
      "  )\n"
      "  _arguments -C{} \\\n"
      "    '1:command:->command' '*::argument:->arguments'\n"
      "  case $state in\n"
      "    command) _describe command commands ;;\n"
      "    arguments)\n"
      "      case $words[1] in\n",
      Specifications(table.flags, "    "));
  for (const CompletedCommand& command : table.commands) {
    text += fmt::format("        {})\n          _arguments{}", command.name,
                        Specifications(command.flags, "            "));
    if (!command.positional_words.empty()) {
      text += fmt::format(" \\\n            '1:argument:({})'",
                          fmt::join(command.positional_words, " "));
    }
    text += "\n          ;;\n";
  }
  // Loaded by compinit the file is the function's body; sourced it has to register it.
  return text +
         "      esac\n"
         "      ;;\n"
         "  esac\n"
         "}\n"
         "if [[ $funcstack[1] == _cadenza ]]; then\n"
         "  _cadenza \"$@\"\n"
         "else\n"
         "  compdef _cadenza cadenza\n"
         "fi\n";
}

}  // namespace cadenza::cli
