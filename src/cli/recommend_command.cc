#include "cli/recommend_command.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/nearest_name.h"
#include "cli/flag_values.h"
#include "cli/message_text.h"
#include "cli/number_checks.h"
#include "cli/progress.h"
#include "cli/recommend_summary.h"
#include "cli/s3_flags.h"
#include "recommend/interactions.h"
#include "recommend/playlist.h"
#include "recommend/recommend_job.h"
#include "recommend/similar.h"
#include "storage/parallel.h"

namespace cadenza::cli {
namespace {

using nlohmann::json;

constexpr const char* kRecommendExamples = R"help(Examples:
  cadenza recommend --lake lake
      learns from the plays of the lake; a list for each listener with a reason for each song, and how
      good the lists are on days that nothing was learned from
  cadenza recommend for 39 --lake lake
      the list of listener 39 as it is now
  cadenza recommend playlist 39 --minutes 45 --known 30% --lake lake
      songs for 45 minutes, three in ten of the time known ones, each like the one before
  cadenza recommend for 39 --place Kingston --lake lake
      only music from Kingston; --place Jamaica --within 2000: and from so near to it; --beyond 5000: from
      at least so far from home
  cadenza recommend similar "Björk" --lake lake
      artists whose listeners are alike; of a title, tracks
  cadenza recommend --lake lake --catalogue-only --discovery-cost 0
      only songs of the catalogue; nothing given for discovery
  cadenza recommend --source engagement --lake lake
      plays of an engagement source (see cadenza kpi)
  cadenza recommend --interactions plays.csv --fold-in some.csv --top 100 --out lists.parquet
      any users and items (columns user, item, value, and maybe time; --columns names others), without
      a lake: lists for the users of some.csv, from what they are known to like
  cadenza recommend evaluate --lake lake --truth truth
      how good the lists of a lake are, and of one that was simulated, beside the best there can be
  cadenza recommend evaluate --interactions plays.parquet --columns user=listener,item=artist,value=plays
      how good such lists are, over five parts of the users

A track is a title by an artist in normal text. Where no model is better than the most played songs,
lists are popularity, and the summary says why. docs/RECOMMEND.md tells how it works.
Exit code: 0 done, 1 failed (nothing was committed), 2 wrong usage, 130 interrupted
(nothing was committed).)help";

class RecommendCommand : public Command {
 public:
  void Declare(CLI::App* app) override {
    app_ = app;
    app->footer(kRecommendExamples);
    app->add_option("action", action_,
                    "for: one listener's list as it is now; playlist: songs for a time; similar: "
                    "artists like one, or tracks like one; evaluate: only how good lists of "
                    "the lake or of --interactions are; without: all lists")
        ->check(CLI::IsMember({"for", "playlist", "similar", "evaluate"}))
        ->type_name("ACTION");
    app->add_option("name", name_,
                    "of for and playlist: the listener's user_id; of similar: an artist or a title")
        ->type_name("NAME");
    app->add_option("--lake", lake_, "the lake: a folder or s3://BUCKET/PREFIX")
        ->type_name("FOLDER");
    app->add_option("--source", options_.source.folder,
                    "folder or s3://BUCKET/PREFIX of an engagement source with events and tracks; "
                    "without it the lake's own events are taken")
        ->type_name("FOLDER");
    DeclareLists();
    DeclareInteractions();
    s3_.Declare(app);
    DeclareList(app, "--config", &configs_, "settings: .toml")->type_name("FILE");
    DeclareThreads(app, &threads_);
    DeclareMemory(app, &memory_);
    app->add_flag("--no-wait", no_wait_,
                  "fail when another run is writing to the lake; else waits without limit");
    app->add_flag("--json", json_, "print the summary as one JSON object");
    app->add_flag("--no-progress", no_progress_, "no progress line");
  }

  void OnError(const Error& error) override {
    if (json_) PrintFailure(error, {{"lake", lake_}});
  }

  Result<int> Execute() override {
    CADENZA_TRY(ApplySettings(app_, configs_));
    CADENZA_TRY(CheckUsage());
    engine::DuckDbOptions engine_options;
    engine_options.threads = threads_;
    engine_options.keep_order = !pairs_.learn_from.empty();
    CADENZA_ASSIGN(engine_options.memory_bytes, ParseMemory(memory_));
    engine_options.s3 = s3_.MakeClient();
    options_.memory_bytes = engine_options.memory_bytes;
    options_.threads = threads_ > 0 ? threads_ : static_cast<int>(Cores());
    options_.evaluation.threads = static_cast<size_t>(options_.threads);
    options_.evaluation.keep_going = [] { return !InterruptGuard::Pending(); };
    CADENZA_ASSIGN(const std::unique_ptr<engine::Engine> engine,
                   engine::OpenDuckDb(engine_options));
    const InterruptGuard guard(engine.get());
    if (!pairs_.learn_from.empty()) return Pairs(engine.get());
    CADENZA_ASSIGN(lake::Lake lake, lake::Lake::Open(lake_, engine.get(), engine_options.s3));
    if (options_.source.is_lake()) CADENZA_TRY(lake.CheckIsThere());
    if (action_ == "for") return For(&lake);
    if (action_ == "playlist") return Playlist(&lake);
    if (action_ == "similar") return SimilarTo(&lake);
    return Run(&lake);
  }

