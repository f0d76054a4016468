#include "recommend/recommend_job.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>

#include "base/version.h"
#include "engine/held_rows.h"
#include "engine/typed_rows.h"
#include "lake/model.h"
#include "lake/table_rows.h"
#include "recommend/gold_inputs.h"
#include "recommend/made_tables.h"
#include "recommend/playlist.h"
#include "recommend/releases.h"
#include "recommend/similar.h"
#include "recommend/slices.h"
#include "recommend/stored_model.h"
#include "recommend/world_truth.h"
#include "warehouse/model_refresh.h"

namespace cadenza::recommend {
namespace {

using engine::QuoteText;
using nlohmann::json;

/// One run of `cadenza recommend`.
class RecommendJob {
 public:
  RecommendJob(lake::Lake* lake, const RecommendOptions& options)
      : lake_(lake), engine_(&lake->engine()), options_(options) {}

  Result<RecommendSummary> Work() {
    CADENZA_ASSIGN(job_, warehouse::Job::Begin(lake_, lake_->manifest().format, options_));
    job_->Stage("reading");
    CADENZA_ASSIGN(GoldInputs inputs, BindGoldInputs(lake_, options_.source));
    gold_.emplace(lake_, &job_->run(), inputs.bound);
    CADENZA_TRY(Read());
    job_->Stage("choosing and testing");
    CADENZA_TRY(Choose());
    if (options_.only_evaluate) {
      job_->End(&summary_);
      return std::move(summary_);
    }
    job_->Stage("learning");
    CADENZA_TRY(Learn(inputs));
    job_->Stage("lists");
    CADENZA_TRY(MakeLists());
    CADENZA_TRY(Commit(inputs));
    return std::move(summary_);
  }

 private:
  Status Read() {
    for (const char* model : {"tracks", "listener_tracks", "track_numbers", "listener_numbers",
                              "track_facts", "listener_homes"}) {
      CADENZA_TRY(gold_->Compute(model));
    }
    CADENZA_ASSIGN(const LearningSize size, MeasureListening(engine_));
    if (size.tracks == 0) {
      return MakeError(ErrorKind::kUsage, "nothing to learn from: no song was played in {}",
                       lake_->root());
    }
    CADENZA_TRY(CheckFits(size, options_.memory_bytes, options_.threads));
    summary_.listeners = size.listeners;
    summary_.tracks = size.tracks;
    summary_.pairs = size.pairs;
    CADENZA_ASSIGN(const engine::RowSet counts,
                   engine_->Query("SELECT count(song_id), count(CASE WHEN listeners = 1 THEN 1 END)"
                                  " FROM tracks"));
    summary_.tracks_with_songs = counts.Number(0, 0);
    summary_.tracks_of_one = counts.Number(0, 1);
    CADENZA_ASSIGN(const engine::RowSet example,
                   engine_->Query("SELECT user_id FROM listener_tracks GROUP BY user_id"
                                  " ORDER BY sum(plays) DESC, user_id LIMIT 1"));
    summary_.example = example.Text();
    CADENZA_ASSIGN(listening_, ReadListening(engine_));
    return {};
  }

  Status Choose() {
    EvaluationOptions how = options_.evaluation;
    how.release_year = ReleaseYear();
    std::unique_ptr<Truth> truth;
    if (!options_.truth_folder.empty()) {
      const int end = listening_.first_day + listening_.history.days;
      CADENZA_ASSIGN(truth, Truth::Read(engine_, options_.truth_folder, listening_.history,
                                        end - TestDays(listening_.history.days), end));
      how.attainable = [&](size_t listener) { return truth->ExpectedPlays(listener); };
      how.liking = [&](size_t listener) { return truth->Liking(listener); };
    }
    CADENZA_ASSIGN(Evaluation evaluation,
                   EvaluateByTime(listening_.history, listening_.facts, how));
    summary_.choice = std::move(evaluation.choice);
    summary_.scores = std::move(evaluation.scores);
    summary_.lists_by = evaluation.beats_popularity ? "taste" : "popularity";
    summary_.why_not = std::move(evaluation.why_not);
    return {};
  }

