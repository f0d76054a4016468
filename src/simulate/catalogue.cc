#include "simulate/catalogue.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <unordered_set>

#include "simulate/cities.h"
#include "simulate/laws.h"
#include "simulate/rhythm.h"
#include "simulate/vocabulary.h"

namespace cadenza::simulate {
namespace {

template <class Words>
std::string Pick(const Words& words, Dice* dice) {
  return std::string(words[dice->Below(static_cast<uint32_t>(words.size()))]);
}

std::string PersonName(Dice* dice) {
  const auto names = FirstNames();
  return std::string(names[dice->Below(static_cast<uint32_t>(names.size()))].name) + " " +
         Pick(LastNames(), dice);
}

std::string ArtistName(Dice* dice) {
  switch (dice->Below(7)) {
    case 0:
    case 1:
      return PersonName(dice);
    case 2:
      return "The " + Pick(Adjectives(), dice) + " " + Pick(Nouns(), dice);
    case 3:
      return Pick(Adjectives(), dice) + " " + Pick(Nouns(), dice);
    case 4:
      return Pick(Nouns(), dice) + " & " + Pick(Nouns(), dice);
    case 5:
      return Pick(Adjectives(), dice) + "/" + Pick(Nouns(), dice);
    default:
      return PersonName(dice) + " feat. " + PersonName(dice);
  }
}

std::string Title(Dice* dice) {
  const std::string noun = Pick(Nouns(), dice);
  std::string title;
  switch (dice->Below(6)) {
    case 0:
      title = noun + " of the " + Pick(Adjectives(), dice) + " " + Pick(Nouns(), dice);
      break;
    case 1:
      title = noun;
      break;
    case 2:
      title = "No More " + Pick(Adjectives(), dice) + " " + noun;
      break;
    default:
      title = Pick(Adjectives(), dice) + " " + noun;
  }
  const uint32_t edition = dice->Below(20);
  if (edition == 0) title += " (Live)";
  if (edition == 1) title += " (Album Version)";
  return title;
}

/// Five letters that differ for all numbers below 26^5.
std::string Letters(uint64_t number) {
  constexpr uint64_t kAll = 11'881'376;
  uint64_t scrambled = number * 7'368'787 % kAll;  // an odd factor, prime to 26
  std::string text(5, 'A');
  for (char& letter : text) {
    letter = static_cast<char>('A' + scrambled % 26);
    scrambled /= 26;
  }
  return text;
}

std::string Hex(uint64_t number) {
  char text[6];
  for (char& digit : text) {
    digit = "0123456789ABCDEF"[number % 16];
    number /= 16;
  }
  return {text, sizeof text};
}

double FiveDecimals(double value) { return std::round(value * 1e5) / 1e5; }

double LengthAt(const std::vector<double>& quantiles, double share) {
  const double place = share * static_cast<double>(quantiles.size() - 1);
  const auto below = std::min(static_cast<size_t>(place), quantiles.size() - 2);
  const double part = place - static_cast<double>(below);
  return quantiles[below] + part * (quantiles[below + 1] - quantiles[below]);
}

int YearOf(int64_t moment_ms) {
  const auto day = std::chrono::floor<std::chrono::days>(
      std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(moment_ms)));
  return static_cast<int>(std::chrono::year_month_day(day).year());
}

}  // namespace

Catalogue::Catalogue(const Profile& profile, const CatalogueOptions& options) : options_(options) {
  if (options_.has_scenes) MakeScenes();
  MakeArtists(std::max(1, (options.listed + options.unlisted) / 4));
  MakeSongs(profile);
  if (options_.has_scenes) ListArtists();
}

void Catalogue::MakeScenes() {
  const auto cities = static_cast<uint32_t>(Cities().size());
  Dice dice(options_.seed, Dice::Use::kCatalogue, UINT64_MAX);  // of no song
  for (int style = 0; style < kStyles; ++style) {
    std::vector<int> chosen;
    while (chosen.size() < kCitiesAStyle) {
      const auto city = static_cast<int>(dice.Below(cities));
      if (std::ranges::find(chosen, city) == chosen.end()) chosen.push_back(city);
    }
    for (const int city : chosen) scenes_.push_back({style, city});
  }
}

/// Into one of the cities of its style, of which the first ones have most artists.
void Catalogue::Settle(Artist* artist, Dice* dice) const {
  constexpr double kShares[] = {0.35, 0.25, 0.18, 0.13, 0.09};
  static_assert(std::size(kShares) == kCitiesAStyle);
  double drawn = dice->Uniform();
  int place = 0;
  while (place + 1 < kCitiesAStyle && drawn >= kShares[place]) drawn -= kShares[place++];
  artist->scene = artist->style * kCitiesAStyle + place;
  artist->city = scenes_[static_cast<size_t>(artist->scene)].city;
  // The catalogue does not know where everybody comes from.
  artist->location = "";
  artist->latitude = artist->longitude = std::nullopt;
  if (!dice->Chance(2.0 / 3)) return;
  const City& city = Cities()[static_cast<size_t>(artist->city)];
  artist->location = city.name;
  artist->latitude = city.latitude;
  artist->longitude = city.longitude;
}

