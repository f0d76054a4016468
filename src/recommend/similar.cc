#include "recommend/similar.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "decode/match_text.h"
#include "recommend/listener_view.h"
#include "recommend/top_tracks.h"

namespace cadenza::recommend {
namespace {

/// The vectors of artists: means of those of their tracks, by listeners.
struct Artists {
  FactorRows vectors;
  std::vector<std::string> names;
  std::vector<int64_t> listeners;  ///< of all tracks together, counted once a track
  std::map<std::string, size_t> by_text;
};

Artists ArtistsOf(const StoredModel& model, const std::vector<TrackName>& names) {
  Artists artists;
  const FactorRows tracks = Normalised(model.taste.tracks);
  artists.vectors.factors = tracks.factors;
  const size_t width = tracks.width();
  for (size_t track = 0; track < names.size(); ++track) {
    if (names[track].artist_text.empty()) continue;
    const auto [found, is_new] =
        artists.by_text.try_emplace(names[track].artist_text, artists.names.size());
    if (is_new) {
      artists.names.push_back(names[track].artist_name);
      artists.listeners.push_back(0);
      artists.vectors.values.resize(artists.vectors.values.size() + width);
    }
    const int64_t listeners = model.popularity.liked_by[track];
    artists.listeners[found->second] += listeners;
    for (size_t k = 0; k < width; ++k) {
      artists.vectors.Row(found->second)[k] += static_cast<float>(listeners) * tracks.Row(track)[k];
    }
  }
  artists.vectors = Normalised(artists.vectors);
  return artists;
}

/// The rows nearest to one of them, itself left out. What few play is alike by chance: likeness
/// counts less for it.
std::vector<Ranked> Nearest(FactorRows rows, std::span<const int64_t> listeners, size_t row,
                            size_t top) {
  constexpr double kShrink = 3;
  FactorRows one;
  one.factors = rows.factors;
  one.values.assign(rows.Row(row).begin(), rows.Row(row).end());
  for (size_t other = 0; other < rows.rows(); ++other) {
    const auto count = static_cast<double>(listeners[other]);
    for (float& value : rows.Row(other)) value *= static_cast<float>(count / (count + kShrink));
  }
  PlayMatrix self;
  self.columns = static_cast<int32_t>(rows.rows());
  self.Add(static_cast<int32_t>(row), 1);
  self.EndRow();
  std::vector<Ranked> nearest;
  TopTracks(one, rows, self, top, 1, [&](size_t, std::span<const Ranked> list) {
    nearest.assign(list.begin(), list.end());
  });
  std::erase_if(nearest, [](const Ranked& ranked) { return ranked.score <= 0; });
  return nearest;
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

Result<std::vector<Similar>> SimilarTo(lake::Lake* lake, const std::string& name, size_t top) {
  CADENZA_ASSIGN(const StoredModel model, LoadModel(lake));
  CADENZA_ASSIGN(const std::vector<TrackName> names, ReadTrackNames(&lake->engine()));
  const std::string text = decode::MatchText(name);
  std::vector<Similar> found;
  const Artists artists = ArtistsOf(model, names);
  if (const auto artist = artists.by_text.find(text); artist != artists.by_text.end()) {
    for (const Ranked& ranked : Nearest(artists.vectors, artists.listeners, artist->second, top)) {
      const auto other = static_cast<size_t>(ranked.track);
      found.push_back(
          {"", artists.names[other], static_cast<double>(ranked.score), artists.listeners[other]});
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
    return MakeError(ErrorKind::kUsage, "nobody played an artist or a title of this name: {}",
                     name);
  }
  const std::vector<int64_t> listeners(model.popularity.liked_by.begin(),
                                       model.popularity.liked_by.end());
  for (const Ranked& ranked : Nearest(Normalised(model.taste.tracks), listeners, *track, top)) {
    const auto other = static_cast<size_t>(ranked.track);
    found.push_back({names[other].title, names[other].artist_name,
                     static_cast<double>(ranked.score), model.popularity.liked_by[other]});
  }
  return found;
}

}  // namespace cadenza::recommend
