#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "recommend/interactions.h"
#include "recommend/playlist.h"
#include "recommend/recommend_job.h"
#include "recommend/similar.h"

namespace cadenza::cli {

using RecommendedList = std::vector<recommend::NamedRecommendation>;

nlohmann::json ListJson(const RecommendedList& list);
nlohmann::json RecommendJson(const recommend::RecommendSummary& summary, const std::string& lake,
                             const RecommendedList& example);
nlohmann::json PlaylistJson(const std::vector<recommend::PlaylistTrack>& tracks);
void PrintPlaylist(const std::string& user, const std::vector<recommend::PlaylistTrack>& tracks);
nlohmann::json SimilarJson(const std::vector<recommend::Similar>& found);
void PrintSimilar(const std::string& name, const std::vector<recommend::Similar>& found);
nlohmann::json InteractionsJson(const recommend::InteractionSummary& summary);
void PrintInteractions(const recommend::InteractionSummary& summary, const std::string& out);
/// The first of a listener's list, for people.
void PrintList(const std::string& user, const RecommendedList& list, size_t shown);
/// Scores alone, for people.
void PrintEvaluation(const recommend::RecommendSummary& summary);
void PrintRecommend(const recommend::RecommendSummary& summary, const std::string& lake,
                    const RecommendedList& example);

}  // namespace cadenza::cli