  /// As release_candidates has it: the year of the newest day; in January also the one before.
  int ReleaseYear() const {
    const std::chrono::sys_days newest{
        std::chrono::days(listening_.first_day + listening_.history.days - 1)};
    const std::chrono::year_month_day date(newest);
    return static_cast<int>(date.year()) - (date.month() == std::chrono::January ? 1 : 0);
  }

  Status Learn(const GoldInputs& inputs) {
    settings_json_ = SettingsJson(summary_.choice);
    CADENZA_ASSIGN(
        const engine::RowSet digest,
        engine_->Query(fmt::format("SELECT md5({})", QuoteText(json(inputs.versions).dump() +
                                                               settings_json_ + kVersion))));
    summary_.model_version = digest.Text();
    const PlayMatrix liked = LikedPairs(listening_.history, listening_.history.All());
    CADENZA_ASSIGN(
        model_, LearnTaste(liked, TrendOf(listening_.history, listening_.history.All()),
                           summary_.choice.settings, static_cast<size_t>(options_.threads), nullptr,
                           options_.evaluation.keep_going));
    const engine::HeldRows factors = FactorTable(model_.tracks), near = NeighbourTable(model_.near);
    CADENZA_TRY(Stage("made_factors", factors, "track_factors"));
    return Stage("made_neighbours", near, "track_neighbours");
  }

  Status MakeLists() {
    const History& history = listening_.history;
    const PlayMatrix liked = LikedPairs(history, history.All()),
                     heard = HeardPairs(history, history.All());
    std::vector<int32_t> everybody(history.listeners());
    std::iota(everybody.begin(), everybody.end(), 0);
    const Popularity popularity = PopularityOf(history);
    const engine::HeldRows trends = TrendTable(popularity, model_.trend);
    CADENZA_TRY(Stage("made_trends", trends, "track_trends"));
    ListOptions how = options_.lists;
    CADENZA_ASSIGN(how.is_allowed, TracksFrom(engine_, listening_.facts, how.places));
    const ListMaker maker(model_, listening_, summary_.choice.dial, popularity,
                          summary_.lists_by != "taste", std::move(how));
    std::vector<std::vector<Recommended>> lists(everybody.size());
    maker.Make(liked, heard, everybody, static_cast<size_t>(options_.threads),
               [&](size_t row, std::vector<Recommended> list) { lists[row] = std::move(list); });
    const engine::HeldRows made = ListTable(lists, summary_.model_version),
                           scores = ScoreTable(summary_.scores);
    CADENZA_TRY(Stage("made_recommendations", made, "recommendations"));
    CADENZA_TRY(MakePlaylists(liked, lists));
    CADENZA_TRY(MakeReleases(liked, heard));
    CADENZA_TRY(MakeSimilar(popularity));
    CADENZA_TRY(BindHeldRows(engine_, "made_scores", &scores));
    return gold_->StageRows("recommender_scores", "SELECT * FROM made_scores");
  }

  Status MakeReleases(const PlayMatrix& liked, const PlayMatrix& heard) {
    CADENZA_TRY(gold_->Compute("release_candidates"));
    CADENZA_ASSIGN(const std::vector<Release> releases, ReadReleases(engine_));
    summary_.releases = static_cast<int64_t>(releases.size());
    ReleaseOptions how;
    how.threads = static_cast<size_t>(options_.threads);
    how.by_artist = summary_.lists_by != "taste";
    const engine::HeldRows rows =
        ReleaseTable(ReleaseLists(model_, listening_.facts, releases, liked, heard, how),
                     summary_.model_version);
    return Stage("made_releases", rows, "new_releases");
  }

  /// One for each listener, as `recommend playlist` makes it without flags.
  Status MakePlaylists(const PlayMatrix& liked,
                       const std::vector<std::vector<Recommended>>& lists) {
    CADENZA_ASSIGN(const std::vector<TrackName> names, ReadTrackNames(engine_));
    const FactorRows vectors = Normalised(model_.tracks);
    std::vector<std::vector<PlaylistCandidate>> made(lists.size());
    const auto make = [&](size_t row) {
      std::vector<PlaylistCandidate> fresh;
      for (const Recommended& one : lists[row]) {
        fresh.push_back(FreshCandidate(one.track, names, {}));
      }
      made[row] = ArrangePlaylist(KnownCandidates(liked, row, listening_.facts, names), fresh, {},
                                  listening_.facts, vectors);
    };
    InSlices(lists.size(), 64, static_cast<size_t>(options_.threads),
             [&](size_t begin, size_t end) {
               for (size_t row = begin; row < end; ++row) make(row);
             });
    const engine::HeldRows rows = PlaylistTable(made);
    return Stage("made_playlists", rows, "playlists");
  }

