#include "engagement/gold_refresh.h"
#include "engine/typed_rows.h"
#include "lake/model.h"
#include "recommend/gold_inputs.h"
#include "recommend/recommend_job.h"
#include "recommend/stored_model.h"

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

std::string ReasonOf(const NamedRecommendation& named, const std::string& title,
                     const std::string& artist) {
  switch (named.what.kind) {
    case Kind::kPopular:
      return "popular now";
    case Kind::kNew:
      return "new by " + (named.artist_name.empty() ? named.title : named.artist_name);
    case Kind::kFar:
      return fmt::format("from {}, {} km away", named.place.empty() ? "far away" : named.place,
                         named.what.km);
    case Kind::kTaste:
      return "because you play " + title + (artist.empty() ? "" : " by " + artist);
  }
  return "";
}

}  // namespace

Result<std::vector<NamedRecommendation>> RecommendFor(lake::Lake* lake, const std::string& user,
                                                      const RecommendOptions& options) {
  engine::Engine* engine = &lake->engine();
  CADENZA_ASSIGN(const StoredModel model, LoadModel(lake));
  CADENZA_ASSIGN(GoldInputs inputs, BindGoldInputs(lake, options.source));
  CADENZA_TRY(NarrowTo(engine, user, &inputs, options.source.is_lake()));
  engagement::GoldRefresh gold(lake, nullptr, inputs.bound);
  for (const char* temporary : {"track_days", "listener_homes"}) {
    CADENZA_TRY(gold.Compute(temporary));
  }
  CADENZA_TRY(engine->BindQuery("track_facts", lake::FindModel("track_facts")->select));
  CADENZA_TRY(engine->BindQuery(
      "listener_numbers",
      "SELECT DISTINCT user_id, CAST(0 AS INTEGER) AS listener_number FROM track_days"));
  CADENZA_ASSIGN(const Listening listening, ReadListening(engine));
  if (listening.history.listeners() == 0) {
    return MakeError(ErrorKind::kUsage, "no such listener has played anything: {}", user);
  }
  const PlayMatrix liked = LikedPairs(listening.history, listening.history.All()),
                   heard = HeardPairs(listening.history, listening.history.All());
  const ListMaker maker(model.taste, listening, model.choice.dial, model.popularity,
                        model.by_popularity, options.lists);
  std::vector<Recommended> list;
  const std::vector<int32_t> numbers = {0};
  maker.Make(liked, heard, numbers, 1,
             [&](size_t, std::vector<Recommended> made) { list = std::move(made); });
  std::vector<std::array<std::string, 3>> names;
  CADENZA_TRY(ReadTyped(engine,
                        "SELECT title, artist_name, place FROM tracks JOIN track_numbers USING "
                        "(track_id) ORDER BY track_number",
                        [&](const engine::TypedBatch& batch) -> Status {
                          for (size_t row = 0; row < batch.rows; ++row) {
                            names.push_back({std::string(batch.columns[0].Text(row)),
                                             std::string(batch.columns[1].Text(row)),
                                             std::string(batch.columns[2].Text(row))});
                          }
                          return {};
                        }));
  std::vector<NamedRecommendation> named;
  for (const Recommended& one : list) {
    const auto& [title, artist, place] = names[static_cast<size_t>(one.track)];
    NamedRecommendation line{one, title, artist, place, ""};
    const auto* because = one.reason < 0 ? nullptr : &names[static_cast<size_t>(one.reason)];
    line.reason = ReasonOf(line, because ? (*because)[0] : "", because ? (*because)[1] : "");
    named.push_back(std::move(line));
  }
  return named;
}

}  // namespace cadenza::recommend
