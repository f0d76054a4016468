#include "recommend/evaluation.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "recommend/releases.h"
#include "recommend/true_liking.h"

namespace cadenza::recommend {
namespace {

constexpr size_t kShown = 20;
constexpr size_t kTop = 100;
constexpr int kFolds = 5;
constexpr int kPopularDays = 14;

std::vector<float> AsScores(const std::vector<int64_t>& plays) {
  return {plays.begin(), plays.end()};
}

/// A measure with its interval, and with the paired difference to popularity.
void AddMeasures(const std::string& model, const std::string& task, const Measured& measured,
                 const Measured* popular, const Measured* best, std::vector<Score>* scores) {
  const auto add = [&](const char* metric, std::vector<double> Measured::* values) {
    Score score{model, task, metric, IntervalOf(measured.*values), std::nullopt};
    const double attainable = best ? IntervalOf(best->*values).mean : 0;
    if (attainable > 0) score.of_attainable = score.value.mean / attainable;
    scores->push_back(score);
    if (!popular) return;
    scores->push_back({model, task, std::string(metric) + "_over_popularity_14d",
                       PairedInterval(measured.*values, popular->*values), std::nullopt});
  };
  add("recall_20", &Measured::recall_20);
  add("recall_50", &Measured::recall_50);
  add("ndcg_100", &Measured::ndcg_100);
  add("map_100", &Measured::map_100);
}

/// What lists consist of, in their first 20.
class Shares {
 public:
  Shares(const TrackFacts& facts, const PlayMatrix& liked) : facts_(facts) {
    const std::vector<int32_t> listeners = ListenersOf(liked);
    std::vector<int32_t> order(listeners.size());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::stable_sort(order, std::greater<>(),
                             [&](int32_t track) { return listeners[static_cast<size_t>(track)]; });
    is_top_.resize(order.size());
    is_tail_.resize(order.size());
    for (size_t i = 0; i < order.size(); ++i) {
      const auto track = static_cast<size_t>(order[i]);
      is_top_[track] = i < kTop;
      is_tail_[track] = i >= order.size() / 5;
    }
  }

  void Add(const std::string& model, const Measured& measured, const HeldOut& held_out,
           std::span<const int32_t> homes, std::vector<Score>* scores) const {
    std::vector<double> top, tail, fresh, far;
    std::set<int32_t> shown;
    for (size_t row = 0; row < measured.lists.size(); ++row) {
      const auto list =
          std::span(measured.lists[row]).first(std::min(kShown, measured.lists[row].size()));
      if (list.empty()) continue;
      std::set<int32_t> artists;
      for (const int32_t track : held_out.known.Places(row)) artists.insert(ArtistOf(track));
      const std::vector<bool> is_far = FarPlaces(facts_, homes.empty() ? -1 : homes[row]);
      double counts[4] = {};
      for (const Ranked& ranked : list) {
        const auto track = static_cast<size_t>(ranked.track);
        shown.insert(ranked.track);
        counts[0] += is_top_[track] ? 1 : 0;
        counts[1] += is_tail_[track] ? 1 : 0;
        counts[2] += artists.contains(ArtistOf(ranked.track)) ? 0 : 1;
        const int32_t place = facts_.place_of.empty() ? -1 : facts_.place_of[track];
        counts[3] += place >= 0 && is_far[static_cast<size_t>(place)] ? 1 : 0;
      }
      const auto size = static_cast<double>(list.size());
      top.push_back(counts[0] / size);
      tail.push_back(counts[1] / size);
      fresh.push_back(counts[2] / size);
      far.push_back(counts[3] / size);
    }
    const char* task = TaskName(Task::kUnheard);
    const double coverage = static_cast<double>(shown.size()) /
                            static_cast<double>(std::max<size_t>(is_top_.size(), 1));
    const auto listeners = static_cast<int64_t>(top.size());
    scores->push_back({model, task, "coverage_20", {coverage, coverage, coverage, listeners}, {}});
    scores->push_back({model, task, "top_100_share_20", IntervalOf(top), {}});
    scores->push_back({model, task, "long_tail_share_20", IntervalOf(tail), {}});
    if (facts_.artist_of.empty()) return;
    scores->push_back({model, task, "new_artist_share_20", IntervalOf(fresh), {}});
    scores->push_back({model, task, "far_share_20", IntervalOf(far), {}});
  }

 private:
  int32_t ArtistOf(int32_t track) const {
    return facts_.artist_of.empty() ? track : facts_.artist_of[static_cast<size_t>(track)];
  }