  /// Where listeners tell nothing of each other, nothing is alike but by chance.
  Status MakeSimilar(const Popularity& popularity) {
    constexpr size_t kTop = 20;
    const auto threads = static_cast<size_t>(options_.threads);
    std::vector<std::vector<Likeness>> tracks, artists;
    if (summary_.lists_by == "taste") {
      tracks = SimilarTracks(model_.tracks, popularity.liked_by, kTop, threads);
      artists = SimilarArtists(model_.tracks, listening_.facts.artist_of, popularity.liked_by, kTop,
                               threads);
    }
    const engine::HeldRows of_tracks = SimilarTable("track_number", tracks),
                           of_artists = SimilarTable("artist_number", artists);
    CADENZA_TRY(Stage("made_similar_tracks", of_tracks, "similar_tracks"));
    CADENZA_TRY(gold_->Compute("artist_spellings"));
    return Stage("made_similar_artists", of_artists, "similar_artists");
  }

  /// Computes a model of gold that reads these rows.
  Status Stage(const char* relation, const engine::HeldRows& rows, const char* table) {
    CADENZA_TRY(BindHeldRows(engine_, relation, &rows));
    return gold_->Compute(table);
  }

  Status Commit(const GoldInputs& inputs) {
    summary_.changed = !gold_->changed().empty();
    if (summary_.changed) {
      CADENZA_TRY(RecordModel(inputs));
      CADENZA_TRY(job_->Record("recommend"));
    }
    return job_->Commit(&summary_, lake::TablesOfJob("recommend"));
  }

  Status RecordModel(const GoldInputs& inputs) {
    const lake::Model& model = *lake::FindModel("recommender_models");
    CADENZA_ASSIGN(const lake::TableState before, lake_->Load(model));
    const std::string row = fmt::format(
        "(SELECT {} AS model_version, {} AS input_versions, {} AS settings, {} AS seed, {} AS "
        "program, {} AS lists_by, {} AS why, {} AS run) AS made",
        QuoteText(summary_.model_version), QuoteText(json(inputs.versions).dump()),
        QuoteText(settings_json_), summary_.choice.settings.factors.seed, QuoteText(kVersion),
        QuoteText(summary_.lists_by),
        summary_.why_not.empty() ? "CAST(NULL AS VARCHAR)" : QuoteText(summary_.why_not),
        job_->run().number());
    lake::TableChange change;
    CADENZA_ASSIGN(change.added,
                   engine_->Write(job_->run().Request(model, {}, lake::TypedRows(model, row))));
    job_->run().Stage(model, before, {}, std::move(change));
    return {};
  }

  static Status CheckFits(const LearningSize& size, int64_t memory_bytes, int threads) {
    const int64_t needed = size.BytesNeeded(threads);
    if (needed <= memory_bytes) return {};
    const double fits = static_cast<double>(size.pairs) * static_cast<double>(memory_bytes) /
                        static_cast<double>(needed);
    return MakeError(ErrorKind::kUsage,
                     "{} pairs of {} listeners and {} tracks take about {:.1f} GB to learn from; "
                     "about {:.1f} million pairs fit into --memory {:.1f}GB",
                     size.pairs, size.listeners, size.tracks, static_cast<double>(needed) / 1e9,
                     fits / 1e6, static_cast<double>(memory_bytes) / 1e9);
  }

  lake::Lake* lake_;
  engine::Engine* engine_;
  const RecommendOptions& options_;
  std::unique_ptr<warehouse::Job> job_;
  std::optional<warehouse::ModelRefresh> gold_;
  Listening listening_;
  TasteModel model_;
  std::string settings_json_;
  RecommendSummary summary_;
};

}  // namespace

Result<RecommendSummary> RunRecommend(lake::Lake* lake, const RecommendOptions& options) {
  return RecommendJob(lake, options).Work();
}

}  // namespace cadenza::recommend
