#include "base/nearest_name.h"
#include "base/version.h"
#include "cli/command.h"
#include "cli/manual_page.h"

namespace cadenza::cli {
namespace {

constexpr const char* kManualExamples = R"help(Examples:
  cadenza manual | man -l -
  cadenza manual etl | man -l -
      of one command, with its exit status, environment and files
  cadenza manual > /usr/local/share/man/man1/cadenza.1
      for `man cadenza`; the packages bring it along)help";

class ManualCommand : public Command {
 public:
  void Declare(CLI::App* app) override {
    app_ = app;
    app->footer(kManualExamples);
    app->add_option("command", command_, "the page of this command alone; else of all")
        ->type_name("COMMAND");
    app->add_flag("--list", list_, "the names of the commands, one a line");
  }

  Result<int> Execute() override {
    const CLI::App& program = *app_->get_parent();
    const auto commands = program.get_subcommands([](const CLI::App*) { return true; });
    if (list_) {
      for (const CLI::App* command : commands) fmt::print("{}\n", command->get_name());
      return kExitDone;
    }
    if (command_.empty()) {
      fmt::print("{}", ManualPage(program, kVersion));
      return kExitDone;
    }
    std::vector<std::string> names;
    for (const CLI::App* command : commands) {
      names.push_back(command->get_name());
      if (names.back() != command_) continue;
      fmt::print("{}", CommandPage(*command, kVersion));
      return kExitDone;
    }
    return MakeError(ErrorKind::kUsage, "no such command: {}{}", command_,
                     DidYouMean(NearestName(command_, names)));
  }

 private:
  CLI::App* app_ = nullptr;
  std::string command_;
  bool list_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeManualCommand() { return std::make_unique<ManualCommand>(); }

}  // namespace cadenza::cli
