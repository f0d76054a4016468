#include "base/version.h"
#include "cli/command.h"
#include "cli/manual_page.h"

namespace cadenza::cli {
namespace {

constexpr const char* kManualExamples = R"help(Examples:
  cadenza manual | man -l -
  cadenza manual > /usr/local/share/man/man1/cadenza.1
      for `man cadenza`; the packages bring it along)help";

class ManualCommand : public Command {
 public:
  void Declare(CLI::App* app) override {
    app_ = app;
    app->footer(kManualExamples);
  }

  Result<int> Execute() override {
    fmt::print("{}", ManualPage(*app_->get_parent(), kVersion));
    return kExitDone;
  }

 private:
  CLI::App* app_ = nullptr;
};

}  // namespace

std::unique_ptr<Command> MakeManualCommand() { return std::make_unique<ManualCommand>(); }

}  // namespace cadenza::cli
