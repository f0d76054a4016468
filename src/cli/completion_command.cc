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

The packages bring all three along.)help";

class CompletionCommand : public Command {
 public:
  void Declare(CLI::App* app) override {
    app_ = app;
    app->footer(kCompletionExamples);
    app->add_option("shell", shell_, "which shell")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  }

  Result<int> Execute() override {
    const CompletionTable table = CompletionsOf(*app_->get_parent());
    fmt::print("{}", shell_ == "bash"  ? BashCompletion(table)
                     : shell_ == "zsh" ? ZshCompletion(table)
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
