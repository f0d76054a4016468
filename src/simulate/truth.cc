#include "simulate/truth.h"

#include <string>
#include <utility>

#include "simulate/line_writer.h"
#include "simulate/scene_truth.h"
#include "simulate/table_row.h"

namespace cadenza::simulate {
namespace {

using parquet::Type;

std::string UserText(size_t listener) {
  return std::to_string(LineWriter::UserId(static_cast<uint32_t>(listener)));
}

}  // namespace

Truth::Truth(const World& world, FileSink* sink)
    : world_(world),
      sink_(sink),
      oracle_(world),
      hazards_("truth_hazard",
               {{"user_id", Type::kText},
                {"cut_off", Type::kTimestampUtc},
                {"horizon_days", Type::kInt32},
                {"probability", Type::kDouble},
                {"discontent", Type::kDouble},
                {"attainable", Type::kDouble}},
               sink) {}

Status Truth::Note(const Simulation& simulation) {
  const int64_t lived = simulation.now_ms() - world_.options.start_ms;
  return lived > 0 && lived % (kCutOffDays * kDayMs) == 0 ? NoteHazards(simulation) : Status();
}

Status Truth::NoteHazards(const Simulation& simulation) {
  const int64_t now = simulation.now_ms();
  for (size_t i = 0; i < simulation.listeners().size(); ++i) {
    const Listener& x = simulation.listeners()[i];
    if (x.cancelled_ms < now || x.registered_ms > now) continue;
    Hazard hazard = x.hazard;
    hazard.AdvanceTo(now, world_.fading_a_day);
    for (const int days : kHorizonsDays) {
      CADENZA_TRY(TableRow(&hazards_)
                      .Text(UserText(i))
                      .Time(now)
                      .Int(days)
                      .Double(oracle_.LeavesWithin(x, now, days))
                      .Double(hazard.discontent)
                      .Double(oracle_.LeavesAsFarAsSeen(x, now, days))
                      .End());
    }
  }
  return {};
}

Status Truth::Finish(const Simulation& simulation, std::span<const FileLedger> ledger) {
  CADENZA_TRY(hazards_.EndFile());
  CADENZA_TRY(WriteUsers(simulation));
  CADENZA_TRY(WriteTastes(simulation));
  CADENZA_TRY(WriteSongs());
  CADENZA_TRY(WriteIncidents());
  if (world_.options.has_scenes) {
    CADENZA_TRY(WriteSceneTruth(world_, simulation.listeners(), sink_));
  }
  CADENZA_TRY(sink_->Begin("expected_ledger.jsonl"));
  for (const FileLedger& file : ledger) CADENZA_TRY(sink_->Append(LedgerLine(file)));
  CADENZA_TRY(sink_->End());
  return sink_->Close();
}

Status Truth::WriteUsers(const Simulation& simulation) {
  TableFile users("truth_users",
                  {{"user_id", Type::kText},
                   {"persona", Type::kText},
                   {"variant", Type::kText},
                   {"registered_at", Type::kTimestampUtc},
                   {"cancelled_at", Type::kTimestampUtc},
                   {"first_level", Type::kText},
                   {"last_level", Type::kText},
                   {"sessions_per_day", Type::kDouble},
                   {"exploration", Type::kDouble},
                   {"advert_rate", Type::kDouble},
                   {"advert_weight", Type::kDouble},
                   {"bad_song_weight", Type::kDouble},
                   {"base_hazard", Type::kDouble},
                   {"upgrade_propensity", Type::kDouble},
                   {"downgrade_propensity", Type::kDouble},
                   {"clock_skew_seconds", Type::kInt32}},
                  sink_);
  const bool experiment = world_.options.experiment.on != Experiment::On::kNothing;
  for (size_t i = 0; i < simulation.listeners().size(); ++i) {
    const Listener& x = simulation.listeners()[i];
    TableRow row(&users);
    row.Text(UserText(i)).Text(Personas()[x.persona].name);
    experiment ? row.Text(x.in_variant ? "B" : "A") : row.Null();
    row.Time(x.registered_ms);
    x.cancelled_ms == kNever ? row.Null() : row.Time(x.cancelled_ms);
    CADENZA_TRY(row.Text(kLevelNames[static_cast<size_t>(x.first_level)])
                    .Text(kLevelNames[static_cast<size_t>(x.level)])
                    .Double(static_cast<double>(x.sessions_per_day))
                    .Double(static_cast<double>(x.exploration))
                    .Double(static_cast<double>(x.advert_rate))
                    .Double(static_cast<double>(x.advert_weight))
                    .Double(static_cast<double>(x.bad_song_weight))
                    .Double(x.hazard.base)
                    .Double(static_cast<double>(x.upgrade_propensity))
                    .Double(static_cast<double>(x.downgrade_propensity))
                    .Int(x.clock_skew_seconds)
                    .End());
  }
  return users.EndFile();
}

Status Truth::WriteTastes(const Simulation& simulation) {
  TableFile tastes("truth_taste",
                   {{"user_id", Type::kText}, {"style", Type::kInt32}, {"weight", Type::kDouble}},
                   sink_);
  for (size_t i = 0; i < simulation.listeners().size(); ++i) {
    const Taste& taste = simulation.listeners()[i].taste;
    for (int style = 0; style < kStyles; ++style) {
      if (taste.Weight(style) == 0) continue;
      CADENZA_TRY(
          TableRow(&tastes).Text(UserText(i)).Int(style).Double(taste.Weight(style) / 255.0).End());
    }
  }
  return tastes.EndFile();
}

Status Truth::WriteSongs() {
  TableFile songs("truth_songs",
                  {{"song_id", Type::kText},
                   {"title", Type::kText},
                   {"artist_id", Type::kText},
                   {"artist_name", Type::kText},
                   {"style", Type::kInt32},
                   {"popularity", Type::kDouble},
                   {"released_at", Type::kTimestampUtc},
                   {"listed", Type::kBoolean}},
                  sink_);
  for (const Song& song : world_.catalogue.songs()) {
    const Artist& artist = world_.catalogue.artists()[song.artist];
    TableRow row(&songs);
    row.Text(song.id).Text(song.title).Text(artist.id).Text(artist.name).Int(song.style);
    row.Double(song.popularity);
    song.released_ms == 0 ? row.Null() : row.Time(song.released_ms);
    CADENZA_TRY(row.Boolean(song.listed).End());
  }
  return songs.EndFile();
}

Status Truth::WriteIncidents() {
  TableFile incidents("truth_incidents",
                      {{"kind", Type::kText},
                       {"start_time", Type::kTimestampUtc},
                       {"end_time", Type::kTimestampUtc},
                       {"factor", Type::kDouble}},
                      sink_);
  for (const Incident& incident : world_.rhythm.incidents()) {
    CADENZA_TRY(TableRow(&incidents)
                    .Text(incident.kind)
                    .Time(incident.start_ms)
                    .Time(incident.end_ms)
                    .Double(incident.factor)
                    .End());
  }
  return incidents.EndFile();
}

}  // namespace cadenza::simulate
