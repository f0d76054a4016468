#include <openssl/rand.h>
#include <sys/stat.h>

#include <fstream>

#include "base/clock.h"
#include "cli/command.h"
#include "cli/message_text.h"
#include "lake/lake.h"
#include "query/lake_tables.h"
#include "share/recipients.h"

namespace cadenza::cli {
namespace {

constexpr int64_t kDayMs = 86'400'000;

constexpr const char* kExamples = R"help(Examples:
  cadenza share profile bob --lake lake --tables 'gold.*' --days 30 --out bob.share
      bob.share is all that bob needs: delta_sharing.load_as_pandas("bob.share#lake.gold.kpi_summary")
  cadenza share withdraw bob --lake lake
      at once: his profile and the addresses of files that he has are worth nothing
  cadenza share list --lake lake

The server is cadenza serve --share. Tables that name listeners are shared with --with-listeners only.
Exit code: 0 done, 1 failed, 2 wrong usage.)help";

class ShareCommand : public Command {
 public:
  void Declare(CLI::App* app) override {
    app_ = app;
    app->footer(kExamples);
    app->add_option("action", action_, "profile, withdraw or list")
        ->check(CLI::IsMember({"profile", "withdraw", "list"}))
        ->type_name("ACTION");
    app->add_option("name", name_, "of the recipient")->type_name("NAME");
    app->add_option("--lake", lake_, "the lake, as made by etl --out")->type_name("FOLDER");
    DeclareList(app, "--tables", &tables_, "patterns of layer.table, e.g. 'gold.*'")
        ->type_name("PATTERN");
    app->add_flag("--with-listeners", with_listeners_, "tables that name listeners too");
    app->add_option("--days", days_, "for which the profile holds")
        ->check(CLI::Range(1, 3650))
        ->type_name("N")
        ->capture_default_str();
    app->add_option("--endpoint", endpoint_, "where clients reach the server")
        ->type_name("URL")
        ->capture_default_str();
    app->add_option("--out", out_, "the profile's file")->type_name("FILE");
    DeclareList(app, "--config", &configs_, "settings: .toml")->type_name("FILE");
  }

  Result<int> Execute() override {
    CADENZA_TRY(ApplySettings(app_, configs_));
    if (action_.empty())
      return MakeError(ErrorKind::kUsage, "what is to be done? profile, withdraw or list");
    CADENZA_ASSIGN(const std::unique_ptr<engine::Engine> engine, engine::OpenDuckDb({}));
    CADENZA_ASSIGN(lake::Lake lake, query::OpenExistingLake(lake_, engine.get(), nullptr));
    CADENZA_ASSIGN(share::Recipients recipients, share::Recipients::Read(lake.store()));
    if (action_ == "list") return List(recipients);
    if (name_.empty()) return MakeError(ErrorKind::kUsage, "the name of the recipient is missing");
    if (action_ == "profile") {
      CADENZA_TRY(AddProfile(&recipients));
    } else if (!recipients.Remove(name_)) {
      return MakeError(ErrorKind::kUsage, "nothing is shared with {}", ShellWord(name_));
    }
    CADENZA_TRY(recipients.Write(lake.store()));
    if (action_ == "withdraw")
      fmt::print("Nothing is shared with {} any more.\n", ShellWord(name_));
    return kExitDone;
  }

 private:
  static Result<int> List(const share::Recipients& recipients) {
    for (const share::Recipient& recipient : recipients.all()) {
      std::string tables;
      for (const std::string& pattern : recipient.tables)
        tables += (tables.empty() ? "" : ", ") + pattern;
      fmt::print("{}: {}{}, until {}\n", ShellWord(recipient.name), tables,
                 recipient.with_listeners ? ", listeners too" : "",
                 UtcText(recipient.expires_ms, "%Y-%m-%d"));
    }
    if (recipients.all().empty()) fmt::print("Nothing is shared.\n");
    return kExitDone;
  }

  Status AddProfile(share::Recipients* recipients) {
    if (out_.empty())
      return MakeError(ErrorKind::kUsage, "--out is missing: where is the profile to be?");
    if (tables_.empty())
      return MakeError(ErrorKind::kUsage, "--tables is missing: what is to be shared?");
    unsigned char random[32];
    if (RAND_bytes(random, sizeof random) != 1)
      return MakeError(ErrorKind::kIo, "the system has no random numbers");
    const std::string token =
        "cds_" + share::Sha256Hex({reinterpret_cast<const char*>(random), sizeof random});
    share::Recipient recipient{name_, share::Sha256Hex(token), tables_, with_listeners_,
                               NowMs() + days_ * kDayMs};
    // Nobody else reads it while it is written, nor later.
    ::umask(0077);
    std::ofstream file(out_, std::ios::binary | std::ios::trunc);
    file << share::ProfileText(endpoint_ + "/delta-sharing", token, recipient.expires_ms);
    file.close();
    if (!file) return MakeError(ErrorKind::kIo, "cannot write {}", ShellWord(out_));
    recipients->Add(std::move(recipient));
    fmt::print("{} is the profile of {}, for {}.\n", ShellWord(out_), ShellWord(name_),
               Counted(days_, "day"));
    return {};
  }

  CLI::App* app_ = nullptr;
  std::string action_, name_, lake_, out_, endpoint_ = "http://127.0.0.1:8765";
  std::vector<std::string> tables_, configs_;
  bool with_listeners_ = false;
  int64_t days_ = 30;
};

}  // namespace

std::unique_ptr<Command> MakeShareCommand() { return std::make_unique<ShareCommand>(); }

}  // namespace cadenza::cli
