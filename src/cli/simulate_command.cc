#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/flag_values.h"
#include "cli/log_comparison.h"
#include "cli/number_checks.h"
#include "cli/progress.h"
#include "cli/s3_flags.h"
#include "cli/simulate_options.h"
#include "cli/simulation_job.h"
#include "simulate/sizing.h"
#include "storage/parallel.h"

namespace cadenza::cli {
namespace {

using nlohmann::json;
using simulate::kDayMs;
using simulate::kHourMs;

constexpr const char* kSimulateExamples = R"help(Examples:
  cadenza simulate --out raw --users 1000 --truth truth
      30 days as the course's logs have them: raw/log_data, raw/song_data; and what really drove them
  cadenza simulate --out raw --like churn --size 12GB --days 61 --gz
      two months of the churn log's kind, with thumbs, adverts and cancellations, of that size
  cadenza simulate --out - --users 50 --days 1 | head -3
      the logs alone, as one stream
  cadenza simulate --out raw --truth truth --late 1% --duplicated 0.5% --malformed 0.1% --unit-flips 0.1%
      with faults; truth/expected_ledger.jsonl says what a correct reader must account for
  cadenza simulate --out raw --start now --pace 60 --file-every 5m
      a day passes in 24 minutes; a file appears when its five minutes are over, for `stream`
  cadenza simulate --out raw --truth truth --like churn --world scenes --users 3000 --days 61
      music from all over the world, and listeners who know little of it: for `recommend evaluate`
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
    app->footer(kSimulateExamples);
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
    s3_.Declare(app);
    DeclareList(app, "--config", &configs_, "settings: .toml")->type_name("FILE");
    app->add_flag("--json", json_, "print the summary as one JSON object");
    app->add_flag("--no-progress", no_progress_, "no progress line");
  }

  void OnError(const Error& error) override {
    if (json_) PrintFailure(error);
  }

  Result<int> Execute() override {
    CADENZA_TRY(ApplySettings(app_, configs_));
    CADENZA_TRY(ReadOptions());
    const InterruptGuard guard(nullptr);
    const std::shared_ptr<s3::Client> client = s3_.MakeClient();
    CADENZA_TRY(CheckFoldersAreNew(request_, client));
    const Stopwatch watch;
    if (threads_ == 0) threads_ = static_cast<int>(Cores());
    simulate::Workers workers(threads_);
    if (!compare_.empty()) return CompareLogs(&workers);
    CADENZA_TRY(Size(&workers));
    const bool streams = request_.out == "-";
    Progress progress(!no_progress_ && !streams && request_.pace == 0);
    CADENZA_ASSIGN(const SimulationSummary summary,
                   RunSimulation(request_, client, &workers,
                                 [&](int64_t done, int64_t all) { progress.Bytes(done, all); }));
    progress.Stage("");
    if (streams) return kExitDone;
    fmt::print("{}", json_ ? SummaryJson(request_, summary, watch.seconds()).dump() + "\n"
                           : SummaryText(request_, summary, watch.seconds()));
    return kExitDone;
  }

 private:
  void DeclareOutput() {
    app_->add_option(
            "--out", request_.out,
            "folder or s3://BUCKET/PREFIX that gets log_data and song_data; - writes the logs "
            "to standard output")
        ->type_name("FOLDER");
    app_->add_flag("--discard", request_.discard, "make everything, write nothing: to measure");
    app_->add_option("--truth", request_.truth,
                     "folder that gets the truth: what drives each listener, the probability to "
                     "leave, tastes, the expected ledger")
        ->type_name("FOLDER");
    app_->add_option("--engagement", request_.engagement,
                     "folder that gets the same as an engagement source, in Parquet; makes --pages "
                     "all")
        ->type_name("FOLDER");
    app_->add_flag("--gz", request_.logs.gzip, "logs in gzip");
    app_->add_option("--file-every", file_every_, "time that a log file spans: 1d, 6h, 5m, ...")
        ->type_name("TIME")
        ->capture_default_str();
    app_->add_option("--songs-a-file", request_.songs_a_file, "records in a song file")
        ->check(Positive())
        ->type_name("N")
        ->capture_default_str();
    app_->add_option("--pace", request_.pace,
                     "simulated seconds a second: files appear when their time is over; 0 = as "
                     "fast as possible")
        ->check(NotNegative())
        ->type_name("FACTOR")
        ->capture_default_str();
  }

