#pragma once

#include <string>

#include "base/result.h"
#include "lake/lake.h"
#include "recommend/choice.h"
#include "recommend/lists.h"

namespace cadenza::recommend {

/// What ops.recommender_models keeps of a choice: a JSON object.
std::string SettingsJson(const Choice& choice);
/// kInput for a text that is none.
Result<Choice> SettingsFromJson(const std::string& text);

/// The newest model of a lake, with what belongs to its tracks.
struct StoredModel {
  std::string version;
  bool by_popularity = false;
  std::string why_not;
  Choice choice;
  TasteModel taste;
  Popularity popularity;
};
/// Binds tracks and track_numbers, by which the tracks count. kUsage where the lake has no model
/// yet.
Result<StoredModel> LoadModel(lake::Lake* lake);

}  // namespace cadenza::recommend
