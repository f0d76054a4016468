#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "simulate/alias_table.h"
#include "simulate/profile.h"
#include "simulate/scene_charts.h"

namespace cadenza::simulate {

/// Latent kinds of music. Songs have one, listeners a taste: a weight for each.
inline constexpr int kStyles = 16;
/// In a world of scenes, each style is made in so many cities.
inline constexpr int kCitiesAStyle = 5;
inline constexpr size_t kScenes = size_t{kStyles} * kCitiesAStyle;

/// Artists of one style in one city.
struct Scene {
  int style = 0;
  int city = 0;
};

struct Artist {
  std::string id;
  std::string name;
  std::string location;  ///< "" = unknown
  std::optional<double> latitude, longitude;
  int style = 0;
  int city = -1, scene = -1;  ///< in a world of scenes: where it really comes from
};

struct Song {
  std::string id;
  std::string title;
  uint32_t artist = 0;
  double duration = 0;  ///< seconds, five decimals as in the catalogue
  int year = 0;         ///< 0 = unknown
  int style = 0;
  double popularity = 0;    ///< weight, before the boost of a new release
  int64_t released_ms = 0;  ///< not played before; 0 = long ago
  bool listed = true;       ///< has a record in the song files
};

struct CatalogueOptions {
  uint64_t seed = 1;
  int listed = 1000;             ///< songs with a record
  int unlisted = 2000;           ///< songs that are played all the same
  double listed_share = 0.7;     ///< of the plays
  double released_share = 0.02;  ///< of the listed songs come out while the logs run
  int64_t start_ms = 0;
  int64_t end_ms = 0;
  bool has_scenes = false;  ///< artists come from scenes, and songs are of their artist's style
};

/// Artists and songs, made from the seed alone.
class Catalogue {
 public:
  Catalogue(const Profile& profile, const CatalogueOptions& options);

  const std::vector<Artist>& artists() const { return artists_; }
  const std::vector<Song>& songs() const { return songs_; }  ///< the listed ones first
  int listed() const { return options_.listed; }

  bool has_scenes() const { return options_.has_scenes; }
  /// In the order of styles.
  const std::vector<Scene>& scenes() const { return scenes_; }
  /// Those of a style with a song that is always there; where the style has none, of all styles.
  const std::vector<uint32_t>& ArtistsOf(int style) const {
    return artists_of_[static_cast<size_t>(style)];
  }

 private:
  void MakeScenes();
  void MakeArtists(int count);
  void Settle(Artist* artist, Dice* dice) const;
  void MakeSongs(const Profile& profile);
  void ListArtists();

  CatalogueOptions options_;
  std::vector<Artist> artists_;
  std::vector<Song> songs_;
  std::vector<Scene> scenes_;
  std::array<std::vector<uint32_t>, kStyles> artists_of_;
};

/// What is played how often, at a time: changes as new songs come out and grow old.
class Charts {
 public:
  Charts(const Catalogue& catalogue, int64_t now_ms);

  uint32_t Draw(int style, Dice* dice) const {
    const Style& chart = styles_[static_cast<size_t>(style)];
    return chart.songs[chart.table.Draw(dice)];
  }
  /// Share of all plays if nobody had a taste; 0 where the style has no songs.
  const std::array<double, kStyles>& style_shares() const { return shares_; }
  int DrawStyle(Dice* dice) const { return static_cast<int>(style_table_.Draw(dice)); }
  /// In a world of scenes; else null.
  const SceneCharts* scenes() const { return scenes_ ? &*scenes_ : nullptr; }

 private:
  struct Style {
    std::vector<uint32_t> songs;
    AliasTable table;
  };
  std::array<Style, kStyles> styles_;
  std::array<double, kStyles> shares_{};
  AliasTable style_table_;
  std::optional<SceneCharts> scenes_;
};

}  // namespace cadenza::simulate