  const TrackFacts& facts_;
  std::vector<bool> is_top_, is_tail_;
};

/// Whole listeners, spread evenly, whose pairs are about so many.
PlayMatrix SomeListeners(const PlayMatrix& liked, size_t pairs_max) {
  if (liked.pairs() <= pairs_max) return liked;
  std::vector<int32_t> rows;
  const double share = static_cast<double>(pairs_max) / static_cast<double>(liked.pairs());
  double due = 0;
  for (size_t row = 0; row < liked.rows(); ++row) {
    due += share;
    if (due < 1) continue;
    due -= 1;
    rows.push_back(static_cast<int32_t>(row));
  }
  return RowsOf(liked, rows);
}

/// Homes of the listeners that a split by time keeps, in its order.
std::vector<int32_t> HomesOf(const TrackFacts& facts, std::span<const int32_t> listeners) {
  std::vector<int32_t> homes;
  if (facts.homes.empty()) return homes;
  for (const int32_t listener : listeners) {
    homes.push_back(facts.homes[static_cast<size_t>(listener)]);
  }
  return homes;
}

/// The parts of an evaluation by time, one after the other.
class ByTime {
 public:
  ByTime(const History& history, const TrackFacts& facts, const EvaluationOptions& options)
      : history_(history), facts_(facts), options_(options) {
    result_.test_days = TestDays(history.days);
  }

  Result<Evaluation> Work() {
    const int test_begin = history_.days - result_.test_days;
    if (test_begin < 1 || result_.test_days < 1) {
      result_.why_not = "there are too few days to hold some out as a test";
      return std::move(result_);
    }
    CADENZA_TRY(Choose(test_begin));
    CADENZA_TRY(Test({0, test_begin}, {test_begin, history_.days}));
    return std::move(result_);
  }

 private:
  Status Choose(int end) {
    const int days = TestDays(end);
    const DaySpan known{0, end - days}, later{end - days, end};
    HeldOut all;
    if (days > 0 && known.days() > 0) {
      all = SplitByTime(history_, known, later, Task::kUnheard);
    }
    const HeldOut validation = Sampled(all, options_.listeners_max);
    result_.choice.settings = options_.first;
    if (validation.listeners() == 0) {
      result_.choice.settings.blend = 0;
      result_.choice.settings.follows_trend = false;
      return {};
    }
    const PlayMatrix liked = SomeListeners(LikedPairs(history_, known), options_.choice_pairs_max);
    const ChoiceData data{liked, TrendOf(history_, known), validation};
    CADENZA_ASSIGN(result_.choice,
                   ChooseSettings(data, options_.first, options_.threads, options_.keep_going));
    return ChooseDial(data, facts_, HomesOf(facts_, validation.listeners_of),
                      options_.discovery_cost, options_.threads, &result_.choice);
  }

  Status Test(DaySpan known, DaySpan later) {
    const PlayMatrix liked = LikedPairs(history_, known);
    if (liked.pairs() == 0) {
      result_.why_not = "nothing was played before the test";
      return {};
    }
    std::vector<float> trend = TrendOf(history_, known);
    TasteSettings alone = result_.choice.settings;
    CADENZA_ASSIGN(TasteModel model, LearnTaste(liked, std::move(trend), alone, options_.threads,
                                                nullptr, options_.keep_going));
    const std::vector<float> popular = AsScores(PlaysOf(history_, known));
    const std::vector<float> recent =
        AsScores(PlaysOf(history_, {std::max(known.begin, known.end - kPopularDays), known.end}));
    const std::vector<int32_t> liked_by = ListenersOf(liked);
    const Discovery discovery(result_.choice.dial, facts_, liked_by);
    const Shares shares(facts_, liked);
    for (const Task task : {Task::kUnheard, Task::kAll}) {
      const HeldOut held_out = SplitByTime(history_, known, later, task);
      if (held_out.listeners() == 0) {
        if (task == Task::kUnheard) result_.why_not = "no listener came back with new tracks";
        continue;
      }
      MeasureTask(task, held_out, popular, recent, discovery, shares, &model);
      // What nobody had played before was heard by none: the same listeners tell of releases.
      if (task == Task::kUnheard) MeasureNew(held_out, known, later, liked_by, model);
    }
    return {};
  }

