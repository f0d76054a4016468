#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>

#include "base/format_version.h"
#include "cli/command.h"
#include "cli/text_checks.h"
#include "storage/glob.h"
#include "storage/source_name.h"

namespace cadenza::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kInitExamples = R"help(Examples:
  cadenza init
      looks for logs, songs and an engagement source in this folder and writes cadenza.toml
  cadenza init --logs 's3://raw/log_data' --songs s3://raw/song_data --lake s3://lakes/plays
  cadenza init --source engagement --incoming incoming --out nightly.toml

What is found: log_data, log-data, logs or events (folders, or log-data.zip) and song_data, song-data
or songs (likewise), a folder with a table of sessions (engagement), and incoming (files that
arrive). A flag replaces what would be found. A file that is there stays, unless --force.
Next: cadenza run
Exit code: 0 done, 1 failed, 2 wrong usage.)help";

/// A text as TOML writes it; control characters are escaped, so that any path comes back.
std::string TomlText(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted += std::string("\\") + c;
    } else if (byte < 0x20 || byte == 0x7F) {
      quoted += fmt::format("\\u{:04X}", byte);
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

std::string TomlList(const std::vector<std::string>& values) {
  std::string list;
  for (const std::string& value : values) list += (list.empty() ? "" : ", ") + TomlText(value);
  return "[" + list + "]";
}

/// The first of the names that is in the folder.
std::optional<std::string> FirstThere(const fs::path& folder,
                                      const std::vector<std::string>& names) {
  std::error_code ignored;
  for (const std::string& name : names) {
    if (fs::exists(folder / name, ignored)) return name;
  }
  return std::nullopt;
}

/// A folder right below that has a file or folder called sessions.
std::optional<std::string> EngagementIn(const fs::path& folder) {
  std::error_code ignored;
  std::vector<std::string> found;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
    if (!entry.is_directory(ignored)) continue;
    for (const fs::directory_entry& table : fs::directory_iterator(entry.path(), ignored)) {
      if (table.path().stem().string() != "sessions") continue;
      found.push_back(entry.path().filename().string());
      break;
    }
  }
  if (found.empty()) return std::nullopt;
  return *std::ranges::min_element(found);
}

class InitCommand : public Command {
 public:
  void Declare(CLI::App* app) override {
    app->footer(kInitExamples);
    DeclareList(app, "--songs", &songs_, "song files, as etl takes them")
        ->check(NotEmpty())
        ->type_name("PATH");
    DeclareList(app, "--logs", &logs_, "event logs, as etl takes them")
        ->check(NotEmpty())
        ->type_name("PATH");
    app->add_option("--source", source_, "the engagement source, as kpi takes it")
        ->type_name("FOLDER");
    app->add_option("--incoming", incoming_, "where files arrive, as stream takes it")
        ->type_name("PATH");
    app->add_option("--lake", lake_, "the lake")
        ->check(NotEmpty())
        ->type_name("FOLDER")
        ->capture_default_str();
    app->add_option("--out", out_, "the file to write")->type_name("FILE")->capture_default_str();
    app->add_flag("--force", force_, "replace the file that is there");
  }

  Result<int> Execute() override {
    std::error_code ignored;
    if (fs::exists(out_, ignored) && !force_) {
      return MakeError(ErrorKind::kUsage, "it is there already; --force replaces it: {}", out_);
    }
    const fs::path folder =
        fs::path(out_).parent_path().empty() ? fs::path(".") : fs::path(out_).parent_path();
    CADENZA_TRY(CheckAreThere("--logs", logs_));
    CADENZA_TRY(CheckAreThere("--songs", songs_));
    if (!source_.empty()) CADENZA_TRY(CheckAreThere("--source", {source_}));
    Look(folder);
    if (logs_.empty() && songs_.empty() && source_.empty() && incoming_.empty()) {
      return MakeError(ErrorKind::kUsage,
                       "nothing to load was found in {}; name it: --logs, --songs, --source or "
                       "--incoming",
                       folder.string());
    }
    CADENZA_TRY(Write());
    fmt::print("wrote {}\n", out_);
    for (const auto& [what, where] : found_) fmt::print("  {:<10} {}\n", what, where);
    const std::string config = out_ == "cadenza.toml" ? "" : " --config " + out_;
    fmt::print("\nNext: cadenza run{} --dry-run, then cadenza run{}\n", config, config);
    return kExitDone;
  }

