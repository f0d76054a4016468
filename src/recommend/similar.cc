#include "recommend/similar.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "base/nearest_name.h"
#include "decode/match_text.h"
#include "recommend/listener_view.h"
#include "recommend/top_tracks.h"

namespace cadenza::recommend {
namespace {

/// The vectors of artists, of length 1: means of those of their tracks, by listeners.
struct Artists {
  FactorRows vectors;
  std::vector<int64_t> listeners;  ///< of all tracks together, counted once a track
};

/// `artist_of`: of each track; below 0: of none.
Artists ArtistsOf(const FactorRows& tracks, std::span<const int32_t> artist_of,
                  std::span<const int32_t> listeners) {
  const FactorRows unit = Normalised(tracks);
  int32_t last = -1;
  for (const int32_t artist : artist_of) last = std::max(last, artist);
  const size_t count = last < 0 ? 0 : static_cast<size_t>(last) + 1;
  Artists artists;
  artists.vectors.factors = tracks.factors;
  artists.vectors.values.resize(count * tracks.width());
  artists.listeners.resize(count);
  for (size_t track = 0; track < artist_of.size(); ++track) {
    if (artist_of[track] < 0) continue;
    const auto artist = static_cast<size_t>(artist_of[track]);
    artists.listeners[artist] += listeners[track];
    for (size_t k = 0; k < unit.width(); ++k) {
      artists.vectors.Row(artist)[k] += static_cast<float>(listeners[track]) * unit.Row(track)[k];
    }
  }
  artists.vectors = Normalised(artists.vectors);
  return artists;
}

/// The artists of the tracks' names, numbered as they come.
struct NamedArtists {
  std::vector<int32_t> artist_of;  ///< of each track; -1: no artist is named
  std::vector<std::string> names;
  std::map<std::string, int32_t> by_text;
};

NamedArtists NumberedArtists(const std::vector<TrackName>& tracks) {
  NamedArtists artists;
  for (const TrackName& track : tracks) {
    int32_t number = -1;
    if (!track.artist_text.empty()) {
      const auto next = static_cast<int32_t>(artists.names.size());
      const auto [found, is_new] = artists.by_text.try_emplace(track.artist_text, next);
      if (is_new) artists.names.push_back(track.artist_name);
      number = found->second;
    }
    artists.artist_of.push_back(number);
  }
  return artists;
}

/// What few play is alike by chance: likeness counts less for it.
FactorRows Shrunk(FactorRows rows, std::span<const int64_t> listeners) {
  constexpr double kShrink = 3;
  for (size_t row = 0; row < rows.rows(); ++row) {
    const auto count = static_cast<double>(listeners[row]);
    for (float& value : rows.Row(row)) value *= static_cast<float>(count / (count + kShrink));
  }
  return rows;
}

/// For each of the rows named the nearest others; vectors are of length 1.
std::vector<std::vector<Likeness>> Nearest(const FactorRows& rows,
                                           std::span<const int64_t> listeners,
                                           std::span<const int32_t> of, size_t top,
                                           size_t threads) {
  FactorRows asked;
  asked.factors = rows.factors;
  PlayMatrix self;
  self.columns = static_cast<int32_t>(rows.rows());
  for (const int32_t row : of) {
    const auto vector = rows.Row(static_cast<size_t>(row));
    asked.values.insert(asked.values.end(), vector.begin(), vector.end());
    self.Add(row, 1);
    self.EndRow();
  }
  std::vector<std::vector<Likeness>> nearest(of.size());
  if (of.empty()) return nearest;
  TopTracks(asked, Shrunk(rows, listeners), self, top, threads,
            [&](size_t row, std::span<const Ranked> list) {
              for (const Ranked& ranked : list) {
                if (ranked.score <= 0) break;
                nearest[row].push_back({ranked.track, static_cast<double>(ranked.score),
                                        listeners[static_cast<size_t>(ranked.track)]});
              }
            });
  return nearest;
}

/// The same for all that have listeners enough, by row.
std::vector<std::vector<Likeness>> NearestOfAll(const FactorRows& rows,
                                                std::span<const int64_t> listeners, size_t top,
                                                size_t threads) {
  std::vector<int32_t> of;
  for (size_t row = 0; row < rows.rows(); ++row) {
    if (listeners[row] >= kSimilarListeners) of.push_back(static_cast<int32_t>(row));
  }
  std::vector<std::vector<Likeness>> found = Nearest(rows, listeners, of, top, threads);
  std::vector<std::vector<Likeness>> all(rows.rows());
  for (size_t i = 0; i < of.size(); ++i) all[static_cast<size_t>(of[i])] = std::move(found[i]);
  return all;
}

}  // namespace

FactorRows Normalised(const FactorRows& rows) {
  FactorRows unit = rows;
  for (size_t row = 0; row < unit.rows(); ++row) {
    double squares = 0;
    for (const float value : unit.Row(row)) squares += double{value} * double{value};
    if (squares == 0) continue;
    const auto factor = static_cast<float>(1 / std::sqrt(squares));
    for (float& value : unit.Row(row)) value *= factor;
  }
  return unit;
}

std::vector<std::vector<Likeness>> SimilarTracks(const FactorRows& tracks,
                                                 std::span<const int32_t> listeners, size_t top,
                                                 size_t threads) {
  const std::vector<int64_t> counts(listeners.begin(), listeners.end());
  return NearestOfAll(Normalised(tracks), counts, top, threads);
}

std::vector<std::vector<Likeness>> SimilarArtists(const FactorRows& tracks,
                                                  std::span<const int32_t> artist_of,
                                                  std::span<const int32_t> listeners, size_t top,
                                                  size_t threads) {
  const Artists artists = ArtistsOf(tracks, artist_of, listeners);
  return NearestOfAll(artists.vectors, artists.listeners, top, threads);
}

Result<std::vector<Similar>> SimilarTo(lake::Lake* lake, const std::string& name, size_t top) {
  CADENZA_ASSIGN(const StoredModel model, LoadModel(lake));
  CADENZA_ASSIGN(const std::vector<TrackName> names, ReadTrackNames(&lake->engine()));
  const std::string text = decode::MatchText(name);
  std::vector<Similar> found;
  const NamedArtists named = NumberedArtists(names);
  if (const auto artist = named.by_text.find(text); artist != named.by_text.end()) {
    const int32_t row = artist->second;
    const Artists artists =
        ArtistsOf(model.taste.tracks, named.artist_of, model.popularity.liked_by);
    const auto near = Nearest(artists.vectors, artists.listeners, std::span(&row, 1), top, 1);
    for (const Likeness& one : near.front()) {
      found.push_back({"", named.names[static_cast<size_t>(one.row)], one.likeness, one.listeners});
    }
    return found;
  }
  // Of several tracks with the title the one with the most listeners.
  std::optional<size_t> track;
  for (size_t t = 0; t < names.size(); ++t) {
    if (decode::MatchText(names[t].title) != text) continue;
    if (!track || model.popularity.liked_by[t] > model.popularity.liked_by[*track]) track = t;
  }
  if (!track) {
    std::vector<std::string> there = named.names;
    for (const TrackName& one : names) there.push_back(one.title);
    return MakeError(ErrorKind::kUsage, "nobody played an artist or a title of this name: {}{}",
                     name, DidYouMean(NearestName(name, there)));
  }
  const std::vector<int64_t> listeners(model.popularity.liked_by.begin(),
                                       model.popularity.liked_by.end());
  const auto row = static_cast<int32_t>(*track);
  const auto near = Nearest(Normalised(model.taste.tracks), listeners, std::span(&row, 1), top, 1);
  for (const Likeness& one : near.front()) {
    const TrackName& other = names[static_cast<size_t>(one.row)];
    found.push_back({other.title, other.artist_name, one.likeness, one.listeners});
  }
  return found;
}

}  // namespace cadenza::recommend
