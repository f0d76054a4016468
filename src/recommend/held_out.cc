#include "recommend/held_out.h"

#include <algorithm>

#include "recommend/slices.h"

namespace cadenza::recommend {
namespace {

constexpr size_t kPairsLeast = 5;
constexpr size_t kHeldOutSlice = 16;

uint64_t Scrambled(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

void CopyRow(const PlayMatrix& from, size_t row, PlayMatrix* to) {
  const auto places = from.Places(row);
  const auto weights = from.Weights(row);
  to->places.insert(to->places.end(), places.begin(), places.end());
  to->weights.insert(to->weights.end(), weights.begin(), weights.end());
  to->EndRow();
}

void Reserve(size_t listeners, Measured* measured) {
  for (auto* values :
       {&measured->recall_20, &measured->recall_50, &measured->ndcg_100, &measured->map_100}) {
    values->resize(listeners);
  }
  measured->lists.resize(listeners);
}

void Note(size_t listener, std::vector<Ranked> list, std::span<const int32_t> relevant,
          Measured* measured) {
  const ListMeasures measures = MeasureList(list, relevant);
  measured->recall_20[listener] = measures.recall_20;
  measured->recall_50[listener] = measures.recall_50;
  measured->ndcg_100[listener] = measures.ndcg_100;
  measured->map_100[listener] = measures.map_100;
  measured->lists[listener] = std::move(list);
}

}  // namespace

const char* TaskName(Task task) {
  switch (task) {
    case Task::kUnheard:
      return "unheard";
    case Task::kAll:
      return "all";
    case Task::kNewReleases:
      return "new_releases";
  }
  return "";
}

HeldOut SplitByTime(const History& history, DaySpan known, DaySpan test, Task task) {
  const PlayMatrix liked = LikedPairs(history, known), heard = HeardPairs(history, known),
                   disliked = DislikedPairs(history, known.end), later = LikedPairs(history, test);
  const PlayMatrix& excluded = task == Task::kAll ? disliked : heard;
  HeldOut held_out;
  held_out.known.columns = held_out.excluded.columns = held_out.relevant.columns = history.tracks;
  for (size_t row = 0; row < history.listeners(); ++row) {
    if (liked.RowSize(row) == 0) continue;
    const auto out = excluded.Places(row);
    const size_t before = held_out.relevant.pairs();
    for (const int32_t track : later.Places(row)) {
      if (!std::ranges::binary_search(out, track)) held_out.relevant.Add(track, 1);
    }
    if (held_out.relevant.pairs() == before) continue;
    held_out.relevant.EndRow();
    held_out.listeners_of.push_back(static_cast<int32_t>(row));
    CopyRow(liked, row, &held_out.known);
    CopyRow(excluded, row, &held_out.excluded);
  }
  return held_out;
}

HeldOut SplitPairs(const PlayMatrix& liked, std::span<const int32_t> listeners, uint64_t seed) {
  HeldOut held_out;
  held_out.known.columns = held_out.excluded.columns = held_out.relevant.columns = liked.columns;
  std::vector<std::pair<uint64_t, size_t>> drawn;
  for (const int32_t listener : listeners) {
    const auto row = static_cast<size_t>(listener);
    const auto places = liked.Places(row);
    if (places.size() < kPairsLeast) continue;
    drawn.clear();
    for (size_t i = 0; i < places.size(); ++i) {
      drawn.emplace_back(Scrambled(seed + (uint64_t{row} << 32) + i), i);
    }
    std::ranges::sort(drawn);
    std::vector<bool> is_out(places.size());
    for (size_t i = 0; i < places.size() / 5; ++i) is_out[drawn[i].second] = true;
    for (size_t i = 0; i < places.size(); ++i) {
      if (is_out[i]) {
        held_out.relevant.Add(places[i], 1);
      } else {
        held_out.known.Add(places[i], liked.Weights(row)[i]);
        held_out.excluded.Add(places[i], 1);
      }
    }
    held_out.listeners_of.push_back(listener);
    for (PlayMatrix* matrix : {&held_out.known, &held_out.excluded, &held_out.relevant}) {
      matrix->EndRow();
    }
  }
  return held_out;
}

HeldOut Sampled(const HeldOut& held_out, size_t listeners_max) {
  if (held_out.listeners() <= listeners_max) return held_out;
  std::vector<int32_t> rows;
  for (size_t i = 0; i < listeners_max; ++i) {
    rows.push_back(static_cast<int32_t>(i * held_out.listeners() / listeners_max));
  }
  HeldOut some{RowsOf(held_out.known, rows),
               RowsOf(held_out.excluded, rows),
               RowsOf(held_out.relevant, rows),
               {}};
  for (const int32_t row : rows) {
    some.listeners_of.push_back(held_out.listeners_of[static_cast<size_t>(row)]);
  }
  return some;
}

std::vector<Ranked> ListOf(std::span<float> scores, std::span<const int32_t> excluded, size_t k) {
  for (const int32_t track : excluded) scores[static_cast<size_t>(track)] = kExcluded;
  TopList list(k);
  list.Show(scores, 0);
  const auto best = list.Finish();
  return {best.begin(), best.end()};
}

Measured MeasureTaste(const TasteModel& model, const HeldOut& held_out, size_t threads,
                      const std::function<void(ScoredListener&)>& change) {
  Measured measured;
  Reserve(held_out.listeners(), &measured);
  const FoldIn fold_in(model.tracks, model.settings.factors, threads);
  ScoreListeners(model, fold_in, held_out.known, threads, [&](ScoredListener& listener) {
    if (change) change(listener);
    const size_t row = listener.row;
    Note(row, ListOf(listener.scores, held_out.excluded.Places(row), kListLength),
         held_out.relevant.Places(row), &measured);
  });
  return measured;
}

Measured MeasureScores(std::span<const float> scores, const HeldOut& held_out, size_t threads) {
  Measured measured;
  Reserve(held_out.listeners(), &measured);
  InSlices(held_out.listeners(), kHeldOutSlice, threads, [&](size_t begin, size_t end) {
    for (size_t row = begin; row < end; ++row) {
      std::vector<float> own(scores.begin(), scores.end());
      Note(row, ListOf(own, held_out.excluded.Places(row), kListLength),
           held_out.relevant.Places(row), &measured);
    }
  });
  return measured;
}

}  // namespace cadenza::recommend
