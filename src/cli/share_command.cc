#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/nearest_name.h"
#include "cli/command.h"
#include "cli/message_text.h"
#include "cli/serve_users.h"
#include "lake/model.h"
#include "serve/access.h"
#include "serve/secret_file.h"
#include "serve/users.h"

namespace cadenza::cli {
namespace {

constexpr const char* kShareExamples = R"help(Examples:
  cadenza share profile bob --tables 'gold.*' --days 30 --users users.toml --out bob.share
      a profile for clients of Delta Sharing; what it may read is served by
      cadenza serve --lake lake --share --users users.toml
  cadenza share profile ana --role analyst --endpoint https://lake.example.com --users users.toml --out ana.share
      all that an analyst reads, from another address
  cadenza share withdraw bob --users users.toml
      at once, with all addresses of files that were given
  cadenza share list --users users.toml

In Python: delta_sharing.load_as_pandas("bob.share#lake.gold.kpi_summary").
Exit code: 0 done, 1 failed, 2 wrong usage.)help";

class ShareCommand : public Command {
 public:
  void Declare(CLI::App* app) override {
    app_ = app;
    app->footer(kShareExamples);
    app->add_option("action", action_,
                    "profile: make one; withdraw: take it back; list: who has one")
        ->check(CLI::IsMember({"profile", "withdraw", "list"}))
        ->type_name("ACTION")
        ->required();
    app->add_option("name", edit_.name, "of the profile")->type_name("NAME");
    app->add_option("--users", users_, "the users file of cadenza serve; made where it is missing")
        ->type_name("FILE");
    app->add_option("--tables", edit_.tables,
                    "what is shared, of what the role reads: layer.table with * and commas")
        ->type_name("LIST")
        ->capture_default_str();
    app->add_option("--role", edit_.role, "viewer or analyst")
        ->type_name("ROLE")
        ->capture_default_str();
    app->add_option("--days", edit_.days, "for which the profile holds")
        ->check(CLI::Range(1, 3650))
        ->type_name("N")
        ->capture_default_str();
    app->add_option("--endpoint", endpoint_, "address of cadenza serve, as the client reaches it")
        ->type_name("URL")
        ->capture_default_str();
    app->add_option("--out", out_, "the profile; its mode is 0600")->type_name("FILE");
    DeclareList(app, "--config", &configs_, "settings: .toml")->type_name("FILE");
  }

  Result<int> Execute() override {
    CADENZA_TRY(ApplySettings(app_, configs_));
    edit_.is_token = true;
    edit_.action = action_ == "profile" ? "add" : action_ == "withdraw" ? "remove" : "list";
    if (action_ != "profile") {
      CADENZA_TRY(EditUsers(users_, edit_));
      return kExitDone;
    }
    if (out_.empty()) return MakeError(ErrorKind::kUsage, "--out is missing: where to write it?");
    if (edit_.tables.empty()) edit_.tables = "*";
    if (edit_.tables.find_first_of("\"\\\n") != std::string::npos) {
      return MakeError(ErrorKind::kUsage, "--tables is a list such as gold.*,silver.songs: {}",
                       edit_.tables);
    }
    if (!endpoint_.starts_with("http://") && !endpoint_.starts_with("https://")) {
      return MakeError(ErrorKind::kUsage, "--endpoint begins with http:// or https://: {}",
                       endpoint_);
    }
    while (endpoint_.ends_with('/')) endpoint_.pop_back();
    // Known before the token is made, whose secret would be lost.
    std::filesystem::path folder = std::filesystem::path(out_).parent_path();
    if (folder.empty()) folder = ".";
    if (::access(folder.c_str(), W_OK) != 0) {
      return MakeError(ErrorKind::kUsage, "--out: cannot write there ({}): {}",
                       std::strerror(errno), out_);
    }
    CADENZA_ASSIGN(const MadeToken made, EditUsers(users_, edit_));
    for (const std::string& pattern : CLI::detail::split(edit_.tables, ',')) WarnOf(pattern);
    const nlohmann::json profile{
        {"shareCredentialsVersion", 1},
        {"endpoint", endpoint_ + serve::kSharePath},
        {"bearerToken", made.secret},
        {"expirationTime", UtcText(made.expires_ms, "%Y-%m-%dT%H:%M:%SZ")}};
    CADENZA_TRY(serve::ReplaceSecretFile(out_, profile.dump(2) + "\n", "the profile"));
    fmt::print("{}: {} until {}\n", out_, edit_.tables, UtcText(made.expires_ms, "%Y-%m-%d"));
    return kExitDone;
  }

 private:
  /// Which lake is shared is not known here, and streams and models of one's own have tables of
  /// any name: what looks like a slip is told.
  static void WarnOf(const std::string& pattern) {
    std::vector<std::string> names;
    for (const lake::Model& model : lake::Models()) {
      if (!model.is_table()) continue;
      names.push_back(model.layer + "." + model.name);
      if (std::ranges::count(names, model.layer + ".*") == 0) names.push_back(model.layer + ".*");
    }
    if (std::ranges::any_of(names, [&](const auto& n) { return serve::IsWithin(pattern, n); })) {
      return;
    }
    PrintError("warning: --tables: no table that Cadenza makes is called {}{}\n", pattern,
               DidYouMean(NearestName(pattern, names)));
  }

  CLI::App* app_ = nullptr;
  std::string action_, users_, out_, endpoint_ = "http://127.0.0.1:8765";
  UserEdit edit_;
  std::vector<std::string> configs_;
};

}  // namespace

std::unique_ptr<Command> MakeShareCommand() { return std::make_unique<ShareCommand>(); }

}  // namespace cadenza::cli
