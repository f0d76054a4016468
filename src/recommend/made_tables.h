#pragma once

#include <string>
#include <vector>

#include "engine/held_rows.h"
#include "recommend/evaluation.h"
#include "recommend/lists.h"
#include "recommend/playlist.h"
#include "recommend/releases.h"
#include "recommend/similar.h"
#include "recommend/taste_model.h"

namespace cadenza::recommend {

// What the program makes, as rows for the models of gold to name.

engine::HeldRows FactorTable(const FactorRows& tracks);
engine::HeldRows NeighbourTable(const PlayMatrix& near);
engine::HeldRows TrendTable(const Popularity& popularity, const std::vector<float>& trend);
/// `lists`: of the listeners by their numbers.
engine::HeldRows ListTable(const std::vector<std::vector<Recommended>>& lists,
                           const std::string& model_version);
engine::HeldRows ReleaseTable(const std::vector<std::vector<RecommendedRelease>>& lists,
                              const std::string& model_version);
/// `lists`: of the listeners by their numbers.
engine::HeldRows PlaylistTable(const std::vector<std::vector<PlaylistCandidate>>& lists);
/// `name`: of the column that says whose row it is.
engine::HeldRows SimilarTable(const char* name, const std::vector<std::vector<Likeness>>& lists);
engine::HeldRows ScoreTable(const std::vector<Score>& scores);

const char* KindName(Kind kind);

}  // namespace cadenza::recommend
