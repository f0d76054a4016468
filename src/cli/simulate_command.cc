#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "cli/command.h"
#include "cli/log_comparison.h"
#include "cli/message_text.h"
#include "cli/number_checks.h"
#include "cli/progress.h"
#include "cli/simulate_options.h"
#include "simulate/engagement_files.h"
#include "simulate/log_files.h"
#include "simulate/sizing.h"
#include "simulate/song_files.h"
#include "simulate/truth.h"

namespace cadenza::cli {
namespace {

using nlohmann::json;
using simulate::kDayMs;
using simulate::kHourMs;

constexpr const char* kExamples = R"help(Examples:
  cadenza simulate --out raw --users 1000 --truth truth
      30 days as the course's logs have them: raw/log_data, raw/song_data; and what really drove them
  cadenza simulate --out raw --profile churn --size 12GB --days 61 --gz
      two months of the churn log's kind, with thumbs, adverts and cancellations, of that size
  cadenza simulate --out - --users 50 --days 1 | head -3
      the logs alone, as one stream
  cadenza simulate --out raw --truth truth --late 1% --duplicated 0.5% --malformed 0.1% --unit-flips 0.1%
      with faults; truth/expected_ledger.jsonl says what a correct reader must account for
  cadenza simulate --out raw --start now --pace 60 --file-every 5m
      a day passes in 24 minutes; a file appears when its five minutes are over, for `stream`
  cadenza simulate --engagement source --users 12000 --days 62 --start 2025-07-01
      customers, sessions, subscriptions, events, … as Parquet tables
  cadenza simulate --compare log_data --plots plots
      how far the profile is from a real log, figure by figure, writing no logs

The same flags give the same bytes, whatever --threads. Months of 'month' have the pages of the
course's logs, 'churn' adds thumbs, playlists, friends and adverts; --pages all adds them anywhere.
Shares are of the events: 0.1% or 0.001.
Exit code: 0 done, 1 failed, 2 wrong usage, 130 interrupted.)help";

class SimulateCommand : public Command {
 public:
  void Declare(CLI::App* app) override {
    app_ = app;
    app->footer(kExamples);
    DeclareOutput();
    DeclareWorld();
    DeclareFaults();
    app->add_option("--compare", compare_,
                    "a real log (folder, file, 'glob'): prints how far the profile is from it")
        ->type_name("PATH");
    app->add_option("--plots", plots_, "with --compare: draws each figure as SVG")
        ->type_name("FOLDER");
    app->add_option("--threads", threads_, "threads; 0 = one a core")
        ->check(NotNegative())
        ->type_name("N")
        ->capture_default_str();
    DeclareList(app, "--config", &configs_, "settings: .toml")->type_name("FILE");
    app->add_flag("--json", json_, "print the summary as one JSON object");
    app->add_flag("--no-progress", no_progress_, "no progress line");
  }

  void OnError(const Error& error) override {
    if (!json_) return;
    fmt::print("{}\n", json{{"status", "failed"}, {"error", error.message}}.dump(
                           -1, ' ', false, json::error_handler_t::replace));
  }

  Result<int> Execute() override {
    CADENZA_TRY(ApplySettings(app_, configs_));
    CADENZA_TRY(ReadOptions());
    const InterruptGuard guard(nullptr);
    const Stopwatch watch;
    if (threads_ == 0) threads_ = static_cast<int>(std::thread::hardware_concurrency());
    simulate::Workers workers(threads_);
    if (!compare_.empty()) return CompareLogs(&workers);
    CADENZA_TRY(Size(&workers));
    const simulate::World world(world_);
    CADENZA_TRY(Simulate(world, &workers));
    if (out_ != "-") Print(world, watch.seconds());
    return kExitDone;
  }

 private:
  void DeclareOutput() {
    app_->add_option("--out", out_,
                     "folder that gets log_data and song_data; - writes logs to standard output")
        ->type_name("FOLDER");
    app_->add_flag("--discard", discard_, "make everything, write nothing: to measure");
    app_->add_option("--truth", truth_,
                     "folder that gets the truth: what drives each listener, the probability to "
                     "leave, tastes, the expected ledger")
        ->type_name("FOLDER");
    app_->add_option("--engagement", engagement_,
                     "folder that gets the same as an engagement source, in Parquet; makes --pages "
                     "all")
        ->type_name("FOLDER");
    app_->add_flag("--gz", log_options_.gzip, "logs in gzip");
    app_->add_option("--file-every", file_every_, "time that a log file spans: 1d, 6h, 5m, ...")
        ->type_name("TIME")
        ->capture_default_str();
    app_->add_option("--songs-a-file", songs_a_file_, "records in a song file")
        ->check(Positive())
        ->type_name("N")
        ->capture_default_str();
    app_->add_option("--pace", pace_,
                     "simulated seconds a second: files appear when their time is over; 0 = as "
                     "fast as possible")
        ->check(NotNegative())
        ->type_name("FACTOR")
        ->capture_default_str();
  }

