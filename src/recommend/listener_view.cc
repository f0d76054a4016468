#include "recommend/listener_view.h"

#include "engine/typed_rows.h"
#include "lake/model.h"
#include "recommend/gold_inputs.h"
#include "warehouse/model_refresh.h"

namespace cadenza::recommend {
namespace {

using engine::QuoteText;

/// Only what this listener did is looked at from here on.
Status NarrowTo(engine::Engine* engine, const std::string& user, GoldInputs* inputs, bool is_log) {
  if (is_log) {
    return engine->BindQuery(
        "settled_events", fmt::format("SELECT * FROM ({}\n) AS settled WHERE user_id = {}",
                                      lake::FindModel("settled_events")->select, QuoteText(user)));
  }
  for (const char* model : {"event_actions", "engagement_tracks"}) {
    CADENZA_TRY(engine->Materialize(model, lake::FindModel(model)->select));
    inputs->bound.insert(model);
  }
  inputs->bound.insert("engagement_events");
  return engine->BindQuery(
      "engagement_events",
      fmt::format("SELECT * FROM ({}\n) AS all_events WHERE customer_id = {}",
                  lake::FindModel("engagement_events")->select, QuoteText(user)));
}

}  // namespace

Result<std::vector<TrackName>> ReadTrackNames(engine::Engine* engine) {
  std::vector<TrackName> names;
  CADENZA_TRY(
      ReadTyped(engine,
                "SELECT title, artist_name, place, match_text(artist_name), duration FROM tracks"
                " JOIN track_numbers USING (track_id) ORDER BY track_number",
                [&](const engine::TypedBatch& batch) -> Status {
                  for (size_t row = 0; row < batch.rows; ++row) {
                    TrackName name;
                    name.title = batch.columns[0].Text(row);
                    name.artist_name = batch.columns[1].Text(row);
                    name.place = batch.columns[2].Text(row);
                    name.artist_text = batch.columns[3].Text(row);
                    if (batch.columns[4].null[row] == 0)
                      name.duration = batch.columns[4].Number(row);
                    names.push_back(std::move(name));
                  }
                  return {};
                }));
  return names;
}

Result<ListenerView> ViewListener(lake::Lake* lake, const std::string& user,
                                  const engagement::SourceOptions& source) {
  engine::Engine* engine = &lake->engine();
  ListenerView view;
  CADENZA_ASSIGN(view.model, LoadModel(lake));
  CADENZA_ASSIGN(view.names, ReadTrackNames(engine));
  CADENZA_ASSIGN(GoldInputs inputs, BindGoldInputs(lake, source));
  CADENZA_TRY(NarrowTo(engine, user, &inputs, source.is_lake()));
  warehouse::ModelRefresh gold(lake, nullptr, inputs.bound);
  for (const char* temporary : {"track_days", "listener_homes"}) {
    CADENZA_TRY(gold.Compute(temporary));
  }
  CADENZA_TRY(engine->BindQuery("track_facts", lake::FindModel("track_facts")->select));
  CADENZA_TRY(engine->BindQuery(
      "listener_numbers",
      "SELECT DISTINCT user_id, CAST(0 AS INTEGER) AS listener_number FROM track_days"));
  CADENZA_ASSIGN(view.listening, ReadListening(engine));
  if (view.listening.history.listeners() > 0) return view;
  return MakeError(ErrorKind::kUsage, "no such listener has played anything: {}", user);
}

}  // namespace cadenza::recommend
