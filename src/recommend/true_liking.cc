#include "recommend/true_liking.h"

#include <algorithm>
#include <set>

namespace cadenza::recommend {

void AddLiking(const std::string& model, const Measured& measured, const HeldOut& held_out,
               const TrackFacts& facts,
               const std::function<std::vector<float>(size_t listener)>& liking,
               std::vector<Score>* scores) {
  constexpr size_t kFirst = 20;
  std::vector<double> of_all, of_new;
  for (size_t row = 0; row < measured.lists.size(); ++row) {
    const std::vector<float> liked = liking(static_cast<size_t>(held_out.listeners_of[row]));
    std::set<int32_t> artists;
    for (const int32_t track : held_out.known.Places(row)) {
      artists.insert(facts.artist_of[static_cast<size_t>(track)]);
    }
    double all = 0, fresh = 0, is_fresh = 0;
    const size_t shown = std::min(kFirst, measured.lists[row].size());
    for (size_t i = 0; i < shown; ++i) {
      const auto track = static_cast<size_t>(measured.lists[row][i].track);
      const auto value = static_cast<double>(liked[track]);
      all += value;
      if (artists.contains(facts.artist_of[track])) continue;
      fresh += value;
      is_fresh += 1;
    }
    if (shown > 0) of_all.push_back(all / static_cast<double>(shown));
    if (is_fresh > 0) of_new.push_back(fresh / is_fresh);
  }
  const char* task = TaskName(Task::kUnheard);
  scores->push_back({model, task, "liking_20", IntervalOf(of_all), {}});
  scores->push_back({model, task, "new_artist_liking_20", IntervalOf(of_new), {}});
}

}  // namespace cadenza::recommend
