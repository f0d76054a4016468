#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>

#include "cli/completion_script.h"

namespace cadenza::cli {
namespace {

constexpr const char* kBeginning =
    R"bash(# bash completion for cadenza, made by: cadenza completion bash
_cadenza() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  local command='' kind=words words='' flags='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    [[ ${COMP_WORDS[i]} == -* ]] || { command=${COMP_WORDS[i]}; break; }
  done
  # bash hands --flag=value over as three words
  if [[ $current == = ]]; then
    current=''
  elif [[ $previous == = ]]; then
    previous=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  case "$command $previous" in
)bash";

constexpr const char* kEnd = R"bash(      esac
      [[ -n $words && $current != -* ]] || words=$flags
      ;;
  esac
  COMPREPLY=()
  case $kind in
    words) mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current") ;;
    file | folder)
      # Adds the slash to a folder; not there outside of a completion.
      compopt -o filenames 2>/dev/null
      if [[ $kind == file ]]; then
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
      else
        mapfile -t COMPREPLY < <(compgen -d -- "$current")
      fi
      ;;
  esac
}
complete -F _cadenza cadenza
)bash";

std::string FlagNames(const std::vector<CompletedFlag>& flags) {
  std::vector<std::string> names;
  for (const CompletedFlag& flag : flags) {
    names.insert(names.end(), flag.names.begin(), flag.names.end());
  }
  return fmt::format("{}", fmt::join(names, " "));
}

std::string Action(const Completion& value) {
  switch (value.kind) {
    case Completion::Kind::kWords:
      return fmt::format("words='{}'", fmt::join(value.words, " "));
    case Completion::Kind::kFile:
      return "kind=file";
    case Completion::Kind::kFolder:
      return "kind=folder";
    case Completion::Kind::kNothing:
      break;
  }
  return "kind=none";
}

/// One case for all flags of a command that complete alike.
std::string ValueCases(const CompletedCommand& command) {
  std::map<std::string, std::vector<std::string>> places;
  for (const CompletedFlag& flag : command.flags) {
    if (flag.type.empty()) continue;
    for (const std::string& name : flag.names) {
      places[Action(flag.value)].push_back(fmt::format("'{} {}'", command.name, name));
    }
  }
  std::string text;
  for (const auto& [action, names] : places) {
    text += fmt::format("    {}) {} ;;\n", fmt::join(names, " | "), action);
  }
  return text;
}

}  // namespace

std::string BashCompletion(const CompletionTable& table) {
  std::string text = kBeginning;
  for (const CompletedCommand& command : table.commands) text += ValueCases(command);
  text += "    *)\n      case $command in\n";
  std::vector<std::string> names;
  for (const CompletedCommand& command : table.commands) names.push_back(command.name);
  text += fmt::format("        '') words='{}' flags='{}' ;;\n", fmt::join(names, " "),
                      FlagNames(table.flags));
  for (const CompletedCommand& command : table.commands) {
    text += fmt::format("        {}) words='{}' flags='{}' ;;\n", command.name,
                        fmt::join(command.positional_words, " "), FlagNames(command.flags));
  }
  return text + kEnd;
}

}  // namespace cadenza::cli