  void DeclareWorld() {
    app_->add_option("--profile", world_.profile, "whom it looks like: month or churn")
        ->check(CLI::IsMember({"month", "churn"}))
        ->capture_default_str();
    app_->add_option("--users", world_.listeners, "listeners at the start")
        ->check(CLI::Range(1, 1'000'000'000))
        ->type_name("N")
        ->capture_default_str();
    app_->add_option("--size", size_,
                     "about as many bytes of log, with KB, MB or GB (times 1024): sets --users, or "
                     "--activity where --users is given")
        ->type_name("SIZE");
    app_->add_option("--days", world_.days, "days that the logs span")
        ->check(CLI::Range(1, 36'500))
        ->type_name("N")
        ->capture_default_str();
    app_->add_option("--start", start_, "first day, or now: today, and nothing before this moment")
        ->type_name("DATE")
        ->capture_default_str();
    app_->add_option("--seed", world_.seed, "another seed, another world")->capture_default_str();
    app_->add_option("--songs", world_.songs, "songs in the song files")
        ->check(CLI::Range(1, 10'000'000))
        ->type_name("N")
        ->capture_default_str();
    app_->add_option("--unlisted-songs", world_.unlisted_songs,
                     "songs that are played but are in no song file")
        ->check(CLI::Range(0, 10'000'000))
        ->type_name("N")
        ->capture_default_str();
    app_->add_option("--listed-share", listed_share_, "share of the plays that song files know")
        ->type_name("SHARE")
        ->capture_default_str();
    app_->add_option("--activity", world_.activity, "sessions a day, times the profile's")
        ->check(CLI::Range(0.0001, 10'000.0))
        ->type_name("FACTOR")
        ->capture_default_str();
    app_->add_option("--growth", growth_, "new listeners in 30 days, as a share of --users")
        ->type_name("SHARE")
        ->capture_default_str();
    app_->add_option("--pages", pages_, "core, or all: with thumbs, playlists, friends, adverts")
        ->check(CLI::IsMember({"core", "all"}));
    app_->add_option("--experiment", experiment_,
                     "an A/B test: half of the listeners (tag B) get adverts*0.5 or discovery*2")
        ->type_name("WHAT*FACTOR");
    DeclareList(app_, "--incident", &incidents_,
                "surge@2018-11-10T20:00/2h*5 or outage@2018-11-10T20:00/30m")
        ->type_name("INCIDENT");
  }

  void DeclareFaults() {
    const auto share = [&](const char* flag, double* value, const char* help) {
      shares_.emplace_back(flag, value, std::make_unique<std::string>("0"));
      app_->add_option(flag, *std::get<2>(shares_.back()), help)->type_name("SHARE");
    };
    share("--late", &log_options_.faults.late, "of the events arrive late, hours in the mean");
    share("--reordered", &log_options_.faults.reordered, "arrive up to a minute late");
    share("--duplicated", &log_options_.faults.duplicated, "are written twice");
    share("--malformed", &log_options_.faults.malformed,
          "are cut, garbled, not UTF-8 or in a list");
    share("--unit-flips", &log_options_.faults.unit_flips, "have ts in seconds or microseconds");
    share("--clock-skew", &world_.clock_skew, "of the listeners have a clock that is wrong");
    app_->add_option("--late-by", late_by_, "how late, in the mean")
        ->type_name("TIME")
        ->capture_default_str();
    app_->add_option("--drift-at", log_options_.faults.drift_at_row,
                     "from this row on a newer schema: one key more, userId and registration as "
                     "integers")
        ->check(Positive())
        ->type_name("ROW");
    app_->add_option("--cut-gz", log_options_.faults.cut_files,
                     "files that lack their last third; with --gz")
        ->check(Positive())
        ->type_name("FILES");
  }

  Status ReadOptions() {
    for (const auto& [flag, value, text] : shares_) {
      CADENZA_ASSIGN(*value, ParseShare(flag, *text));
    }
    CADENZA_ASSIGN(world_.listed_share, ParseShare("--listed-share", listed_share_));
    CADENZA_ASSIGN(world_.growth, ParseShare("--growth", growth_));
    CADENZA_ASSIGN(const int64_t late_by, ParseSpan("--late-by", late_by_));
    log_options_.faults.late_hours = static_cast<double>(late_by) / kHourMs;
    for (const std::string& text : incidents_) {
      CADENZA_ASSIGN(simulate::Incident incident, ParseIncident(text));
      world_.incidents.push_back(std::move(incident));
    }
    if (!experiment_.empty()) {
      CADENZA_ASSIGN(world_.experiment, ParseExperiment(experiment_));
    }
    world_.feedback_pages = pages_ == "all" || !engagement_.empty();
    CADENZA_TRY(ReadStart());
    CADENZA_TRY(ReadFileEvery());
    return CheckUsage();
  }

  Status ReadStart() {
    if (start_ == "now") {
      from_ms_ = NowMs();
      world_.start_ms = from_ms_ / kDayMs * kDayMs;
      return {};
    }
    CADENZA_ASSIGN(world_.start_ms, ParseMoment("--start", start_));
    if (world_.start_ms % kDayMs == 0) return {};
    return MakeError(ErrorKind::kUsage, "--start takes a day, not a time of day: {}", start_);
  }

  Status ReadFileEvery() {
    CADENZA_ASSIGN(log_options_.file_ms, ParseSpan("--file-every", file_every_));
    const int64_t span = log_options_.file_ms;
    if (kHourMs % span == 0 || (span % kHourMs == 0 && kDayMs % span == 0)) return {};
    return MakeError(ErrorKind::kUsage,
                     "--file-every takes a time that divides an hour, or hours that divide a day, "
                     "not: {}",
                     file_every_);
  }

  Status CheckUsage() const {
    if (out_.empty() && !discard_ && engagement_.empty() && compare_.empty()) {
      return MakeError(ErrorKind::kUsage, "--out is missing: where do the logs go?");
    }
    if (discard_ && !out_.empty()) {
      return MakeError(ErrorKind::kUsage, "--discard writes nothing, so it takes no --out: {}",
                       out_);
    }
    if (!plots_.empty() && compare_.empty()) {
      return MakeError(ErrorKind::kUsage, "--plots draws what --compare finds: {}", plots_);
    }
    if (log_options_.faults.cut_files > 0 && !log_options_.gzip) {
      return MakeError(ErrorKind::kUsage, "--cut-gz cuts gzip files, so it takes --gz: {}",
                       log_options_.faults.cut_files);
    }
    if (pace_ > 0 && (out_.empty() || out_ == "-")) {
      return MakeError(ErrorKind::kUsage, "--pace writes into a folder: give --out");
    }
    if (world_.unlisted_songs == 0 && world_.listed_share < 1 &&
        app_->get_option("--listed-share")->count() > 0) {
      return MakeError(ErrorKind::kUsage,
                       "--listed-share below 1 takes songs that are not listed: --unlisted-songs "
                       "is 0");
    }
    for (const std::string& out : {out_, truth_, engagement_}) {
      if (out.starts_with("s3://")) {
        return MakeError(ErrorKind::kUsage, "writing to S3 is not supported yet: {}", out);
      }
    }
    CADENZA_TRY(CheckNew(out_ == "-" ? "" : out_, {"log_data", "song_data"}));
    CADENZA_TRY(CheckNew(truth_, {"truth_users", "expected_ledger.jsonl"}));
    return CheckNew(engagement_, {"sessions", "customers"});
  }

  /// Two worlds in one folder would be neither.
  static Status CheckNew(const std::string& folder, std::initializer_list<const char*> names) {
    for (const char* name : names) {
      const std::filesystem::path path = std::filesystem::path(folder) / name;
      std::error_code ignored;
      if (!folder.empty() && std::filesystem::exists(path, ignored)) {
        return MakeError(ErrorKind::kUsage, "there is one already, give a new folder: {}",
                         path.string());
      }
    }
    return {};
  }

  Result<int> CompareLogs(simulate::Workers* workers) {
    // Many listeners, so that the simulated side is smooth.
    if (app_->get_option("--users")->count() == 0) world_.listeners = 20'000;
    if (app_->get_option("--songs")->count() == 0) world_.songs = 5000;
    CADENZA_ASSIGN(const LogComparison found, CompareWithLog(compare_, world_, workers));
    if (!plots_.empty()) CADENZA_TRY(WritePlots(found, plots_));
    fmt::print("{}", json_ ? ComparisonJson(found).dump() + "\n" : ComparisonText(found));
    return kExitDone;
  }

  Status Size(simulate::Workers* workers) {
    if (size_.empty()) return {};
    CADENZA_ASSIGN(const int64_t bytes, ParseBytes(size_));
    if (app_->get_option("--users")->count() > 0) {
      world_.activity = simulate::ActivityFor(world_, bytes, workers);
    } else {
      world_.listeners = simulate::ListenersFor(world_, bytes, workers);
    }
    return {};
  }

  std::unique_ptr<simulate::FileSink> OpenLogSink() const {
    if (discard_ || out_.empty()) return simulate::OpenNullSink();
    if (out_ == "-") return simulate::OpenStdoutSink();
    std::unique_ptr<simulate::FileSink> folder = simulate::OpenFolderSink(out_);
    return pace_ > 0 ? std::move(folder) : simulate::InBackground(std::move(folder));
  }

  Status Simulate(const simulate::World& world, simulate::Workers* workers) {
    const simulate::Faults faults(log_options_.faults, world.options.seed);
    simulate::Simulation simulation(world, faults, workers);
    const simulate::LineWriter lines(world, simulation.listeners());
    const std::unique_ptr<simulate::FileSink> sink = OpenLogSink();
    const bool logs = !out_.empty() || discard_;
    if (logs && out_ != "-") {
      CADENZA_TRY(simulate::WriteSongFiles(world.catalogue, songs_a_file_, sink.get()));
    }
    const Stopwatch since;
    log_options_.before_end = [&](int64_t end_ms) {
      const int64_t begin_ms = from_ms_ > 0 ? from_ms_ : world.options.start_ms;
      return pace_ > 0 ? WaitFor(since, static_cast<double>(end_ms - begin_ms) / 1000 / pace_)
                       : Status();
    };
    simulate::LogFiles files(world, lines, workers, sink.get(), log_options_);
    std::unique_ptr<simulate::FileSink> truth_sink = simulate::OpenFolderSink(truth_);
    std::unique_ptr<simulate::Truth> truth;
    if (!truth_.empty()) truth = std::make_unique<simulate::Truth>(world, truth_sink.get());
    std::unique_ptr<simulate::FileSink> engagement_sink = simulate::OpenFolderSink(engagement_);
    std::unique_ptr<simulate::EngagementFiles> engagement;
    if (!engagement_.empty()) {
      engagement = std::make_unique<simulate::EngagementFiles>(world, simulation.listeners(),
                                                               engagement_sink.get());
    }

    Progress progress(!no_progress_ && !json_ && out_ != "-" && pace_ == 0);
    simulate::Hour hour;
    while (simulation.Next(&hour)) {
      if (InterruptGuard::Pending()) return MakeError(ErrorKind::kInterrupted, "interrupted");
      if (hour.start_ms + kHourMs <= from_ms_) continue;
      LeaveOutBefore(from_ms_, &hour);
      if (logs) CADENZA_TRY(files.Write(hour));
      if (engagement) CADENZA_TRY(engagement->Write(hour));
      if (truth) CADENZA_TRY(truth->Note(simulation));
      ShowProgress(world, hour, files.bytes(), &progress);
    }
    CADENZA_TRY(files.Finish());
    CADENZA_TRY(sink->Close());
    if (engagement) CADENZA_TRY(engagement->Finish());
    if (truth) CADENZA_TRY(truth->Finish(simulation, files.ledger()));
    progress.Stage("");
    Note(simulation, files, engagement.get());
    return {};
  }

  static Status WaitFor(const Stopwatch& since, double seconds) {
    while (since.seconds() < seconds) {
      if (InterruptGuard::Pending()) return MakeError(ErrorKind::kInterrupted, "interrupted");
      const double left = std::min(seconds - since.seconds(), 0.1);
      std::this_thread::sleep_for(std::chrono::duration<double>(std::max(left, 0.0)));
    }
    return {};
  }

  static void LeaveOutBefore(int64_t moment_ms, simulate::Hour* hour) {
    if (hour->start_ms >= moment_ms) return;
    for (auto& part : hour->parts) {
      std::erase_if(part,
                    [&](const simulate::Event& event) { return event.arrival_ms < moment_ms; });
    }
  }

  static void ShowProgress(const simulate::World& world, const simulate::Hour& hour, int64_t bytes,
                           Progress* progress) {
    const int64_t lived = hour.start_ms + kHourMs - world.options.start_ms;
    const int64_t all = world.options.days * kDayMs;
    progress->Bytes(bytes,
                    static_cast<int64_t>(static_cast<double>(bytes) * static_cast<double>(all) /
                                         static_cast<double>(lived)));
  }

  void Note(const simulate::Simulation& simulation, const simulate::LogFiles& files,
            const simulate::EngagementFiles* engagement) {
    summary_["users"] = simulation.listeners().size();
    int64_t cancelled = 0;
    for (const simulate::Listener& x : simulation.listeners()) {
      if (x.cancelled_ms != simulate::kNever) ++cancelled;
    }
    summary_["cancelled"] = cancelled;
    simulate::FileLedger all;
    for (const simulate::FileLedger& file : files.ledger()) all.Add(file);
    summary_["log_files"] = files.ledger().size();
    summary_["log_lines"] = files.rows();
    summary_["log_bytes"] = files.bytes();
    summary_["good_lines"] = all.lines[0];
    summary_["duplicate_lines"] = all.lines[1];
    summary_["quarantined_lines"] = all.lines[2];
    if (!engagement) return;
    summary_["engagement_sessions"] = engagement->sessions();
    summary_["engagement_events"] = engagement->events();
  }

  void Print(const simulate::World& world, double seconds) {
    const bool logs = !out_.empty() || discard_;
    const auto rows = summary_["log_lines"].get<int64_t>();
    summary_["status"] = "done";
    summary_["seed"] = world_.seed;
    summary_["days"] = world_.days;
    summary_["activity"] = world_.activity;
    summary_["songs"] = logs ? world_.songs : 0;
    summary_["song_files"] = logs ? (world_.songs + songs_a_file_ - 1) / songs_a_file_ : 0;
    std::set<std::pair<int, uint32_t>> partitions;
    for (int i = 0; i < world.catalogue.listed(); ++i) {
      const simulate::Song& song = world.catalogue.songs()[static_cast<size_t>(i)];
      partitions.emplace(song.year, song.artist);
    }
    summary_["song_partitions"] = partitions.size();
    summary_["seconds"] = seconds;
    if (json_) {
      fmt::print("{}\n", summary_.dump());
      return;
    }
    fmt::print("{} of {}, {} cancelled, in {:.1f} s\n\n", Counted(world_.days, "day"),
               Counted(summary_["users"].get<int64_t>(), "listener"),
               summary_["cancelled"].get<int64_t>(), seconds);
    if (logs) PrintLogs(rows, seconds);
    if (!engagement_.empty()) {
      fmt::print("  engagement  {} sessions, {} events in {}\n",
                 summary_["engagement_sessions"].get<int64_t>(),
                 summary_["engagement_events"].get<int64_t>(), engagement_);
    }
    if (!truth_.empty()) fmt::print("  truth       in {}\n", truth_);
    if (!out_.empty()) {
      const std::filesystem::path out(out_);
      fmt::print("\nNext: cadenza etl --songs {} --logs {} --out lake\n",
                 ShellWord(out / "song_data"), ShellWord(out / "log_data"));
    }
  }

  void PrintLogs(int64_t rows, double seconds) {
    const auto bytes = static_cast<double>(summary_["log_bytes"].get<int64_t>());
    fmt::print("  logs        {}, {:.1f} MB, {} ({:.2f} million/s)\n",
               Counted(summary_["log_files"].get<int64_t>(), "file"), bytes / 1e6,
               Counted(rows, "line"), static_cast<double>(rows) / 1e6 / std::max(seconds, 1e-3));
    if (summary_["good_lines"].get<int64_t>() < rows) {
      fmt::print("              {} good, {} duplicate, {} to be quarantined\n",
                 summary_["good_lines"].get<int64_t>(), summary_["duplicate_lines"].get<int64_t>(),
                 summary_["quarantined_lines"].get<int64_t>());
    }
    fmt::print("  songs       {}, {}\n", Counted(summary_["song_files"].get<int64_t>(), "file"),
               Counted(world_.songs, "song"));
  }

  CLI::App* app_ = nullptr;
  simulate::WorldOptions world_;
  simulate::LogFileOptions log_options_;
  std::vector<std::tuple<const char*, double*, std::unique_ptr<std::string>>> shares_;
  std::vector<std::string> configs_, incidents_;
  std::string out_, truth_, engagement_, compare_, plots_, size_, pages_, experiment_;
  std::string start_ = "2018-11-01", file_every_ = "1d", late_by_ = "6h";
  std::string listed_share_ = "0.7", growth_ = "0";
  json summary_ = json::object();
  int64_t from_ms_ = 0;
  double pace_ = 0;
  int songs_a_file_ = 1;
  int threads_ = 0;
  bool discard_ = false, json_ = false, no_progress_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeSimulateCommand() { return std::make_unique<SimulateCommand>(); }

}  // namespace cadenza::cli