void Catalogue::ListArtists() {
  std::vector<bool> has_song(artists_.size());
  for (const Song& song : songs_) {
    if (song.released_ms == 0) has_song[song.artist] = true;
  }
  std::vector<uint32_t> all;
  for (uint32_t i = 0; i < artists_.size(); ++i) {
    if (!has_song[i]) continue;
    all.push_back(i);
    artists_of_[static_cast<size_t>(artists_[i].style)].push_back(i);
  }
  for (std::vector<uint32_t>& artists : artists_of_) {
    if (artists.empty()) artists = all;
  }
}

void Catalogue::MakeArtists(int count) {
  std::unordered_set<std::string> names;
  const auto places = Places();
  for (int i = 0; i < count; ++i) {
    Dice dice(options_.seed, Dice::Use::kArtist, static_cast<uint64_t>(i));
    Artist artist;
    artist.id = "AR" + Letters(static_cast<uint64_t>(i)) + "1187" + Hex(dice.Next());
    artist.name = ArtistName(&dice);
    for (int more = 2; !names.insert(artist.name).second; ++more) {
      // Rather another name than a number, as long as there are names.
      artist.name = more < 6 ? ArtistName(&dice) : ArtistName(&dice) + " " + std::to_string(i);
    }
    if (dice.Chance(2.0 / 3)) {
      artist.latitude = FiveDecimals(dice.Between(-50, 60));
      artist.longitude = FiveDecimals(dice.Between(-120, 120));
      artist.location = places[dice.Below(static_cast<uint32_t>(places.size()))];
    }
    // A few styles have most of the artists.
    artist.style = std::min(static_cast<int>(kStyles * std::pow(dice.Uniform(), 1.6)), kStyles - 1);
    if (options_.has_scenes) Settle(&artist, &dice);
    artists_.push_back(std::move(artist));
  }
}

void Catalogue::MakeSongs(const Profile& profile) {
  const int count = options_.listed + options_.unlisted;
  for (int i = 0; i < count; ++i) {
    Dice dice(options_.seed, Dice::Use::kSong, static_cast<uint64_t>(i));
    Song song;
    song.id = "SO" + Letters(static_cast<uint64_t>(i)) + "12A" + Hex(dice.Next());
    song.title = Title(&dice);
    song.artist = dice.Below(static_cast<uint32_t>(artists_.size()));
    song.duration = FiveDecimals(LengthAt(profile.length_quantiles, dice.Uniform()));
    song.year = dice.Chance(0.4) ? 0 : 2010 - static_cast<int>(50 * std::pow(dice.Uniform(), 1.7));
    song.style =
        dice.Chance(0.85) ? artists_[song.artist].style : static_cast<int>(dice.Below(kStyles));
    if (options_.has_scenes) song.style = artists_[song.artist].style;
    song.listed = i < options_.listed;
    // Rank by rank, in an order that has nothing to do with the number.
    const double rank = dice.Uniform() * count + 3;
    song.popularity = std::pow(rank, -profile.popularity_exponent);
    // The first song is always there, so that something can be played.
    if (song.listed && dice.Chance(options_.released_share) && i > 0) {
      song.released_ms = static_cast<int64_t>(dice.Between(static_cast<double>(options_.start_ms),
                                                           static_cast<double>(options_.end_ms)));
      song.year = YearOf(song.released_ms);
    }
    songs_.push_back(std::move(song));
  }
  double of[2] = {0, 0};
  for (const Song& song : songs_) of[song.listed ? 1 : 0] += song.popularity;
  if (of[0] == 0 || of[1] == 0) return;
  for (Song& song : songs_) {
    const double share = song.listed ? options_.listed_share : 1 - options_.listed_share;
    song.popularity *= share / of[song.listed ? 1 : 0];
  }
}

Charts::Charts(const Catalogue& catalogue, int64_t now_ms) {
  std::array<std::vector<double>, kStyles> weights;
  std::vector<double> of_songs(catalogue.songs().size());
  for (uint32_t i = 0; i < catalogue.songs().size(); ++i) {
    const Song& song = catalogue.songs()[i];
    if (song.released_ms > now_ms) continue;
    double weight = song.popularity;
    if (song.released_ms > 0) {
      const double age = static_cast<double>(now_ms - song.released_ms) / kDayMs;
      weight *= Freshness(age);
    }
    of_songs[i] = weight;
    const auto style = static_cast<size_t>(song.style);
    styles_[style].songs.push_back(i);
    weights[style].push_back(weight);
  }
  double all = 0;
  for (size_t style = 0; style < kStyles; ++style) {
    if (weights[style].empty()) continue;
    styles_[style].table = AliasTable(weights[style]);
    shares_[style] = std::accumulate(weights[style].begin(), weights[style].end(), 0.0);
    all += shares_[style];
  }
  for (double& share : shares_) share /= all;
  style_table_ = AliasTable(shares_);
  if (catalogue.has_scenes()) scenes_.emplace(catalogue, of_songs);
}

}  // namespace cadenza::simulate
