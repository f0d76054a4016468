#include "recommend/place_wish.h"

#include <set>

#include "engine/typed_rows.h"

namespace cadenza::recommend {
namespace {

/// Words in small letters without accents, a space around each.
std::string WordsOf(const std::string& text) {
  return fmt::format(
      "concat(' ', trim(regexp_replace(strip_accents(match_text({})), "
      "'[^\\p{{L}}\\p{{N}}]+', ' ', 'g')), ' ')",
      text);
}

Status AddTracksFrom(engine::Engine* engine, const std::string& name, std::vector<bool>* from) {
  const std::string wanted = WordsOf(engine::QuoteText(name));
  bool is_known = false;
  CADENZA_TRY(engine::ReadTyped(
      engine,
      fmt::format("SELECT track_number FROM tracks JOIN track_numbers ON track_numbers.track_id = "
                  "tracks.track_id WHERE {1} <> '  ' AND contains({0}, {1})",
                  WordsOf("place"), wanted),
      [&](const engine::TypedBatch& batch) -> Status {
        for (size_t row = 0; row < batch.rows; ++row) {
          (*from)[static_cast<size_t>(batch.columns[0].whole[row])] = true;
          is_known = true;
        }
        return {};
      }));
  if (is_known) return {};
  return MakeError(ErrorKind::kUsage,
                   "--place: nothing that was played is known to come from '{}'; the table tracks "
                   "has the places: SELECT place, count(*) FROM tracks GROUP BY place",
                   name);
}

}  // namespace

Result<std::vector<bool>> TracksFrom(engine::Engine* engine, const TrackFacts& facts,
                                     const PlaceWish& wish) {
  if (wish.names.empty()) return std::vector<bool>();
  std::vector<bool> from(facts.tracks());
  for (const std::string& name : wish.names) CADENZA_TRY(AddTracksFrom(engine, name, &from));
  if (wish.within_km <= 0) return from;
  std::set<int32_t> named;
  for (size_t track = 0; track < from.size(); ++track) {
    if (from[track] && facts.place_of[track] >= 0) named.insert(facts.place_of[track]);
  }
  std::vector<bool> near(facts.places.size());
  for (size_t place = 0; place < near.size(); ++place) {
    for (const int32_t centre : named) {
      near[place] = near[place] || DistanceKm(facts.places[static_cast<size_t>(centre)],
                                              facts.places[place]) <= wish.within_km;
    }
  }
  for (size_t track = 0; track < from.size(); ++track) {
    const int32_t place = facts.place_of[track];
    if (place >= 0 && near[static_cast<size_t>(place)]) from[track] = true;
  }
  return from;
}

std::vector<bool> PlacesFor(const TrackFacts& facts, const PlaceWish& wish, int32_t home) {
  std::vector<bool> wished(facts.places.size());
  if (home < 0) return wished;
  const bool is_local = wish.within_km > 0 && wish.names.empty();
  for (size_t place = 0; place < wished.size(); ++place) {
    const double km = DistanceKm(facts.places[static_cast<size_t>(home)], facts.places[place]);
    wished[place] = km >= wish.beyond_km && (!is_local || km <= wish.within_km);
  }
  return wished;
}

}  // namespace cadenza::recommend