  /// Songs of the year that nobody had played before the test.
  void MeasureNew(const HeldOut& held_out, DaySpan known, DaySpan later,
                  std::span<const int32_t> liked_by, const TasteModel& model) {
    if (options_.release_year == 0) return;
    const std::vector<int64_t> before = PlaysOf(history_, known), after = PlaysOf(history_, later);
    std::vector<Release> releases;
    for (size_t track = 0; track < facts_.tracks(); ++track) {
      const bool is_new = before[track] == 0 && after[track] > 0;
      const bool is_named = facts_.in_catalogue[track] && facts_.artist_of[track] >= 0;
      if (!is_new || !is_named || facts_.year_of[track] < options_.release_year) continue;
      releases.push_back({facts_.artist_of[track], static_cast<int32_t>(track)});
    }
    const ReleaseScores scores = MeasureReleases(model, facts_, releases, held_out.known,
                                                 held_out.relevant, liked_by, options_.threads);
    if (scores.taste.empty()) return;
    const std::string task = TaskName(Task::kNewReleases);
    const auto count = static_cast<double>(releases.size());
    const auto listeners = static_cast<int64_t>(scores.taste.size());
    result_.scores.push_back({"taste", task, "recall_5", IntervalOf(scores.taste), {}});
    result_.scores.push_back(
        {"taste", task, "recall_5_over_random", PairedInterval(scores.taste, scores.random), {}});
    result_.scores.push_back(
        {"artist_listeners", task, "recall_5", IntervalOf(scores.artists), {}});
    result_.scores.push_back({"random", task, "recall_5", IntervalOf(scores.random), {}});
    result_.scores.push_back({"taste", task, "releases", {count, count, count, listeners}, {}});
  }

  void MeasureTask(Task task, const HeldOut& held_out, const std::vector<float>& popular,
                   const std::vector<float>& recent, const Discovery& discovery,
                   const Shares& shares, TasteModel* model) {
    const std::string name = TaskName(task);
    const size_t threads = options_.threads;
    const std::vector<int32_t> homes = HomesOf(facts_, held_out.listeners_of);
    std::optional<Measured> best;
    if (options_.attainable) best = Attainable(held_out);
    const Measured* const attainable = best ? &*best : nullptr;
    const Measured by_recent = MeasureScores(recent, held_out, threads);
    const auto add = [&](const char* what, const Measured& measured, const Measured* other) {
      AddMeasures(what, name, measured, other, attainable, &result_.scores);
      if (task != Task::kUnheard) return;
      shares.Add(what, measured, held_out, homes, &result_.scores);
      if (options_.liking) {
        AddLiking(what, measured, held_out, facts_, options_.liking, &result_.scores);
      }
    };
    if (attainable) add("attainable", *attainable, nullptr);
    const Measured by_all = MeasureScores(popular, held_out, threads);
    add("popularity", by_all, &by_recent);
    add("popularity_14d", by_recent, nullptr);
    const Measured taste = MeasureTaste(*model, held_out, threads);
    add("taste", taste, &by_recent);
    const Measured turned = MeasureTaste(*model, held_out, threads, [&](ScoredListener& listener) {
      const int32_t home = homes.empty() ? -1 : homes[listener.row];
      Discovery::Turn(discovery.Factors(home, held_out.known.Places(listener.row)),
                      listener.scores);
    });
    add("discovery", turned, &by_recent);
    if (task != Task::kUnheard) return;
    Judge(taste, by_all, "the most played");
    if (result_.beats_popularity) Judge(taste, by_recent, "the most played of 14 days");
  }

  /// Taste has to beat both counts: the short one is noisy where tastes do not change.
  void Judge(const Measured& taste, const Measured& popular, const char* what) {
    const Interval gain = PairedInterval(taste.ndcg_100, popular.ndcg_100);
    result_.beats_popularity = gain.lower > 0 && gain.listeners > 1;
    if (result_.beats_popularity) return;
    result_.why_not = fmt::format(
        "NDCG@100 of {} listeners in the last {} days: {:+.4f} against {} (95 % {:+.4f} to "
        "{:+.4f})",
        gain.listeners, result_.test_days, gain.mean, what, gain.lower, gain.upper);
  }

  Measured Attainable(const HeldOut& held_out) const {
    Measured measured;
    for (size_t row = 0; row < held_out.listeners(); ++row) {
      std::vector<float> scores =
          options_.attainable(static_cast<size_t>(held_out.listeners_of[row]));
      const std::vector<Ranked> list = ListOf(scores, held_out.excluded.Places(row), kListLength);
      const ListMeasures measures = MeasureList(list, held_out.relevant.Places(row));
      measured.recall_20.push_back(measures.recall_20);
      measured.recall_50.push_back(measures.recall_50);
      measured.ndcg_100.push_back(measures.ndcg_100);
      measured.map_100.push_back(measures.map_100);
      measured.lists.push_back(list);
    }
    return measured;
  }

