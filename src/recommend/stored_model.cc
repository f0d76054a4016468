#include "recommend/stored_model.h"

#include <nlohmann/json.hpp>

#include "engine/typed_rows.h"
#include "lake/model.h"

namespace cadenza::recommend {
namespace {

Status BindTable(lake::Lake* lake, const char* name) {
  CADENZA_ASSIGN(const lake::TableState state, lake->Load(*lake::FindModel(name)));
  if (!state.exists) {
    return MakeError(ErrorKind::kNotFound,
                     "no recommendations yet (cadenza recommend makes them): {}", lake->root());
  }
  return lake->engine().BindFiles(name, state.Relation());
}

Status ReadFactors(engine::Engine* engine, int factors, size_t tracks, FactorRows* rows) {
  rows->factors = factors;
  rows->values.assign(tracks * rows->width(), 0);
  return ReadTyped(
      engine,
      "SELECT n.track_number, f.factor, f.value FROM track_factors AS f"
      " JOIN track_numbers AS n ON n.track_id = f.track_id",
      [&](const engine::TypedBatch& batch) -> Status {
        for (size_t row = 0; row < batch.rows; ++row) {
          const int64_t factor = batch.columns[1].whole[row];
          if (factor < 0 || factor >= factors) continue;
          rows->Row(static_cast<size_t>(batch.columns[0].whole[row]))[static_cast<size_t>(factor)] =
              static_cast<float>(batch.columns[2].Number(row));
        }
        return {};
      });
}

Status ReadNeighbours(engine::Engine* engine, size_t tracks, PlayMatrix* near) {
  near->columns = static_cast<int32_t>(tracks);
  CADENZA_TRY(ReadTyped(engine,
                        "SELECT a.track_number, b.track_number, v.value FROM track_neighbours AS v"
                        " JOIN track_numbers AS a ON a.track_id = v.track_id"
                        " JOIN track_numbers AS b ON b.track_id = v.neighbour_id ORDER BY 1, 2",
                        [&](const engine::TypedBatch& batch) -> Status {
                          for (size_t row = 0; row < batch.rows; ++row) {
                            while (static_cast<int64_t>(near->rows()) < batch.columns[0].whole[row])
                              near->EndRow();
                            near->Add(static_cast<int32_t>(batch.columns[1].whole[row]),
                                      static_cast<float>(batch.columns[2].Number(row)));
                          }
                          return {};
                        }));
  if (near->pairs() == 0) return {};
  while (near->rows() < tracks) near->EndRow();
  return {};
}

Status ReadTrends(engine::Engine* engine, StoredModel* model) {
  return ReadTyped(
      engine,
      "SELECT t.trend, t.plays_14_days, t.liked_by FROM track_trends AS t"
      " JOIN track_numbers AS n ON n.track_id = t.track_id ORDER BY n.track_number",
      [&](const engine::TypedBatch& batch) -> Status {
        for (size_t row = 0; row < batch.rows; ++row) {
          model->taste.trend.push_back(static_cast<float>(batch.columns[0].Number(row)));
          model->popularity.lately.push_back(batch.columns[1].whole[row]);
          model->popularity.liked_by.push_back(static_cast<int32_t>(batch.columns[2].whole[row]));
        }
        return {};
      });
}

}  // namespace

using nlohmann::json;

std::string SettingsJson(const Choice& choice) {
  const FactorSettings& factors = choice.settings.factors;
  return json{{"factors", factors.factors},
              {"unplayed_weight", factors.unplayed_weight},
              {"regularisation", factors.regularisation},
              {"frequency_exponent", factors.frequency_exponent},
              {"iterations", factors.iterations},
              {"steps", factors.steps},
              {"seed", factors.seed},
              {"blend", choice.settings.blend},
              {"neighbours", choice.settings.neighbours},
              {"follows_trend", choice.settings.follows_trend},
              {"dial_listeners_exponent", choice.dial.listeners_exponent},
              {"dial_far", choice.dial.far}}
      .dump();
}

Result<Choice> SettingsFromJson(const std::string& text) {
  const json object = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) {
    return MakeError(ErrorKind::kInput, "settings of a model that are no JSON object: {}", text);
  }
  Choice choice;
  FactorSettings& factors = choice.settings.factors;
  factors.factors = object.value("factors", factors.factors);
  factors.unplayed_weight = object.value("unplayed_weight", factors.unplayed_weight);
  factors.regularisation = object.value("regularisation", factors.regularisation);
  factors.frequency_exponent = object.value("frequency_exponent", factors.frequency_exponent);
  factors.iterations = object.value("iterations", factors.iterations);
  factors.steps = object.value("steps", factors.steps);
  factors.seed = object.value("seed", factors.seed);
  choice.settings.blend = object.value("blend", choice.settings.blend);
  choice.settings.neighbours = object.value("neighbours", choice.settings.neighbours);
  choice.settings.follows_trend = object.value("follows_trend", choice.settings.follows_trend);
  choice.dial.listeners_exponent = object.value("dial_listeners_exponent", 0.0);
  choice.dial.far = object.value("dial_far", 0.0);
  return choice;
}

Result<StoredModel> LoadModel(lake::Lake* lake) {
  engine::Engine* engine = &lake->engine();
  for (const char* table :
       {"recommender_models", "tracks", "track_factors", "track_neighbours", "track_trends"}) {
    CADENZA_TRY(BindTable(lake, table));
  }
  CADENZA_ASSIGN(const engine::RowSet newest,
                 engine->Query("SELECT model_version, settings, lists_by, coalesce(why, '')"
                               " FROM recommender_models ORDER BY run DESC LIMIT 1"));
  StoredModel model;
  model.version = newest.Text(0, 0);
  model.by_popularity = newest.Text(0, 2) != "taste";
  model.why_not = newest.Text(0, 3);
  CADENZA_ASSIGN(model.choice, SettingsFromJson(newest.Text(0, 1)));
  model.taste.settings = model.choice.settings;
  CADENZA_TRY(engine->Materialize("track_numbers", lake::FindModel("track_numbers")->select));
  CADENZA_TRY(ReadTrends(engine, &model));
  const size_t tracks = model.popularity.lately.size();
  CADENZA_TRY(
      ReadFactors(engine, model.choice.settings.factors.factors, tracks, &model.taste.tracks));
  CADENZA_TRY(ReadNeighbours(engine, tracks, &model.taste.near));
  return model;
}

}  // namespace cadenza::recommend
