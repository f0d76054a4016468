#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "simulate/alias_table.h"
#include "simulate/dice.h"

namespace cadenza::simulate {

class Catalogue;

/// What is played how often in a world of scenes, by place and by artist, at a time.
class SceneCharts {
 public:
  /// `weights`: of each song, 0 for what is not out yet.
  SceneCharts(const Catalogue& catalogue, std::span<const double> weights);

  /// From the charts of a city: songs count by their weight times the nearness of their scene.
  uint32_t DrawAt(size_t home, Dice* dice) const;
  /// The same of one style, of which some song is out.
  uint32_t DrawNear(size_t home, int style, Dice* dice) const;
  /// A song by the artist; kNone when none is out.
  uint32_t DrawOf(uint32_t artist, Dice* dice) const;
  static constexpr uint32_t kNone = UINT32_MAX;

  /// Sums of the weights: of each scene, and of each artist.
  std::span<const double> scene_weights() const { return scene_weights_; }
  double WeightOf(uint32_t artist) const;
  /// What the scenes weigh together, seen from a city: all of them, and those of a style.
  double WeightAt(size_t home) const { return at_home_[home]; }
  double WeightNear(size_t home, int style) const;

 private:
  struct SongTable {
    std::vector<uint32_t> songs;
    AliasTable table;
  };

  void WeighByHome(const Catalogue& catalogue);
  void ListByArtist(const Catalogue& catalogue, std::span<const double> weights);

  std::vector<SongTable> scenes_;
  std::vector<double> scene_weights_;
  std::vector<AliasTable> by_home_;   ///< scenes, by city
  std::vector<AliasTable> by_style_;  ///< scenes of a style, by city and style; empty: none is out
  std::vector<double> at_home_, near_home_;
  std::vector<uint32_t> first_of_;  ///< in by_artist_; one more than there are artists
  std::vector<uint32_t> by_artist_;
  std::vector<double> until_;  ///< sums of an artist's weights up to the song
};

}  // namespace cadenza::simulate
