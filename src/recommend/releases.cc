#include "recommend/releases.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <set>

#include "engine/typed_rows.h"
#include "recommend/fold_in.h"
#include "recommend/slices.h"

namespace cadenza::recommend {
namespace {

constexpr double kShrinkTracks = 3;
constexpr size_t kPlaceTracks = 10;  ///< from which on a place says something
constexpr size_t kReleasesShown = 5;

/// Sum and number of vectors.
struct Sum {
  std::vector<double> values;
  size_t count = 0;

  void Add(std::span<const float> vector) {
    values.resize(vector.size());
    for (size_t k = 0; k < vector.size(); ++k) values[k] += double{vector[k]};
    ++count;
  }
};

bool HasValues(std::span<const float> vector) {
  return std::ranges::any_of(vector, [](float value) { return value != 0; });
}

float Product(std::span<const float> a, std::span<const float> b) {
  return static_cast<float>(std::inner_product(a.begin(), a.end(), b.begin(), 0.0));
}

/// The releases by score, what is not above 0 and what is in `heard` left out.
std::vector<Ranked> InOrder(std::span<const float> scores, std::span<const Release> releases,
                            std::span<const int32_t> heard) {
  std::vector<Ranked> order;
  for (size_t r = 0; r < releases.size(); ++r) {
    if (scores[r] <= 0 || std::ranges::binary_search(heard, releases[r].track)) continue;
    order.push_back({static_cast<int32_t>(r), scores[r]});
  }
  std::ranges::sort(order, ComesBefore);
  return order;
}

/// How much a listener likes each artist.
std::map<int32_t, float> ArtistsOf(const TrackFacts& facts, const PlayMatrix& liked, size_t row) {
  std::map<int32_t, float> artists;
  for (size_t i = 0; i < liked.RowSize(row); ++i) {
    const auto track = static_cast<size_t>(liked.Places(row)[i]);
    artists[facts.artist_of[track]] += liked.Weights(row)[i];
  }
  return artists;
}

std::vector<float> ScoresByArtist(const std::map<int32_t, float>& liked,
                                  std::span<const Release> releases) {
  std::vector<float> scores;
  for (const Release& release : releases) {
    const auto found = liked.find(release.artist);
    scores.push_back(found == liked.end() ? 0 : found->second);
  }
  return scores;
}

std::vector<float> ScoresByTaste(const FactorRows& vectors, std::span<const float> listener) {
  std::vector<float> scores(vectors.rows());
  for (size_t r = 0; r < scores.size(); ++r) scores[r] = Product(vectors.Row(r), listener);
  return scores;
}

}  // namespace

Result<std::vector<Release>> ReadReleases(engine::Engine* engine) {
  std::vector<Release> releases;
  CADENZA_TRY(ReadTyped(
      engine, "SELECT artist_number, track_number FROM release_candidates ORDER BY release_number",
      [&](const engine::TypedBatch& batch) -> Status {
        for (size_t row = 0; row < batch.rows; ++row) {
          releases.push_back({static_cast<int32_t>(batch.columns[0].whole[row]),
                              static_cast<int32_t>(batch.columns[1].whole[row])});
        }
        return {};
      }));
  return releases;
}

FactorRows ReleaseVectors(const FactorRows& tracks, const TrackFacts& facts,
                          std::span<const Release> releases) {
  std::set<int32_t> released;
  for (const Release& release : releases) released.insert(release.track);
  std::map<int32_t, Sum> artists, places;
  std::map<int32_t, int32_t> place_of;
  Sum all;
  for (size_t track = 0; track < tracks.rows(); ++track) {
    if (released.contains(static_cast<int32_t>(track)) || !HasValues(tracks.Row(track))) continue;
    const int32_t artist = facts.artist_of[track], place = facts.place_of[track];
    all.Add(tracks.Row(track));
    artists[artist].Add(tracks.Row(track));
    if (place < 0) continue;
    places[place].Add(tracks.Row(track));
    place_of[artist] = place;
  }
  FactorRows vectors;
  vectors.factors = tracks.factors;
  vectors.values.assign(releases.size() * tracks.width(), 0);
  for (size_t r = 0; r < releases.size(); ++r) {
    const auto artist = artists.find(releases[r].artist);
    if (artist == artists.end()) continue;
    const auto place = place_of.find(releases[r].artist);
    const bool knows_place = place != place_of.end() && places[place->second].count >= kPlaceTracks;
    const Sum& wider = knows_place ? places[place->second] : all;
    const double count = static_cast<double>(artist->second.count) + kShrinkTracks;
    for (size_t k = 0; k < tracks.width(); ++k) {
      const double mean = wider.values[k] / static_cast<double>(wider.count);
      vectors.Row(r)[k] =
          static_cast<float>((artist->second.values[k] + kShrinkTracks * mean) / count);
    }
  }
  return vectors;
}

std::vector<std::vector<RecommendedRelease>> ReleaseLists(
    const TasteModel& model, const TrackFacts& facts, std::span<const Release> releases,
    const PlayMatrix& liked, const PlayMatrix& heard, const ReleaseOptions& options) {
  std::vector<std::vector<RecommendedRelease>> lists(liked.rows());
  if (releases.empty()) return lists;
  const FactorRows vectors = ReleaseVectors(model.tracks, facts, releases);
  const FoldIn fold_in(model.tracks, model.settings.factors, options.threads);
  const auto make = [&](size_t row) {
    if (liked.RowSize(row) == 0) return;
    const std::map<int32_t, float> artists = ArtistsOf(facts, liked, row);
    std::optional<FoldIn::Listener> listener;
    std::vector<float> scores;
    if (options.by_artist) {
      scores = ScoresByArtist(artists, releases);
    } else {
      listener = fold_in.Solve(liked.Places(row), liked.Weights(row));
      scores = ScoresByTaste(vectors, listener->vector());
    }
    std::map<int32_t, size_t> counts;
    for (const Ranked& ranked : InOrder(scores, releases, heard.Places(row))) {
      if (lists[row].size() == options.top) break;
      const auto number = static_cast<size_t>(ranked.track);
      const int32_t artist = releases[number].artist;
      if (++counts[artist] > options.per_artist) continue;
      RecommendedRelease one;
      one.release = ranked.track;
      one.score = static_cast<double>(ranked.score);
      one.is_new_artist = !artists.contains(artist);
      if (one.is_new_artist) {
        one.reason = MostOf(listener->Parts(vectors.Row(number)), liked.Places(row));
      }
      lists[row].push_back(one);
    }
  };
  InSlices(liked.rows(), 64, options.threads, [&](size_t begin, size_t end) {
    for (size_t row = begin; row < end; ++row) make(row);
  });
  return lists;
}

ReleaseScores MeasureReleases(const TasteModel& model, const TrackFacts& facts,
                              std::span<const Release> releases, const PlayMatrix& known,
                              const PlayMatrix& relevant, std::span<const int32_t> liked_by,
                              size_t threads) {
  ReleaseScores scores;
  scores.releases = releases.size();
  if (releases.empty()) return scores;
  const FactorRows vectors = ReleaseVectors(model.tracks, facts, releases);
  const FoldIn fold_in(model.tracks, model.settings.factors, threads);
  std::map<int32_t, size_t> number_of;
  for (size_t r = 0; r < releases.size(); ++r) number_of[releases[r].track] = r;
  std::map<int32_t, float> likers;
  for (size_t track = 0; track < facts.tracks(); ++track) {
    likers[facts.artist_of[track]] += static_cast<float>(liked_by[track]);
  }
  std::vector<float> by_artist(releases.size());
  for (size_t r = 0; r < releases.size(); ++r) by_artist[r] = likers[releases[r].artist];
  const auto recall = [&](std::span<const float> values, const std::vector<int32_t>& played) {
    std::vector<Ranked> order;
    for (size_t r = 0; r < values.size(); ++r)
      order.push_back({static_cast<int32_t>(r), values[r]});
    std::ranges::sort(order, ComesBefore);
    return RecallAt(kReleasesShown, order, played);
  };
  for (size_t row = 0; row < known.rows(); ++row) {
    std::vector<int32_t> played;
    for (const int32_t track : relevant.Places(row)) {
      const auto found = number_of.find(track);
      if (found != number_of.end()) played.push_back(static_cast<int32_t>(found->second));
    }
    if (played.empty() || known.RowSize(row) == 0) continue;
    std::ranges::sort(played);
    const FoldIn::Listener listener = fold_in.Solve(known.Places(row), known.Weights(row));
    scores.taste.push_back(recall(ScoresByTaste(vectors, listener.vector()), played));
    scores.artists.push_back(recall(by_artist, played));
    const auto count = static_cast<double>(played.size()),
               all = static_cast<double>(releases.size());
    const double hits = std::min(static_cast<double>(kReleasesShown), all) * count / all;
    scores.random.push_back(hits / std::min(static_cast<double>(kReleasesShown), count));
  }
  return scores;
}

}  // namespace cadenza::recommend
