#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "recommend/discovery.h"
#include "recommend/listening.h"
#include "recommend/place_wish.h"
#include "recommend/taste_model.h"
#include "recommend/top_tracks.h"

namespace cadenza::recommend {

enum class Kind : uint8_t { kTaste, kNew, kFar, kPopular };

/// One place in a list, with what put it there.
struct Recommended {
  int32_t track = 0;
  double score = 0;
  Kind kind = Kind::kTaste;
  int32_t reason = -1;  ///< the listener's track that adds most; -1: none does
  int32_t km = 0;       ///< from home; 0: not known
  bool is_new_artist = false;
};

struct ListOptions {
  size_t top = 50;
  size_t per_artist = 2;
  bool catalogue_only = false;
  PlaceWish places;
  std::vector<bool> is_allowed;  ///< of each track; empty: all are
  std::vector<bool> is_new;      ///< of each track: came out lately; empty: none did
};

/// How much each track is played.
struct Popularity {
  std::vector<int64_t> lately;    ///< plays of the last 14 days
  std::vector<int32_t> liked_by;  ///< listeners
};
Popularity PopularityOf(const History& history);

/// Lists for listeners from what they play now.
class ListMaker {
 public:
  /// Those who have no taste yet get what is popular; all do where `by_popularity`.
  ListMaker(const TasteModel& model, const Listening& listening, Dial dial,
            const Popularity& popularity, bool by_popularity, ListOptions options);

  /// `take` is called from several threads, once a listener. Rows of the matrices are the
  /// listeners of `numbers`, which are those of the listening.
  void Make(const PlayMatrix& liked, const PlayMatrix& heard, std::span<const int32_t> numbers,
            size_t threads,
            const std::function<void(size_t row, std::vector<Recommended>)>& take) const;

 private:
  /// The best of what is allowed for a listener who lives at `home`.
  std::vector<Ranked> Filtered(std::span<float> scores, std::span<const int32_t> heard,
                               int32_t home) const;
  std::vector<Recommended> Explained(const std::vector<Ranked>& list,
                                     const ScoredListener* listener, const PlayMatrix& liked,
                                     std::span<const int32_t> heard, int32_t home) const;

  const TasteModel& model_;
  const Listening& listening_;
  Discovery discovery_;
  std::vector<float> popular_;
  bool by_popularity_;
  ListOptions options_;
};

/// At most so many tracks of an artist, in the order of the list.
std::vector<Ranked> WithFewOfEach(std::span<const Ranked> list, const TrackFacts& facts,
                                  size_t per_artist, size_t top);

}  // namespace cadenza::recommend
