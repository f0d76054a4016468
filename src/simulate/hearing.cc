#include "simulate/hearing.h"

#include <algorithm>

#include "simulate/cities.h"
#include "simulate/laws.h"

namespace cadenza::simulate {
namespace {

double FitOf(const Listener& x, int style) {
  return static_cast<double>(x.taste.Weight(style)) / x.taste_max;
}

bool Favours(const Listener& x, uint32_t artist) {
  return std::ranges::find(x.favourites, artist) != x.favourites.end();
}

double LikingOfArtist(const Listener& x, const Artist& artist, bool is_favoured) {
  return Liking(FitOf(x, artist.style), NearnessOf(x.place, static_cast<size_t>(artist.city)),
                static_cast<double>(x.openness), is_favoured);
}

/// By taste or by the charts, as if nothing were known of places.
uint32_t NextOfStyle(const Charts& charts, Listener* x) {
  int style = x->dice.Chance(static_cast<double>(x->exploration)) ? charts.DrawStyle(&x->dice)
                                                                  : x->taste.Draw(&x->dice);
  if (charts.style_shares()[static_cast<size_t>(style)] == 0) style = charts.DrawStyle(&x->dice);
  return charts.Draw(style, &x->dice);
}

/// A song that the listener comes across, not one that it comes back to.
uint32_t ComesAcross(const Charts& charts, Listener* x) {
  const SceneCharts& scenes = *charts.scenes();
  Dice* dice = &x->dice;
  if (dice->Chance(ByCharts(static_cast<double>(x->exploration)))) {
    return dice->Chance(kHomeChartsShare) ? scenes.DrawAt(x->place, dice)
                                          : charts.Draw(charts.DrawStyle(dice), dice);
  }
  if (dice->Chance(kFavouredShare)) {
    const uint32_t song = scenes.DrawOf(
        x->favourites[dice->Below(static_cast<uint32_t>(x->favourites.size()))], dice);
    if (song != SceneCharts::kNone) return song;
  }
  const int style = x->taste.Draw(dice);
  if (charts.style_shares()[static_cast<size_t>(style)] == 0) {
    return charts.Draw(charts.DrawStyle(dice), dice);
  }
  return dice->Chance(static_cast<double>(x->openness)) ? charts.Draw(style, dice)
                                                        : scenes.DrawNear(x->place, style, dice);
}

/// Plays by liking: summed up over what a listener comes across.
struct Heard {
  double plays = 0, liked = 0;

  void Add(double comes_across, double liking) {
    const double all = comes_across * PlaysEach(liking);
    plays += all;
    liked += all * liking;
  }
};

}  // namespace

double LikingOf(const Catalogue& catalogue, const Listener& x, const Song& song) {
  if (!catalogue.has_scenes()) return FitOf(x, song.style);
  return LikingOfArtist(x, catalogue.artists()[song.artist], Favours(x, song.artist));
}

uint32_t NextSong(const Catalogue& catalogue, const Charts& charts, Listener* x) {
  if (!catalogue.has_scenes()) return NextOfStyle(charts, x);
  // The fuller the memory, the sooner one of it is heard again; when it is full, at once.
  const auto slots = static_cast<double>(x->to_return_to.size());
  uint32_t song = 0;
  if (x->returns > 0 && x->dice.Chance(x->returns / slots)) {
    uint32_t& slot = x->to_return_to[x->dice.Below(x->returns)];
    song = slot;
    slot = x->to_return_to[--x->returns];
  } else {
    song = ComesAcross(charts, x);
  }
  if (x->dice.Chance(kReturn * LikingOf(catalogue, *x, catalogue.songs()[song]))) {
    x->to_return_to[x->returns++] = song;
  }
  return song;
}

double MeanLiking(const Catalogue& catalogue, const Charts& charts, const Listener& x) {
  const double explores = ByCharts(static_cast<double>(x.exploration));
  const auto& shares = charts.style_shares();
  const SceneCharts& scenes = *charts.scenes();
  const auto openness = static_cast<double>(x.openness);
  double all = 0;
  for (const double weight : scenes.scene_weights()) all += weight;
  Heard heard;
  for (size_t s = 0; s < kScenes; ++s) {
    const double weight = scenes.scene_weights()[s];
    if (weight <= 0) continue;
    const auto [style, city] = catalogue.scenes()[s];
    const double nearness = NearnessOf(x.place, static_cast<size_t>(city));
    const double near = weight * nearness / scenes.WeightNear(x.place, style);
    const double of_style = weight / all / shares[static_cast<size_t>(style)];
    const double by_charts = kHomeChartsShare * weight * nearness / scenes.WeightAt(x.place) +
                             (1 - kHomeChartsShare) * weight / all;
    const double by_taste = x.taste.Weight(style) / 255.0 * (1 - kFavouredShare) *
                            (openness * of_style + (1 - openness) * near);
    heard.Add(explores * by_charts + (1 - explores) * by_taste,
              Liking(FitOf(x, style), nearness, openness, false));
  }
  for (const uint32_t artist : x.favourites) {
    const double share = (1 - explores) * kFavouredShare / static_cast<double>(x.favourites.size());
    heard.Add(share, LikingOfArtist(x, catalogue.artists()[artist], true));
  }
  return heard.liked / heard.plays;
}

void ChooseFavourites(const Catalogue& catalogue, Listener* x, Dice* dice) {
  constexpr int kTries = 24;  // of which many are enough for artists that differ
  for (size_t i = 0; i < x->favourites.size(); ++i) {
    for (int attempt = 0; attempt < kTries; ++attempt) {
      const std::vector<uint32_t>& artists = catalogue.ArtistsOf(x->taste.Draw(dice));
      const uint32_t artist = artists[dice->Below(static_cast<uint32_t>(artists.size()))];
      const bool is_known =
          std::find(x->favourites.begin(), x->favourites.begin() + static_cast<std::ptrdiff_t>(i),
                    artist) != x->favourites.begin() + static_cast<std::ptrdiff_t>(i);
      const double liking = LikingOfArtist(*x, catalogue.artists()[artist], false);
      x->favourites[i] = artist;
      if (!is_known && dice->Chance(liking)) break;
    }
  }
}

}  // namespace cadenza::simulate
