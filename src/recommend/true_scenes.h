#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "recommend/true_tastes.h"

namespace cadenza::recommend {

/// A world of scenes (`cadenza simulate --world scenes`), by the formulas of docs/SIMULATOR.md:
/// what a listener comes across, times how often what it likes is heard again. Weights of songs are
/// averaged over the tested days.
class TrueScenes : public Truth {
 public:
  static Result<std::unique_ptr<Truth>> Read(engine::Engine* engine, const std::string& folder,
                                             const History& history, int first_day, int end_day);

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

}  // namespace cadenza::recommend
