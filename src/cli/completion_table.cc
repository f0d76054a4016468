#include "cli/completion_table.h"

#include <string_view>

#include "lake/model.h"

namespace cadenza::cli {
namespace {

/// "TEXT:{csv,json}": the only place where a set of values is written down.
std::vector<std::string> ValuesOf(const std::string& type) {
  const size_t open = type.find('{');
  const size_t close = type.find('}', open);
  if (open == type.npos || close == type.npos) return {};
  return CLI::detail::split(type.substr(open + 1, close - open - 1), ',');
}

Completion ValueOf(const std::string& type) {
  if (std::vector<std::string> words = ValuesOf(type); !words.empty()) {
    return {Completion::Kind::kWords, std::move(words)};
  }
  const std::string_view first = std::string_view(type).substr(0, type.find(' '));
  if (first == "FOLDER") return {Completion::Kind::kFolder, {}};
  if (first == "PATH" || first == "FILE") return {Completion::Kind::kFile, {}};
  return {};
}

std::vector<std::string> TableNames() {
  std::vector<std::string> names;
  for (const lake::Model& model : lake::Models()) {
    if (model.is_table()) names.push_back(model.name);
  }
  return names;
}

CompletedFlag FlagOf(const CLI::Option& option) {
  CompletedFlag flag;
  for (const std::string& name : option.get_snames()) flag.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) flag.names.push_back("--" + name);
  flag.help = option.get_description();
  flag.is_repeatable = option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
  if (option.get_type_size() == 0) return flag;
  const std::string type = option.get_type_name();
  flag.type = type.substr(0, type.find_first_of(": "));
  flag.value = ValueOf(type);
  return flag;
}

std::vector<CompletedFlag> FlagsOf(const CLI::App& app) {
  std::vector<CompletedFlag> flags;
  for (const CLI::Option* option : app.get_options()) {
    if (option->nonpositional()) flags.push_back(FlagOf(*option));
  }
  return flags;
}

std::vector<std::string> PositionalWords(const CLI::App& app) {
  for (const CLI::Option* option : app.get_options()) {
    if (option->nonpositional()) continue;
    if (option->get_single_name() == "table") return TableNames();
    if (auto words = ValuesOf(option->get_type_name()); !words.empty()) return words;
  }
  return {};
}

}  // namespace

CompletionTable CompletionsOf(const CLI::App& program) {
  CompletionTable table{.flags = FlagsOf(program), .commands = {}};
  for (const CLI::App* app : program.get_subcommands([](const CLI::App*) { return true; })) {
    table.commands.push_back(
        {app->get_name(), app->get_description(), FlagsOf(*app), PositionalWords(*app)});
  }
  return table;
}

}  // namespace cadenza::cli
