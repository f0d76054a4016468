#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/completion_script.h"

namespace cadenza::cli {
namespace {

constexpr const char* kCompletionExamples = R"help(Examples:
  source <(cadenza completion bash)
      for this shell; in ~/.bashrc for every shell
  cadenza completion zsh > ~/.zsh/_cadenza
      any folder of $fpath
  cadenza completion fish > ~/.config/fish/completions/cadenza.fish
  cadenza completion json
      all commands and their flags, for other programs

The packages bring the three of shells along.)help";

/// By command its flags, in the order of --help: what the Python package makes its keyword
/// arguments of.
std::string JsonText(const CompletionTable& table) {
  nlohmann::ordered_json commands;
  for (const CompletedCommand& command : table.commands) {
    nlohmann::ordered_json& flags = commands[command.name] = nlohmann::ordered_json::array();
    for (const CompletedFlag& flag : command.flags) {
      const std::string& name = flag.names.back();
      if (!name.starts_with("--")) continue;
      flags.push_back({{"flag", name.substr(2)},
                       {"help", flag.help},
                       {"type", flag.type},
                       {"is_repeatable", flag.is_repeatable},
                       {"words", flag.value.words}});
    }
  }
  return commands.dump(1) + "\n";
}

class CompletionCommand : public Command {
 public:
  void Declare(CLI::App* app) override {
    app_ = app;
    app->footer(kCompletionExamples);
    app->add_option("shell", shell_, "which shell")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish", "json"}));
  }

  Result<int> Execute() override {
    const CompletionTable table = CompletionsOf(*app_->get_parent());
    fmt::print("{}", shell_ == "json"   ? JsonText(table)
                     : shell_ == "bash" ? BashCompletion(table)
                     : shell_ == "zsh"  ? ZshCompletion(table)
                                        : FishCompletion(table));
    return kExitDone;
  }

 private:
  CLI::App* app_ = nullptr;
  std::string shell_;
};

}  // namespace

std::unique_ptr<Command> MakeCompletionCommand() { return std::make_unique<CompletionCommand>(); }

}  // namespace cadenza::cli
