#include "recommend/listening.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "engine/typed_rows.h"

namespace cadenza::recommend {
namespace {

using engine::TypedBatch;

constexpr int kDaysMax = std::numeric_limits<int16_t>::max();

uint16_t Count(int64_t value) {
  return static_cast<uint16_t>(std::clamp<int64_t>(value, 0, UINT16_MAX));
}

/// Numbers places as they come.
class Places {
 public:
  explicit Places(TrackFacts* facts) : facts_(facts) {}

  int32_t NumberOf(double latitude, double longitude) {
    if (std::isnan(latitude) || std::isnan(longitude)) return -1;
    const Place place{static_cast<float>(latitude), static_cast<float>(longitude)};
    const auto [found, is_new] = known_.try_emplace({place.latitude, place.longitude},
                                                    static_cast<int32_t>(facts_->places.size()));
    if (is_new) facts_->places.push_back(place);
    return found->second;
  }

 private:
  TrackFacts* facts_;
  std::map<std::pair<float, float>, int32_t> known_;
};

Status ReadTracks(engine::Engine* engine, Places* places, Listening* listening) {
  TrackFacts* facts = &listening->facts;
  return ReadTyped(
      engine,
      "SELECT artist_number, year, latitude, longitude, has_song, first_played FROM track_facts"
      " ORDER BY track_number",
      [&](const TypedBatch& batch) -> Status {
        for (size_t row = 0; row < batch.rows; ++row) {
          facts->artist_of.push_back(static_cast<int32_t>(batch.columns[0].whole[row]));
          facts->year_of.push_back(static_cast<int32_t>(batch.columns[1].whole[row]));
          facts->place_of.push_back(
              places->NumberOf(batch.columns[2].Number(row), batch.columns[3].Number(row)));
          facts->in_catalogue.push_back(batch.columns[4].whole[row] != 0);
          listening->first_played.push_back(static_cast<int32_t>(batch.columns[5].whole[row]) -
                                            listening->first_day);
        }
        return {};
      });
}

Status ReadListeners(engine::Engine* engine, Places* places, Listening* listening) {
  return ReadTyped(engine,
                   "SELECT n.user_id, h.latitude, h.longitude FROM listener_numbers AS n LEFT JOIN "
                   "listener_homes AS h ON h.user_id = n.user_id ORDER BY n.listener_number",
                   [&](const TypedBatch& batch) -> Status {
                     for (size_t row = 0; row < batch.rows; ++row) {
                       listening->history.listener_ids.emplace_back(batch.columns[0].Text(row));
                       listening->facts.homes.push_back(places->NumberOf(
                           batch.columns[1].Number(row), batch.columns[2].Number(row)));
                     }
                     return {};
                   });
}

Status ReadDays(engine::Engine* engine, Listening* listening) {
  History* history = &listening->history;
  const auto end_listeners = [&](int64_t before) {
    while (static_cast<int64_t>(history->listeners()) < before) {
      history->begins.push_back(static_cast<int64_t>(history->entries.size()));
    }
  };
  CADENZA_TRY(ReadTyped(
      engine,
      "SELECT l.listener_number, t.track_number, d.day, d.plays, d.skipped, d.thumbs_down"
      " FROM track_days AS d JOIN listener_numbers AS l ON l.user_id = d.user_id"
      " JOIN track_numbers AS t ON t.track_id = d.track_id ORDER BY 1, 2, 3",
      [&](const TypedBatch& batch) -> Status {
        for (size_t row = 0; row < batch.rows; ++row) {
          end_listeners(batch.columns[0].whole[row]);
          DayPlays entry;
          entry.track = static_cast<int32_t>(batch.columns[1].whole[row]);
          entry.day = static_cast<int16_t>(batch.columns[2].whole[row] - listening->first_day);
          entry.plays = Count(batch.columns[3].whole[row]);
          entry.skips = Count(batch.columns[4].whole[row]);
          entry.is_disliked = batch.columns[5].whole[row] > 0 ? 1 : 0;
          history->entries.push_back(entry);
        }
        return {};
      }));
  end_listeners(static_cast<int64_t>(history->listener_ids.size()));
  return {};
}

}  // namespace

int64_t LearningSize::BytesNeeded(int threads) const {
  constexpr int64_t kVector = 256,
                    kNeighbours = 4800;  // 64 floats; 300 pairs of 8 bytes, both ways
  // Days as they are read; pairs to learn from, by listener and by track, heard ones, and those
  // before the test; vectors twice; neighbours; scores of a block a thread.
  return day_rows * int64_t{sizeof(DayPlays)} + pairs * 40 + listeners * (2 * kVector + 64) +
         tracks * (2 * kVector + kNeighbours + 64) + threads * tracks * 4 * 18;
}

Result<LearningSize> MeasureListening(engine::Engine* engine) {
  CADENZA_ASSIGN(const engine::RowSet counts,
                 engine->Query("SELECT (SELECT count(*) FROM track_days), count(*),"
                               " count(DISTINCT user_id), (SELECT count(*) FROM tracks)"
                               " FROM listener_tracks"));
  return LearningSize{counts.Number(0, 0), counts.Number(0, 1), counts.Number(0, 2),
                      counts.Number(0, 3)};
}

Result<Listening> ReadListening(engine::Engine* engine) {
  Listening listening;
  int64_t last_day = 0;
  CADENZA_TRY(ReadTyped(engine, "SELECT min(day), max(day) FROM track_days",
                        [&](const TypedBatch& batch) -> Status {
                          if (batch.rows == 0) return {};
                          listening.first_day = static_cast<int>(batch.columns[0].whole[0]);
                          last_day = batch.columns[1].whole[0];
                          return {};
                        }));
  if (last_day - listening.first_day >= kDaysMax) {
    return MakeError(ErrorKind::kInput, "the plays span {} days; at most {} can be learned from",
                     last_day - listening.first_day + 1, kDaysMax);
  }
  Places places(&listening.facts);
  CADENZA_TRY(ReadTracks(engine, &places, &listening));
  CADENZA_TRY(ReadListeners(engine, &places, &listening));
  listening.history.tracks = static_cast<int32_t>(listening.facts.tracks());
  listening.history.days = static_cast<int>(last_day) - listening.first_day + 1;
  CADENZA_TRY(ReadDays(engine, &listening));
  return listening;
}

}  // namespace cadenza::recommend