 private:
  void DeclareLists() {
    app_->add_option("--top", options_.lists.top, "length of a list")
        ->check(CLI::Range(1, 1000))
        ->type_name("N")
        ->capture_default_str();
    app_->add_option("--per-artist", options_.lists.per_artist,
                     "at most so many songs of an artist in a list")
        ->check(CLI::Range(1, 1000))
        ->type_name("N")
        ->capture_default_str();
    app_->add_flag("--catalogue-only", options_.lists.catalogue_only,
                   "only tracks that have a song in the catalogue");
    DeclareList(app_, "--place", &options_.lists.places.names,
                "only music from there: a city, country or other words of a track's place; new "
                "songs of a playlist too")
        ->type_name("NAME");
    app_->add_option("--within", options_.lists.places.within_km,
                     "km: only music from so near to --place, or without it to the listener's home")
        ->check(Kilometres())
        ->type_name("KM");
    app_->add_option("--beyond", options_.lists.places.beyond_km,
                     "km: only music from at least so far from the listener's home")
        ->check(Kilometres())
        ->type_name("KM");
    app_->add_option("--discovery-cost", discovery_cost_,
                     "share of the lists' NDCG@100, on days kept for choices, that may be given "
                     "for less known artists and far places; 0: none")
        ->type_name("SHARE")
        ->capture_default_str();
    app_->add_option(
            "--truth", options_.truth_folder,
            "of a simulated lake (simulate --truth), to tell how much of what is attainable "
            "the lists reach; nothing learns from it")
        ->type_name("FOLDER");
    app_->add_option("--minutes", playlist_.minutes, "of playlist: how long it is")
        ->type_name("N")
        ->capture_default_str();
    app_->add_option("--known", known_,
                     "of playlist: share of the time for tracks that the listener plays already")
        ->type_name("SHARE")
        ->capture_default_str();
    app_->add_option("--seed", options_.evaluation.first.factors.seed,
                     "of the numbers that learning begins with")
        ->check(WholeNumber())
        ->type_name("N")
        ->capture_default_str();
  }

  void DeclareInteractions() {
    app_->add_option("--interactions", pairs_.learn_from,
                     "learn from this file in place of a lake: .csv (also .gz) or .parquet with "
                     "user, item, value, and maybe time")
        ->type_name("FILE");
    app_->add_option("--fold-in", pairs_.fold_in,
                     "of --interactions: whose lists are made, with what they are known to like; "
                     "such a file too. Without: all users")
        ->type_name("FILE");
    app_->add_option("--out", pairs_.out,
                     "of --interactions: the lists, .parquet or .csv: user, rank, item, score")
        ->type_name("FILE");
    app_->add_option("--columns", columns_,
                     "of --interactions: what the columns are called, e.g. "
                     "user=listener,item=artist,value=plays")
        ->type_name("FIELD=NAME,…");
  }

  /// "user=a,item=b"
  Status ReadColumns() {
    std::string_view rest = columns_;
    while (!rest.empty()) {
      const std::string_view one = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(one.size() + 1, rest.size()));
      const size_t equals = one.find('=');
      const std::string field(one.substr(0, equals));
      constexpr auto kFields = std::to_array<std::string_view>({"user", "item", "value", "time"});
      const bool is_field = std::ranges::count(kFields, field) > 0;
      if (equals == std::string_view::npos || equals + 1 == one.size() || !is_field) {
        return MakeError(
            ErrorKind::kUsage,
            "--columns takes user=NAME, item=NAME, value=NAME and time=NAME, not: {}{}", one,
            DidYouMean(is_field ? "" : NearestName(field, kFields)));
      }
      pairs_.columns[field] = one.substr(equals + 1);
    }
    return {};
  }

  Status CheckInteractions() {
    if (!lake_.empty()) {
      return MakeError(ErrorKind::kUsage, "--interactions needs no --lake: {}", lake_);
    }
    if (action_ == "for") {
      return MakeError(ErrorKind::kUsage,
                       "of --interactions: --fold-in says whose lists, not: for");
    }
    if (!options_.lists.places.is_empty()) {
      return MakeError(ErrorKind::kUsage,
                       "--interactions tells no places: --place, --within and --beyond go with "
                       "--lake");
    }
    pairs_.only_evaluate = action_ == "evaluate";
    if (!pairs_.only_evaluate && !pairs_.out.ends_with(".parquet") &&
        !pairs_.out.ends_with(".csv")) {
      return MakeError(ErrorKind::kUsage,
                       "--out takes a .parquet or .csv file for the lists, not: {}", pairs_.out);
    }
    return ReadColumns();
  }

