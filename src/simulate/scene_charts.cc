#include "simulate/scene_charts.h"

#include <algorithm>
#include <numeric>

#include "simulate/catalogue.h"
#include "simulate/cities.h"

namespace cadenza::simulate {

SceneCharts::SceneCharts(const Catalogue& catalogue, std::span<const double> weights)
    : scenes_(kScenes), scene_weights_(kScenes) {
  const std::vector<Song>& songs = catalogue.songs();
  std::vector<std::vector<double>> of_scene(kScenes);
  for (uint32_t i = 0; i < songs.size(); ++i) {
    if (weights[i] <= 0) continue;
    const auto scene = static_cast<size_t>(catalogue.artists()[songs[i].artist].scene);
    scenes_[scene].songs.push_back(i);
    of_scene[scene].push_back(weights[i]);
    scene_weights_[scene] += weights[i];
  }
  for (size_t scene = 0; scene < kScenes; ++scene) {
    if (!of_scene[scene].empty()) scenes_[scene].table = AliasTable(of_scene[scene]);
  }
  WeighByHome(catalogue);
  ListByArtist(catalogue, weights);
}

void SceneCharts::WeighByHome(const Catalogue& catalogue) {
  for (size_t home = 0; home < Cities().size(); ++home) {
    std::vector<double> near(kScenes);
    for (size_t scene = 0; scene < kScenes; ++scene) {
      const auto city = static_cast<size_t>(catalogue.scenes()[scene].city);
      near[scene] = scene_weights_[scene] * NearnessOf(home, city);
    }
    at_home_.push_back(std::accumulate(near.begin(), near.end(), 0.0));
    by_home_.emplace_back(near);
    for (size_t first = 0; first < kScenes; first += kCitiesAStyle) {
      const auto own = std::span<const double>(near).subspan(first, kCitiesAStyle);
      const double sum = std::accumulate(own.begin(), own.end(), 0.0);
      near_home_.push_back(sum);
      by_style_.push_back(sum > 0 ? AliasTable(own) : AliasTable());
    }
  }
}

void SceneCharts::ListByArtist(const Catalogue& catalogue, std::span<const double> weights) {
  const std::vector<Song>& songs = catalogue.songs();
  first_of_.assign(catalogue.artists().size() + 1, 0);
  for (size_t i = 0; i < songs.size(); ++i) {
    if (weights[i] > 0) ++first_of_[songs[i].artist + 1];
  }
  std::partial_sum(first_of_.begin(), first_of_.end(), first_of_.begin());
  by_artist_.resize(first_of_.back());
  until_.resize(first_of_.back());
  std::vector<uint32_t> next(first_of_.begin(), first_of_.end() - 1);
  for (uint32_t i = 0; i < songs.size(); ++i) {
    if (weights[i] <= 0) continue;
    const uint32_t at = next[songs[i].artist]++;
    by_artist_[at] = i;
    until_[at] = weights[i] + (at > first_of_[songs[i].artist] ? until_[at - 1] : 0);
  }
}

uint32_t SceneCharts::DrawAt(size_t home, Dice* dice) const {
  const SongTable& scene = scenes_[by_home_[home].Draw(dice)];
  return scene.songs[scene.table.Draw(dice)];
}

uint32_t SceneCharts::DrawNear(size_t home, int style, Dice* dice) const {
  const size_t of_style = home * kStyles + static_cast<size_t>(style);
  const size_t first = static_cast<size_t>(style) * kCitiesAStyle;
  const SongTable& scene = scenes_[first + by_style_[of_style].Draw(dice)];
  return scene.songs[scene.table.Draw(dice)];
}

uint32_t SceneCharts::DrawOf(uint32_t artist, Dice* dice) const {
  const auto begin = until_.begin() + first_of_[artist],
             end = until_.begin() + first_of_[artist + 1];
  if (begin == end) return kNone;
  const auto found = std::upper_bound(begin, end - 1, dice->Uniform() * *(end - 1));
  return by_artist_[static_cast<size_t>(found - until_.begin())];
}

double SceneCharts::WeightOf(uint32_t artist) const {
  const uint32_t end = first_of_[artist + 1];
  return end > first_of_[artist] ? until_[end - 1] : 0;
}

double SceneCharts::WeightNear(size_t home, int style) const {
  return near_home_[home * kStyles + static_cast<size_t>(style)];
}

}  // namespace cadenza::simulate
