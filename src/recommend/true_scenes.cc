#include "recommend/true_scenes.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "base/great_circle.h"
#include "recommend/truth_tables.h"
#include "simulate/laws.h"

namespace cadenza::recommend {
namespace {

class TrueScenes : public Truth {
 public:
  /// As Truth::Read has it.
  Status Fill(engine::Engine* engine, const std::string& folder, const History& history,
              int first_day, int end_day);

  std::vector<float> ExpectedPlays(size_t listener) const override;
  std::vector<float> Liking(size_t listener) const override;

 private:
  struct Song {
    int32_t track = -1;
    size_t artist = 0;
    double weight = 0;
  };
  struct Artist {
    size_t style = 0, place = 0;
    double weight = 0;  ///< of the songs
  };
  struct Home {
    size_t place = 0;
    double openness = 0;
    std::map<size_t, double> favourites;  ///< artist to share
  };
  struct Place {
    double latitude = 0, longitude = 0;
  };

  Status ReadArtists(engine::Engine* engine, const std::string& folder);
  Status ReadSongs(engine::Engine* engine, const std::string& folder, int first_day, int end_day);
  Status ReadHomes(engine::Engine* engine, const std::string& folder, const History& history);
  void SumUp();
  size_t PlaceAt(double latitude, double longitude);
  /// How likely a play that is no return is of one artist's songs.
  std::vector<double> ComesAcross(size_t listener) const;
  std::vector<double> LikingOfArtists(size_t listener) const;