  void DeclareWorld() {
    app_->add_option("--like", request_.world.profile, "whom it looks like: month or churn")
        ->check(CLI::IsMember({"month", "churn"}))
        ->capture_default_str();
    app_->add_option("--users", request_.world.listeners, "listeners at the start")
        ->check(CLI::Range(1, 1'000'000'000))
        ->type_name("N")
        ->capture_default_str();
    app_->add_option("--size", size_,
                     "about as many bytes of log, with KB, MB or GB (times 1024): sets --users, or "
                     "--activity where --users is given")
        ->type_name("SIZE");
    app_->add_option("--days", request_.world.days, "days that the logs span")
        ->check(CLI::Range(1, 36'500))
        ->type_name("N")
        ->capture_default_str();
    app_->add_option("--start", start_, "first day, or now: today, and nothing before this moment")
        ->type_name("DATE")
        ->capture_default_str();
    app_->add_option("--seed", request_.world.seed, "another seed, another world")
        ->check(WholeNumber())
        ->capture_default_str();
    app_->add_option("--songs", request_.world.songs, "songs in the song files")
        ->check(CLI::Range(1, 10'000'000))
        ->type_name("N")
        ->capture_default_str();
    app_->add_option("--unlisted-songs", request_.world.unlisted_songs,
                     "songs that are played but are in no song file")
        ->check(CLI::Range(0, 10'000'000))
        ->type_name("N")
        ->capture_default_str();
    app_->add_option("--world", world_,
                     "styles: listeners differ by style alone; scenes: artists come from scenes in "
                     "the cities of the world, and home, openness and favourite artists count too")
        ->check(CLI::IsMember({"styles", "scenes"}))
        ->capture_default_str();
    app_->add_option("--listed-share", listed_share_, "share of the plays that song files know")
        ->type_name("SHARE")
        ->capture_default_str();
    app_->add_option("--activity", request_.world.activity, "sessions a day, times the profile's")
        ->check(NumberCheck("from 0.0001 to 10000",
                            [](double value) { return value >= 0.0001 && value <= 10'000; }))
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
    share("--late", &request_.logs.faults.late, "of the events arrive late, hours in the mean");
    share("--reordered", &request_.logs.faults.reordered, "arrive up to a minute late");
    share("--duplicated", &request_.logs.faults.duplicated, "are written twice");
    share("--malformed", &request_.logs.faults.malformed,
          "are cut, garbled, not UTF-8 or in a list");
    share("--unit-flips", &request_.logs.faults.unit_flips, "have ts in seconds or microseconds");
    share("--clock-skew", &request_.world.clock_skew,
          "of the listeners have a clock that is wrong");
    app_->add_option("--late-by", late_by_, "how late, in the mean")
        ->type_name("TIME")
        ->capture_default_str();
    app_->add_option("--drift-at", request_.logs.faults.drift_at_row,
                     "from this row on a newer schema: one key more, userId and registration as "
                     "integers")
        ->check(Positive())
        ->type_name("ROW");
    app_->add_option("--cut-gz", request_.logs.faults.cut_files,
                     "files that lack their last third; with --gz")
        ->check(Positive())
        ->type_name("FILES");
  }

  Status ReadOptions() {
    for (const auto& [flag, value, text] : shares_) {
      CADENZA_ASSIGN(*value, ParseShare(flag, *text));
    }
    CADENZA_ASSIGN(request_.world.listed_share, ParseShare("--listed-share", listed_share_));
    CADENZA_ASSIGN(request_.world.growth, ParseShare("--growth", growth_));
    CADENZA_ASSIGN(const int64_t late_by, ParseSpan("--late-by", late_by_));
    request_.logs.faults.late_hours = static_cast<double>(late_by) / kHourMs;
    for (const std::string& text : incidents_) {
      CADENZA_ASSIGN(simulate::Incident incident, ParseIncident(text));
      request_.world.incidents.push_back(std::move(incident));
    }
    if (!experiment_.empty()) {
      CADENZA_ASSIGN(request_.world.experiment, ParseExperiment(experiment_));
    }
    request_.world.has_scenes = world_ == "scenes";
    request_.world.feedback_pages = pages_ == "all" || !request_.engagement.empty();
    CADENZA_TRY(ReadStart());
    CADENZA_TRY(ReadFileEvery());
    return CheckUsage();
  }

  Status ReadStart() {
    if (start_ == "now") {
      request_.from_ms = NowMs();
      request_.world.start_ms = request_.from_ms / kDayMs * kDayMs;
      return {};
    }
    CADENZA_ASSIGN(request_.world.start_ms, ParseMoment("--start", start_));
    if (request_.world.start_ms % kDayMs == 0) return {};
    return MakeError(ErrorKind::kUsage, "--start takes a day, not a time of day: {}", start_);
  }

  Status ReadFileEvery() {
    CADENZA_ASSIGN(request_.logs.file_ms, ParseSpan("--file-every", file_every_));
    const int64_t span = request_.logs.file_ms;
    if (kHourMs % span == 0 || (span % kHourMs == 0 && kDayMs % span == 0)) return {};
    return MakeError(ErrorKind::kUsage,
                     "--file-every takes a time that divides an hour, or hours that divide a day, "
                     "not: {}",
                     file_every_);
  }

  Status CheckUsage() const {
    if (request_.out.empty() && !request_.discard && request_.engagement.empty() &&
        compare_.empty()) {
      return MakeError(ErrorKind::kUsage, "--out is missing: where do the logs go?");
    }
    if (request_.discard && !request_.out.empty()) {
      return MakeError(ErrorKind::kUsage, "--discard writes nothing, so it takes no --out: {}",
                       request_.out);
    }
    if (!plots_.empty() && compare_.empty()) {
      return MakeError(ErrorKind::kUsage, "--plots draws what --compare finds: {}", plots_);
    }
    if (request_.logs.faults.cut_files > 0 && !request_.logs.gzip) {
      return MakeError(ErrorKind::kUsage, "--cut-gz cuts gzip files, so it takes --gz: {}",
                       request_.logs.faults.cut_files);
    }
    if (request_.pace > 0 && (request_.out.empty() || request_.out == "-")) {
      return MakeError(ErrorKind::kUsage, "--pace writes into a folder: give --out");
    }
    if (request_.world.unlisted_songs == 0 && request_.world.listed_share < 1 &&
        app_->get_option("--listed-share")->count() > 0) {
      return MakeError(ErrorKind::kUsage,
                       "--listed-share below 1 takes songs that are not listed: --unlisted-songs "
                       "is 0");
    }
    return {};
  }

  Result<int> CompareLogs(simulate::Workers* workers) {
    // Many listeners, so that the simulated side is smooth.
    if (app_->get_option("--users")->count() == 0) request_.world.listeners = 20'000;
    if (app_->get_option("--songs")->count() == 0) request_.world.songs = 5000;
    CADENZA_ASSIGN(const LogComparison found, CompareWithLog(compare_, request_.world, workers));
    if (!plots_.empty()) CADENZA_TRY(WritePlots(found, plots_));
    fmt::print("{}", json_ ? ComparisonJson(found).dump() + "\n" : ComparisonText(found));
    return kExitDone;
  }

  Status Size(simulate::Workers* workers) {
    if (size_.empty()) return {};
    CADENZA_ASSIGN(const int64_t bytes, ParseBytes(size_));
    if (app_->get_option("--users")->count() > 0) {
      request_.world.activity = simulate::ActivityFor(request_.world, bytes, workers);
    } else {
      request_.world.listeners = simulate::ListenersFor(request_.world, bytes, workers);
    }
    return {};
  }

  CLI::App* app_ = nullptr;
  S3Flags s3_;
  SimulationRequest request_;
  std::vector<std::tuple<const char*, double*, std::unique_ptr<std::string>>> shares_;
  std::vector<std::string> configs_, incidents_;
  std::string compare_, plots_, size_, pages_, experiment_;
  std::string start_ = "2018-11-01", file_every_ = "1d", late_by_ = "6h";
  std::string listed_share_ = "0.7", growth_ = "0", world_ = "styles";
  int threads_ = 0;
  bool json_ = false, no_progress_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeSimulateCommand() { return std::make_unique<SimulateCommand>(); }

}  // namespace cadenza::cli
