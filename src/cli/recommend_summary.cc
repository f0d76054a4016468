#include "cli/recommend_summary.h"

#include <algorithm>

#include "cli/message_text.h"
#include "cli/table_print.h"
#include "recommend/made_tables.h"

namespace cadenza::cli {
namespace {

using nlohmann::json;

constexpr size_t kShown = 10;

const recommend::Score* Find(const recommend::RecommendSummary& summary, const std::string& model,
                             const std::string& task, const std::string& metric) {
  for (const recommend::Score& score : summary.scores) {
    if (score.model == model && score.task == task && score.metric == metric) return &score;
  }
  return nullptr;
}

void PrintScores(const recommend::RecommendSummary& summary) {
  const char* kMetrics[] = {"recall_20",           "ndcg_100",    "map_100", "top_100_share_20",
                            "new_artist_share_20", "far_share_20"};
  fmt::print("  {:<16} {:<10} {:>9} {:>9} {:>8} {:>9} {:>11} {:>5}  NDCG@100 over popularity_14d\n",
             "model", "tracks", "Recall@20", "NDCG@100", "MAP@100", "Top 100", "new artists",
             "far");
  for (const char* task : {"unheard", "all"}) {
    for (const char* model : {"attainable", "popularity", "popularity_14d", "taste", "discovery"}) {
      if (!Find(summary, model, task, "ndcg_100")) continue;
      std::string line = fmt::format("  {:<16} {:<10}", model, task);
      const int widths[] = {9, 9, 8, 9, 11, 5};
      for (size_t m = 0; m < std::size(kMetrics); ++m) {
        const recommend::Score* score = Find(summary, model, task, kMetrics[m]);
        const std::string text = !score  ? "-"
                                 : m < 3 ? fmt::format("{:.4f}", score->value.mean)
                                         : fmt::format("{:.0f} %", 100 * score->value.mean);
        line += fmt::format(" {:>{}}", text, widths[m]);
      }
      if (const auto* gain = Find(summary, model, task, "ndcg_100_over_popularity_14d")) {
        line += fmt::format("  {:+.4f} ({:+.4f} to {:+.4f})", gain->value.mean, gain->value.lower,
                            gain->value.upper);
      }
      fmt::print("{}\n", line);
    }
  }
}

void PrintReleases(const recommend::RecommendSummary& summary) {
  fmt::print("New releases: {} to choose from", summary.releases);
  const char* const kTask = "new_releases";
  if (const auto* taste = Find(summary, "taste", kTask, "recall_5")) {
    fmt::print(
        "; Recall@5 {:.3f} of {:.0f} in the test, by the artist's listeners {:.3f}, at random "
        "{:.3f}",
        taste->value.mean, Find(summary, "taste", kTask, "releases")->value.mean,
        Find(summary, "artist_listeners", kTask, "recall_5")->value.mean,
        Find(summary, "random", kTask, "recall_5")->value.mean);
  }
  fmt::print(".\n\n");
}

json ScoresJson(const std::vector<recommend::Score>& list) {
  json scores = json::array();
  for (const recommend::Score& score : list) {
    scores.push_back(
        {{"model", score.model},
         {"task", score.task},
         {"metric", score.metric},
         {"value", score.value.mean},
         {"lower", score.value.lower},
         {"upper", score.value.upper},
         {"listeners", score.value.listeners},
         {"of_attainable", score.of_attainable ? json(*score.of_attainable) : json()}});
  }
  return scores;
}

json RowsJson(const recommend::RecommendSummary& summary) {
  json rows = json::object();
  for (const auto& [name, table] : summary.tables) rows[name] = table.rows;
  return rows;
}

}  // namespace

json ListJson(const RecommendedList& list) {
  json rows = json::array();
  for (size_t i = 0; i < list.size(); ++i) {
    const auto& one = list[i];
    rows.push_back({{"rank", i + 1},
                    {"title", one.title},
                    {"artist_name", one.artist_name},
                    {"place", one.place},
                    {"score", one.what.score},
                    {"kind", recommend::KindName(one.what.kind)},
                    {"reason", one.reason},
                    {"is_new_artist", one.what.is_new_artist}});
  }
  return rows;
}

json PlaylistJson(const std::vector<recommend::PlaylistTrack>& tracks) {
  json rows = json::array();
  for (size_t i = 0; i < tracks.size(); ++i) {
    const recommend::PlaylistTrack& one = tracks[i];
    rows.push_back({{"position", i + 1},
                    {"title", one.title},
                    {"artist_name", one.artist_name},
                    {"starts_at_seconds", one.starts_at_seconds},
                    {"duration", one.duration},
                    {"is_known", one.is_known},
                    {"reason", one.reason}});
  }
  return rows;
}

void PrintPlaylist(const std::string& user, const std::vector<recommend::PlaylistTrack>& tracks) {
  engine::RowSet rows;
  rows.columns = {{"starts", "VARCHAR"},
                  {"title", "VARCHAR"},
                  {"artist_name", "VARCHAR"},
                  {"reason", "VARCHAR"}};
  double total = 0;
  for (const recommend::PlaylistTrack& one : tracks) {
    const auto seconds = static_cast<int64_t>(one.starts_at_seconds);
    rows.rows.push_back({fmt::format("{}:{:02}", seconds / 60, seconds % 60), one.title,
                         one.artist_name, one.reason});
    total = one.starts_at_seconds + one.duration;
  }
  fmt::print("For {}, {:.1f} minutes:\n{}", ShellWord(user), total / 60, TableText(rows));
}

json SimilarJson(const std::vector<recommend::Similar>& found) {
  json rows = json::array();
  for (const recommend::Similar& one : found) {
    rows.push_back({{"title", one.title.empty() ? json() : json(one.title)},
                    {"artist_name", one.artist_name},
                    {"likeness", one.likeness},
                    {"listeners", one.listeners}});
  }
  return rows;
}

void PrintSimilar(const std::string& name, const std::vector<recommend::Similar>& found) {
  engine::RowSet rows;
  const bool of_tracks = !found.empty() && !found.front().title.empty();
  if (of_tracks) rows.columns.push_back({"title", "VARCHAR"});
  rows.columns.push_back({"artist_name", "VARCHAR"});
  rows.columns.push_back({"likeness", "DOUBLE"});
  rows.columns.push_back({"listeners", "BIGINT"});
  for (const recommend::Similar& one : found) {
    std::vector<std::optional<std::string>> row;
    if (of_tracks) row.emplace_back(one.title);
    row.emplace_back(one.artist_name);
    row.emplace_back(fmt::format("{:.3f}", one.likeness));
    row.emplace_back(std::to_string(one.listeners));
    rows.rows.push_back(std::move(row));
  }
  fmt::print("Like {}:\n{}", ShellWord(name), TableText(rows));
}

json InteractionsJson(const recommend::InteractionSummary& summary) {
  return {{"users", summary.users},
          {"items", summary.items},
          {"pairs", summary.pairs},
          {"lists", summary.lists},
          {"unknown_items", summary.unknown_items},
          {"lists_by", summary.by_popularity ? "popularity" : "taste"},
          {"why", summary.evaluation.why_not},
          {"validation_ndcg_100", summary.evaluation.choice.ndcg_100},
          {"scores", ScoresJson(summary.evaluation.scores)}};
}

void PrintInteractions(const recommend::InteractionSummary& summary, const std::string& out) {
  const recommend::TasteSettings& settings = summary.evaluation.choice.settings;
  fmt::print("{} pairs of {} users and {} items\n", summary.pairs, summary.users, summary.items);
  fmt::print(
      "{} factors, weight of the unplayed {}, regularisation {}, blend {}: NDCG@100 {:.4f} "
      "on validation users\n",
      settings.factors.factors, settings.factors.unplayed_weight, settings.factors.regularisation,
      settings.blend, summary.evaluation.choice.ndcg_100);
  for (const recommend::Score& score : summary.evaluation.scores) {
    fmt::print("  {:<12} {:<28} {:+.4f} ({:+.4f} to {:+.4f})\n", score.model, score.metric,
               score.value.mean, score.value.lower, score.value.upper);
  }
  if (summary.by_popularity) {
    fmt::print("Lists are popularity, because no model beats it: {}\n", summary.evaluation.why_not);
  }
  if (summary.unknown_items > 0) {
    fmt::print("{} pairs of the fold-in have items that nothing was learned of\n",
               summary.unknown_items);
  }
  if (!out.empty()) fmt::print("{} lists in {}\n", summary.lists, ShellWord(out));
}

json RecommendJson(const recommend::RecommendSummary& summary, const std::string& lake,
                   const RecommendedList& example) {
  return {{"status", summary.changed ? "done" : "unchanged"},
          {"run", summary.run},
          {"lake", lake},
          {"model_version", summary.model_version},
          {"lists_by", summary.lists_by},
          {"why", summary.why_not},
          {"listeners", summary.listeners},
          {"tracks", summary.tracks},
          {"pairs", summary.pairs},
          {"tracks_with_songs", summary.tracks_with_songs},
          {"tracks_with_one_listener", summary.tracks_of_one},
          {"releases", summary.releases},
          {"scores", ScoresJson(summary.scores)},
          {"tables", RowsJson(summary)},
          {"example", {{"user_id", summary.example}, {"list", ListJson(example)}}},
          {"seconds", summary.seconds}};
}

void PrintList(const std::string& user, const RecommendedList& list, size_t shown) {
  engine::RowSet rows;
  rows.columns = {
      {"rank", "BIGINT"}, {"title", "VARCHAR"}, {"artist_name", "VARCHAR"}, {"reason", "VARCHAR"}};
  for (size_t i = 0; i < std::min(shown, list.size()); ++i) {
    rows.rows.push_back(
        {std::to_string(i + 1), list[i].title, list[i].artist_name, list[i].reason});
  }
  fmt::print("For {}:\n{}", ShellWord(user), TableText(rows));
  if (list.empty()) fmt::print("nothing is left that this listener has not heard\n");
}

void PrintEvaluation(const recommend::RecommendSummary& summary) {
  fmt::print("{} listeners, {} tracks, {} pairs; lists would be by {}{}{}.\n\n", summary.listeners,
             summary.tracks, summary.pairs, summary.lists_by, summary.why_not.empty() ? "" : ": ",
             summary.why_not);
  PrintScores(summary);
  for (const char* model : {"taste", "discovery"}) {
    const recommend::Score* score = Find(summary, model, "unheard", "ndcg_100");
    if (!score || !score->of_attainable) continue;
    fmt::print("  {}: {:.1f} % of the attainable NDCG@100 of unheard tracks\n", model,
               100 * *score->of_attainable);
    const auto* liking = Find(summary, model, "unheard", "liking_20");
    const auto* of_new = Find(summary, model, "unheard", "new_artist_liking_20");
    if (!liking || !of_new) continue;
    fmt::print("  {}: true liking of the first 20 {:.3f}, of those by new artists {:.3f}\n", model,
               liking->value.mean, of_new->value.mean);
  }
}

void PrintRecommend(const recommend::RecommendSummary& summary, const std::string& lake,
                    const RecommendedList& example) {
  fmt::print(
      "{} pairs of {} listeners and {} tracks ({} of the catalogue, {} with one listener), "
      "{:.1f} s\n\n",
      summary.pairs, summary.listeners, summary.tracks, summary.tracks_with_songs,
      summary.tracks_of_one, summary.seconds.at("total"));
  PrintScores(summary);
  if (summary.lists_by == "taste") {
    fmt::print("\nLists follow taste, with {:.1f} % of NDCG@100 given for discovery.\n\n",
               summary.choice.ndcg_100 > 0
                   ? 100 * (1 - summary.choice.dial_ndcg_100 / summary.choice.ndcg_100)
                   : 0.0);
  } else {
    fmt::print("\nLists are popularity, because no model beats it: {}.\n\n", summary.why_not);
  }
  PrintReleases(summary);
  PrintList(summary.example, example, kShown);
  fmt::print("\n");
  for (const auto& [name, table] : summary.tables) {
    fmt::print("  {:<20} {:>10} rows\n", name, table.rows);
  }
  if (!summary.changed) {
    fmt::print("\nNothing changed: the lake {} is as run {} left it.\n", ShellWord(lake),
               summary.run);
    return;
  }
  fmt::print("\nNext: cadenza recommend for {} --lake {}\n", ShellWord(summary.example),
             ShellWord(lake));
}

}  // namespace cadenza::cli
