#include "recommend/world_truth.h"

#include "recommend/true_scenes.h"
#include "recommend/true_tastes.h"
#include "recommend/truth_tables.h"

namespace cadenza::recommend {

Result<std::unique_ptr<Truth>> Truth::Read(engine::Engine* engine, const std::string& folder,
                                           const History& history, int first_day, int end_day) {
  CADENZA_ASSIGN(const bool has_scenes, HasTruthTable(engine, folder, "truth_homes"));
  const auto read = has_scenes ? ReadTrueScenes : ReadTrueTastes;
  return read(engine, folder, history, first_day, end_day);
}

}  // namespace cadenza::recommend
