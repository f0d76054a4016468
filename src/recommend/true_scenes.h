#pragma once

#include "recommend/world_truth.h"

namespace cadenza::recommend {

/// A world of scenes (`cadenza simulate --world scenes`), by the formulas of docs/SIMULATOR.md:
/// what a listener comes across, times how often what it likes is heard again. Weights of songs are
/// averaged over the tested days.
Result<std::unique_ptr<Truth>> ReadTrueScenes(engine::Engine* engine, const std::string& folder,
                                              const History& history, int first_day, int end_day);

}  // namespace cadenza::recommend