  Status CheckUsage() {
    CADENZA_ASSIGN(options_.evaluation.discovery_cost,
                   ParseShare("--discovery-cost", discovery_cost_));
    if (!pairs_.learn_from.empty()) return CheckInteractions();
    if (!pairs_.fold_in.empty() || !pairs_.out.empty() || !columns_.empty()) {
      return MakeError(ErrorKind::kUsage, "--fold-in, --out and --columns go with --interactions");
    }
    options_.only_evaluate = action_ == "evaluate";
    if (lake_.empty() && options_.only_evaluate) {
      return MakeError(ErrorKind::kUsage, "evaluate what? --lake FOLDER, or --interactions FILE");
    }
    if (lake_.empty()) return MakeError(ErrorKind::kUsage, "--lake is missing: where is the lake?");
    if (!action_.empty() && !options_.only_evaluate && name_.empty()) {
      return MakeError(ErrorKind::kUsage, "{}: e.g. cadenza recommend {} {} --lake {}",
                       action_ == "similar" ? "like what?" : "whose list?", action_,
                       action_ == "similar" ? "Björk" : "39", lake_);
    }
    CADENZA_TRY(CheckPlaces());
    if (!(playlist_.minutes > 0) || playlist_.minutes > 6000) {
      return MakeError(ErrorKind::kUsage, "--minutes takes a number above 0, up to 6000, not: {}",
                       playlist_.minutes);
    }
    CADENZA_ASSIGN(playlist_.known_share, ParseShare("--known", known_));
    return {};
  }

  Status CheckPlaces() const {
    const bool makes_lists = action_ != "similar" && action_ != "evaluate";
    for (const char* flag : {"--place", "--within", "--beyond"}) {
      const CLI::Option* option = app_->get_option(flag);
      if (makes_lists || option->count() == 0) continue;
      return MakeError(ErrorKind::kUsage, "{} is for lists and playlists, not for {}: {}", flag,
                       action_, option->results().front());
    }
    return {};
  }

  Result<int> Pairs(engine::Engine* engine) {
    Progress progress(!no_progress_);
    pairs_.top = options_.lists.top;
    pairs_.memory_bytes = options_.memory_bytes;
    pairs_.evaluation = options_.evaluation;
    pairs_.on_stage = [&](const char* stage) { progress.Stage(stage); };
    const auto summary = recommend::RunInteractions(engine, pairs_);
    progress.Stage("");
    if (!summary.ok()) return summary.error();
    if (json_) {
      PrintJson(InteractionsJson(*summary));
    } else {
      PrintInteractions(*summary, pairs_.out);
    }
    return kExitDone;
  }

  Result<int> Run(lake::Lake* lake) {
    Progress progress(!no_progress_);
    if (!no_wait_) options_.keep_waiting = [] { return !InterruptGuard::Pending(); };
    options_.on_stage = [&](const char* stage) { progress.Stage(stage); };
    const Result<recommend::RecommendSummary> summary = recommend::RunRecommend(lake, options_);
    progress.Stage("");
    if (!summary.ok()) return summary.error();
    for (const std::string& warning : summary->warnings) PrintError("warning: {}\n", warning);
    RecommendedList example;
    if (!options_.only_evaluate) {
      CADENZA_ASSIGN(example, recommend::RecommendFor(lake, summary->example, options_));
    }
    if (json_) {
      PrintJson(RecommendJson(*summary, lake_, example));
    } else if (options_.only_evaluate) {
      PrintEvaluation(*summary);
    } else {
      PrintRecommend(*summary, lake_, example);
    }
    return kExitDone;
  }

  Result<int> For(lake::Lake* lake) {
    CADENZA_ASSIGN(const auto list, recommend::RecommendFor(lake, name_, options_));
    if (json_) {
      PrintJson(json{{"user_id", name_}, {"list", ListJson(list)}});
    } else {
      PrintList(name_, list, list.size());
    }
    return kExitDone;
  }

  Result<int> Playlist(lake::Lake* lake) {
    CADENZA_ASSIGN(const auto tracks, recommend::MakePlaylist(lake, name_, playlist_, options_));
    if (json_) {
      PrintJson(json{{"user_id", name_}, {"tracks", PlaylistJson(tracks)}});
    } else {
      PrintPlaylist(name_, tracks);
    }
    return kExitDone;
  }

  Result<int> SimilarTo(lake::Lake* lake) {
    CADENZA_ASSIGN(const auto found, recommend::SimilarTo(lake, name_, options_.lists.top));
    if (json_) {
      PrintJson(json{{"name", name_}, {"similar", SimilarJson(found)}});
    } else {
      PrintSimilar(name_, found);
    }
    return kExitDone;
  }

  CLI::App* app_ = nullptr;
  S3Flags s3_;
  recommend::RecommendOptions options_;
  recommend::InteractionOptions pairs_;
  recommend::PlaylistOptions playlist_;
  std::vector<std::string> configs_;
  std::string columns_, action_, name_, lake_, memory_ = "2GB", discovery_cost_ = "1.5%",
                                               known_ = "30%";
  int threads_ = 0;
  bool json_ = false, no_progress_ = false, no_wait_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeRecommendCommand() { return std::make_unique<RecommendCommand>(); }

}  // namespace cadenza::cli
