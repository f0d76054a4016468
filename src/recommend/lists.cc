#include "recommend/lists.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "recommend/held_out.h"
#include "recommend/slices.h"

namespace cadenza::recommend {

std::vector<Ranked> WithFewOfEach(std::span<const Ranked> list, const TrackFacts& facts,
                                  size_t per_artist, size_t top) {
  std::vector<Ranked> kept;
  std::map<int32_t, size_t> counts;
  for (const Ranked& ranked : list) {
    if (kept.size() == top) break;
    const int32_t artist = facts.artist_of[static_cast<size_t>(ranked.track)];
    if (artist >= 0 && ++counts[artist] > per_artist) continue;
    kept.push_back(ranked);
  }
  return kept;
}

Popularity PopularityOf(const History& history) {
  constexpr int kDays = 14;
  return {PlaysOf(history, {std::max(0, history.days - kDays), history.days}),
          ListenersOf(LikedPairs(history, history.All()))};
}

ListMaker::ListMaker(const TasteModel& model, const Listening& listening, Dial dial,
                     const Popularity& popularity, bool by_popularity, ListOptions options)
    : model_(model),
      listening_(listening),
      discovery_(dial, listening.facts, popularity.liked_by),
      popular_(popularity.lately.begin(), popularity.lately.end()),
      by_popularity_(by_popularity),
      options_(std::move(options)) {
  const TrackFacts& facts = listening.facts;
  if (options_.is_allowed.empty()) options_.is_allowed.assign(facts.tracks(), true);
  for (size_t track = 0; track < facts.tracks() && options_.catalogue_only; ++track) {
    options_.is_allowed[track] = options_.is_allowed[track] && facts.in_catalogue[track];
  }
}

std::vector<Ranked> ListMaker::Filtered(std::span<float> scores, std::span<const int32_t> heard,
                                        int32_t home) const {
  for (size_t track = 0; track < scores.size(); ++track) {
    if (!options_.is_allowed[track]) scores[track] = kExcluded;
  }
  if (options_.places.asks_of_home()) {
    const std::vector<bool> wished = PlacesFor(listening_.facts, options_.places, home);
    for (size_t track = 0; track < scores.size(); ++track) {
      const int32_t place = listening_.facts.place_of[track];
      if (place < 0 || !wished[static_cast<size_t>(place)]) scores[track] = kExcluded;
    }
  }
  // Until the list is full, or there are no more tracks.
  for (size_t looked_at = 4 * options_.top;; looked_at *= 4) {
    const std::vector<Ranked> best = ListOf(scores, heard, looked_at);
    std::vector<Ranked> list =
        WithFewOfEach(best, listening_.facts, options_.per_artist, options_.top);
    if (list.size() == options_.top || best.size() < looked_at) return list;
  }
}

std::vector<Recommended> ListMaker::Explained(const std::vector<Ranked>& list,
                                              const ScoredListener* listener,
                                              const PlayMatrix& liked,
                                              std::span<const int32_t> heard, int32_t home) const {
  const TrackFacts& facts = listening_.facts;
  std::set<int32_t> artists;
  for (const int32_t track : heard) artists.insert(facts.artist_of[static_cast<size_t>(track)]);
  std::vector<Recommended> made;
  for (const Ranked& ranked : list) {
    const auto track = static_cast<size_t>(ranked.track);
    Recommended one;
    one.track = ranked.track;
    one.score = std::round(static_cast<double>(ranked.score) * 1e6) / 1e6;
    one.is_new_artist = !artists.contains(facts.artist_of[track]);
    const int32_t place = facts.place_of[track];
    if (home >= 0 && place >= 0) {
      const double km = DistanceKm(facts.places[static_cast<size_t>(home)],
                                   facts.places[static_cast<size_t>(place)]);
      one.km = static_cast<int32_t>(std::lround(km / 100) * 100);
      if (km >= kFarKm) one.kind = Kind::kFar;
    }
    if (!options_.is_new.empty() && options_.is_new[track]) one.kind = Kind::kNew;
    if (!listener) {
      one.kind = Kind::kPopular;
    } else {
      one.reason = MostOf(ScoreParts(model_, *listener, liked, track), liked.Places(listener->row));
    }
    made.push_back(one);
  }
  return made;
}

void ListMaker::Make(const PlayMatrix& liked, const PlayMatrix& heard,
                     std::span<const int32_t> numbers, size_t threads,
                     const std::function<void(size_t, std::vector<Recommended>)>& take) const {
  const auto home_of = [&](size_t row) {
    return listening_.facts.homes[static_cast<size_t>(numbers[row])];
  };
  const auto by_plays = [&](size_t row) {
    std::vector<float> scores = popular_;
    // What nobody played of late is not popular.
    for (float& score : scores) score = score > 0 ? score : kExcluded;
    take(row, Explained(Filtered(scores, heard.Places(row), home_of(row)), nullptr, liked,
                        heard.Places(row), home_of(row)));
  };
  if (by_popularity_) {
    return InSlices(numbers.size(), 64, threads, [&](size_t begin, size_t end) {
      for (size_t row = begin; row < end; ++row) by_plays(row);
    });
  }
  const FoldIn fold_in(model_.tracks, model_.settings.factors, threads);
  ScoreListeners(model_, fold_in, liked, threads, [&](ScoredListener& listener) {
    const size_t row = listener.row;
    if (liked.RowSize(row) == 0) return by_plays(row);
    Discovery::Turn(discovery_.Factors(home_of(row), liked.Places(row)), listener.scores);
    take(row, Explained(Filtered(listener.scores, heard.Places(row), home_of(row)), &listener,
                        liked, heard.Places(row), home_of(row)));
  });
}

}  // namespace cadenza::recommend