 private:
  /// On disk, and no pattern, which may find something tomorrow.
  static Status CheckAreThere(const char* flag, const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
      std::error_code ignored;
      const bool is_elsewhere = path.find("://") != std::string::npos || IsGlob(path) ||
                                ParseVersionedName(path).has_value();
      if (is_elsewhere || fs::exists(path, ignored)) continue;
      return MakeError(ErrorKind::kUsage, "{}: no such file or folder: {}", flag, path);
    }
    return {};
  }

  void Look(const fs::path& folder) {
    const auto find = [&](const char* what, std::vector<std::string>* values,
                          const std::vector<std::string>& names) {
      if (values->empty()) {
        if (const auto name = FirstThere(folder, names)) values->push_back(*name);
      }
      if (!values->empty()) found_.emplace_back(what, fmt::format("{}", fmt::join(*values, ", ")));
    };
    find("logs", &logs_, {"log_data", "log-data", "log-data.zip", "logs", "events"});
    find("songs", &songs_, {"song_data", "song-data", "song-data.zip", "songs"});
    if (source_.empty()) source_ = EngagementIn(folder).value_or("");
    if (!source_.empty()) found_.emplace_back("engagement", source_);
    if (incoming_.empty()) incoming_ = FirstThere(folder, {"incoming"}).value_or("");
    if (!incoming_.empty()) found_.emplace_back("incoming", incoming_);
  }

  std::string Text() const {
    std::string text = fmt::format(
        "# What `cadenza run` does, and the settings of each command: a table for each job, with\n"
        "# the names of its flags. `cadenza COMMAND --help` and docs/SETTINGS.md have them all.\n"
        "\nformat_version = {}\nlake = {}\n\n",
        kFormatVersion, TomlText(lake_));
    if (!logs_.empty() || !songs_.empty()) {
      text +=
          "# Event logs and song files into the star schema. Only what is new is read.\n[etl]\n";
      if (!logs_.empty()) text += "logs = " + TomlList(logs_) + "\n";
      if (!songs_.empty()) text += "songs = " + TomlList(songs_) + "\n";
      text += "# max_bad = \"0.1%\"          # fail when more of the lines is bad\n\n";
    }
    text += "# Engagement: adoption, engaged users, paid share, cohorts, tops.\n[kpi]\n";
    text += source_.empty()
                ? "# source = \"engagement\"    # else the lake's own events are taken\n"
                : "source = " + TomlText(source_) + "\n";
    text += "# from = \"2025-07-01\"\n# to = \"2025-08-31\"\n\n";
    if (incoming_.empty()) {
      text += "# Live windows of files that arrive.\n# [stream]\n# source = [\"incoming\"]\n\n";
    } else {
      text += "# Live windows of files that arrive.\n[stream]\nsource = " + TomlList({incoming_}) +
              "\n\n";
    }
    if (!logs_.empty()) {
      text +=
          "# Who will cancel or downgrade, and why.\n[churn]\n\n"
          "# Personal lists, new releases, similar music.\n[recommend]\n\n";
    }
    text +=
        "# Spikes, drops and missing data in the live windows, and where to tell of them.\n"
        "[alerts]\n# on_failure = true          # tell of jobs that fail, too\n"
        "# webhook = [\"https://hooks.example.org/...\"]   # better CADENZA_WEBHOOK\n"
        "# mail_to = [\"ops@example.org\"]\n";
    return text;
  }

  Status Write() const {
    const std::string text = Text();
    std::ofstream file(out_, std::ios::binary | std::ios::trunc);
    file << text;
    file.close();
    if (!file) return MakeError(ErrorKind::kIo, "cannot write {}", out_);
    return {};
  }

  std::vector<std::string> songs_, logs_;
  std::string source_, incoming_, lake_ = "lake", out_ = "cadenza.toml";
  bool force_ = false;
  std::vector<std::pair<std::string, std::string>> found_;
};

}  // namespace

std::unique_ptr<Command> MakeInitCommand() { return std::make_unique<InitCommand>(); }

}  // namespace cadenza::cli