  size_t tracks_ = 0, styles_ = 0;
  std::vector<Song> songs_;
  std::vector<Artist> artists_;
  std::unordered_map<std::string, size_t> artist_numbers_;
  std::vector<Place> places_;
  std::vector<std::vector<double>> nearness_;        ///< of places
  double weight_ = 0;                                ///< of all songs
  std::vector<double> style_weights_;                ///< of the songs of each style
  std::vector<double> at_home_;                      ///< weights times nearness, by home
  std::vector<std::vector<double>> styles_at_home_;  ///< by home and style
  std::vector<TrueListener> listeners_;
  std::vector<Home> homes_;
};

size_t TrueScenes::PlaceAt(double latitude, double longitude) {
  for (size_t place = 0; place < places_.size(); ++place) {
    if (places_[place].latitude == latitude && places_[place].longitude == longitude) return place;
  }
  places_.push_back({latitude, longitude});
  return places_.size() - 1;
}

Status TrueScenes::ReadArtists(engine::Engine* engine, const std::string& folder) {
  return ReadTruthTable(
      engine, folder,
      "SELECT artist_id, style, latitude, longitude FROM " + TruthFiles(folder, "truth_artists") +
          " ORDER BY artist_id",
      [&](const engine::TypedBatch& batch) -> Status {
        for (size_t row = 0; row < batch.rows; ++row) {
          Artist artist;
          artist.style = static_cast<size_t>(batch.columns[1].whole[row]);
          artist.place = PlaceAt(batch.columns[2].Number(row), batch.columns[3].Number(row));
          styles_ = std::max(styles_, artist.style + 1);
          artist_numbers_[std::string(batch.columns[0].Text(row))] = artists_.size();
          artists_.push_back(artist);
        }
        return {};
      });
}

Status TrueScenes::ReadSongs(engine::Engine* engine, const std::string& folder, int first_day,
                             int end_day) {
  CADENZA_ASSIGN(const std::vector<TrueSong> songs, ReadTrueSongs(engine, folder, tracks_));
  const double days = std::max(1, end_day - first_day);
  for (const TrueSong& song : songs) {
    const auto artist = artist_numbers_.find(song.artist_id);
    if (artist == artist_numbers_.end()) {
      return MakeError(ErrorKind::kInput, "--truth: {}: truth_artists lacks {}", folder,
                       song.artist_id);
    }
    double weight = 0;
    for (int day = first_day; day < end_day; ++day) weight += song.WeightOn(day + 0.5) / days;
    songs_.push_back({song.track, artist->second, weight});
    artists_[artist->second].weight += weight;
  }
  return {};
}

Status TrueScenes::ReadHomes(engine::Engine* engine, const std::string& folder,
                             const History& history) {
  const std::unordered_map<std::string, size_t> numbers = NumbersOf(history);
  homes_.resize(history.listeners());
  const auto home_of = [&](const engine::TypedBatch& batch, size_t row) -> Home* {
    const auto found = numbers.find(std::string(batch.columns[0].Text(row)));
    return found == numbers.end() ? nullptr : &homes_[found->second];
  };
  CADENZA_TRY(ReadTruthTable(engine, folder,
                             "SELECT user_id, latitude, longitude, openness FROM " +
                                 TruthFiles(folder, "truth_homes") + " ORDER BY user_id",
                             [&](const engine::TypedBatch& batch) -> Status {
                               for (size_t row = 0; row < batch.rows; ++row) {
                                 Home* home = home_of(batch, row);
                                 if (!home) continue;
                                 home->place = PlaceAt(batch.columns[1].Number(row),
                                                       batch.columns[2].Number(row));
                                 home->openness = batch.columns[3].Number(row);
                               }
                               return {};
                             }));
  return ReadTruthTable(
      engine, folder,
      "SELECT user_id, artist_id, share FROM " + TruthFiles(folder, "truth_favourites"),
      [&](const engine::TypedBatch& batch) -> Status {
        for (size_t row = 0; row < batch.rows; ++row) {
          Home* home = home_of(batch, row);
          const auto artist = artist_numbers_.find(std::string(batch.columns[1].Text(row)));
          if (!home || artist == artist_numbers_.end()) continue;
          home->favourites[artist->second] = batch.columns[2].Number(row);
        }
        return {};
      });
}

void TrueScenes::SumUp() {
  style_weights_.assign(styles_, 0);
  for (const Artist& artist : artists_) {
    weight_ += artist.weight;
    style_weights_[artist.style] += artist.weight;
  }
  for (const Place& home : places_) {
    std::vector<double>& nearness = nearness_.emplace_back();
    for (const Place& place : places_) {
      nearness.push_back(simulate::Nearness(
          GreatCircleKm(home.latitude, home.longitude, place.latitude, place.longitude)));
    }
    std::vector<double>& by_style = styles_at_home_.emplace_back(styles_);
    double& all = at_home_.emplace_back(0);
    for (const Artist& artist : artists_) {
      const double weight = artist.weight * nearness[artist.place];
      by_style[artist.style] += weight;
      all += weight;
    }
  }
}

std::vector<double> TrueScenes::ComesAcross(size_t listener) const {
  const TrueListener& who = listeners_[listener];
  const Home& home = homes_[listener];
  const double by_charts = simulate::ByCharts(who.exploration);
  // Where a style has no song, or a favourite none that is out, something else is drawn instead.
  double by_favourites = 0, by_no_style = 0;
  for (const auto& [artist, share] : home.favourites) {
    if (artists_[artist].weight > 0) by_favourites += share;
  }
  by_favourites *= simulate::kFavouredShare;
  for (size_t style = 0; style < styles_; ++style) {
    if (style_weights_[style] <= 0) by_no_style += who.taste[style];
  }
  const double by_taste = (1 - by_charts) * (1 - by_favourites);
  const double by_world = by_charts * (1 - simulate::kHomeChartsShare) + by_taste * by_no_style;
  const double by_home = by_charts * simulate::kHomeChartsShare;
  std::vector<double> across;
  for (const Artist& artist : artists_) {
    double& share = across.emplace_back(0);
    if (artist.weight <= 0) continue;
    const double near = nearness_[home.place][artist.place];
    share = artist.weight *
            (by_world / weight_ + by_home * near / at_home_[home.place] +
             by_taste * who.taste[artist.style] *
                 (home.openness / style_weights_[artist.style] +
                  (1 - home.openness) * near / styles_at_home_[home.place][artist.style]));
  }
  for (const auto& [artist, share] : home.favourites) {
    if (artists_[artist].weight <= 0) continue;
    across[artist] += (1 - by_charts) * simulate::kFavouredShare * share;
  }
  return across;
}

std::vector<double> TrueScenes::LikingOfArtists(size_t listener) const {
  const TrueListener& who = listeners_[listener];
  const Home& home = homes_[listener];
  const std::vector<double> fits = who.Fits();
  std::vector<double> liking;
  for (size_t a = 0; a < artists_.size(); ++a) {
    const Artist& artist = artists_[a];
    liking.push_back(simulate::Liking(fits[artist.style], nearness_[home.place][artist.place],
                                      home.openness, home.favourites.contains(a)));
  }
  return liking;
}

std::vector<float> TrueScenes::ExpectedPlays(size_t listener) const {
  std::vector<float> plays(tracks_);
  if (listeners_[listener].taste.empty()) return plays;
  std::vector<double> of_artists = ComesAcross(listener);
  const std::vector<double> liking = LikingOfArtists(listener);
  double all = 0;
  for (size_t artist = 0; artist < artists_.size(); ++artist) {
    of_artists[artist] *= simulate::PlaysEach(liking[artist]);
    all += of_artists[artist];
  }
  for (const Song& song : songs_) {
    const double weight = artists_[song.artist].weight;
    if (song.track < 0 || weight <= 0) continue;
    plays[static_cast<size_t>(song.track)] +=
        static_cast<float>(of_artists[song.artist] / all * song.weight / weight);
  }
  return plays;
}

std::vector<float> TrueScenes::Liking(size_t listener) const {
  std::vector<float> liking(tracks_);
  if (listeners_[listener].taste.empty()) return liking;
  const std::vector<double> of_artists = LikingOfArtists(listener);
  for (const Song& song : songs_) {
    if (song.track < 0) continue;
    liking[static_cast<size_t>(song.track)] = static_cast<float>(of_artists[song.artist]);
  }
  return liking;
}

Status TrueScenes::Fill(engine::Engine* engine, const std::string& folder, const History& history,
                        int first_day, int end_day) {
  tracks_ = static_cast<size_t>(history.tracks);
  CADENZA_TRY(ReadArtists(engine, folder));
  CADENZA_TRY(ReadSongs(engine, folder, first_day, end_day));
  CADENZA_TRY(ReadHomes(engine, folder, history));
  SumUp();
  CADENZA_ASSIGN(listeners_, ReadTrueListeners(engine, folder, history, styles_));
  return {};
}

}  // namespace

Result<std::unique_ptr<Truth>> ReadTrueScenes(engine::Engine* engine, const std::string& folder,
                                              const History& history, int first_day, int end_day) {
  auto truth = std::make_unique<TrueScenes>();
  CADENZA_TRY(truth->Fill(engine, folder, history, first_day, end_day));
  return std::unique_ptr<Truth>(std::move(truth));
}

}  // namespace cadenza::recommend