  const History& history_;
  const TrackFacts& facts_;
  const EvaluationOptions& options_;
  Evaluation result_;
};

void Append(const Measured& part, Measured* all) {
  const auto append = [&](std::vector<double> Measured::* values) {
    (all->*values).insert((all->*values).end(), (part.*values).begin(), (part.*values).end());
  };
  append(&Measured::recall_20);
  append(&Measured::recall_50);
  append(&Measured::ndcg_100);
  append(&Measured::map_100);
  all->lists.insert(all->lists.end(), part.lists.begin(), part.lists.end());
}

}  // namespace

int TestDays(int days) { return std::min(14, days / 4); }

Result<Evaluation> EvaluateByTime(const History& history, const TrackFacts& facts,
                                  const EvaluationOptions& options) {
  return ByTime(history, facts, options).Work();
}

Result<Evaluation> EvaluateByListeners(const PlayMatrix& liked, const EvaluationOptions& options) {
  // Every eleventh listener is for choices; the others are five parts in turn.
  std::vector<int32_t> chosen_by, learned;
  std::vector<std::vector<int32_t>> folds(kFolds);
  for (size_t row = 0; row < liked.rows(); ++row) {
    const auto listener = static_cast<int32_t>(row);
    if (row % 11 == 10) {
      chosen_by.push_back(listener);
    } else {
      learned.push_back(listener);
      folds[row % 11 % kFolds].push_back(listener);
    }
  }
  Evaluation result;
  result.choice.settings = options.first;
  const HeldOut validation =
      Sampled(SplitPairs(liked, chosen_by, options.first.factors.seed), options.listeners_max);
  const PlayMatrix learn_from = SomeListeners(RowsOf(liked, learned), options.choice_pairs_max);
  if (validation.listeners() > 0) {
    const ChoiceData data{learn_from, {}, validation};
    CADENZA_ASSIGN(result.choice,
                   ChooseSettings(data, options.first, options.threads, options.keep_going));
  }
  if (options.only_choose) {
    if (validation.listeners() == 0) return result;
    const std::vector<int32_t> listeners = ListenersOf(learn_from);
    const std::vector<float> counts(listeners.begin(), listeners.end());
    const double popular =
        IntervalOf(MeasureScores(counts, validation, options.threads).ndcg_100).mean;
    result.beats_popularity = result.choice.ndcg_100 > popular;
    if (!result.beats_popularity) {
      result.why_not =
          fmt::format("NDCG@100 of {} users: {:.4f}, of the most frequent items {:.4f}",
                      validation.listeners(), result.choice.ndcg_100, popular);
    }
    return result;
  }
  Measured taste, popular;
  for (int fold = 0; fold < kFolds; ++fold) {
    std::vector<int32_t> others = chosen_by;
    for (int other = 0; other < kFolds; ++other) {
      if (other == fold) continue;
      const auto& part = folds[static_cast<size_t>(other)];
      others.insert(others.end(), part.begin(), part.end());
    }
    std::ranges::sort(others);
    const PlayMatrix train = RowsOf(liked, others);
    const HeldOut held_out =
        SplitPairs(liked, folds[static_cast<size_t>(fold)], options.first.factors.seed + 1);
    if (held_out.listeners() == 0 || train.pairs() == 0) continue;
    CADENZA_ASSIGN(const TasteModel model,
                   LearnTaste(train, {}, result.choice.settings, options.threads, nullptr,
                              options.keep_going));
    const std::vector<int32_t> listeners = ListenersOf(train);
    const std::vector<float> counts(listeners.begin(), listeners.end());
    Append(MeasureTaste(model, held_out, options.threads), &taste);
    Append(MeasureScores(counts, held_out, options.threads), &popular);
  }
  AddMeasures("popularity", "unheard", popular, nullptr, nullptr, &result.scores);
  AddMeasures("taste", "unheard", taste, &popular, nullptr, &result.scores);
  const Interval gain = PairedInterval(taste.ndcg_100, popular.ndcg_100);
  result.beats_popularity = gain.lower > 0 && gain.listeners > 1;
  if (!result.beats_popularity) {
    result.why_not = fmt::format(
        "NDCG@100 of {} listeners: {:+.4f} against the most played "
        "(95 % {:+.4f} to {:+.4f})",
        gain.listeners, gain.mean, gain.lower, gain.upper);
  }
  return result;
}

}  // namespace cadenza::recommend
