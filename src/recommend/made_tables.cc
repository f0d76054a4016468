#include "recommend/made_tables.h"

#include <cmath>
#include <numeric>

namespace cadenza::recommend {
namespace {

double Rounded(double value) { return std::round(value * 1e6) / 1e6; }

/// Calls `take` for each place of each list, with the list's number and the place's rank.
template <class One, class Take>
void ForEachPlace(const std::vector<std::vector<One>>& lists, const Take& take) {
  for (size_t row = 0; row < lists.size(); ++row) {
    for (size_t place = 0; place < lists[row].size(); ++place) {
      take(static_cast<int32_t>(row), static_cast<int32_t>(place) + 1, lists[row][place]);
    }
  }
}

/// One text in all rows.
engine::CodedTexts Constant(const std::string& text, size_t rows) {
  return {std::make_shared<const std::vector<std::string>>(1, text), std::vector<int32_t>(rows, 0)};
}

}  // namespace

const char* KindName(Kind kind) {
  switch (kind) {
    case Kind::kTaste:
      return "taste";
    case Kind::kNew:
      return "new";
    case Kind::kFar:
      return "far";
    case Kind::kPopular:
      return "popular";
  }
  return "";
}

engine::HeldRows FactorTable(const FactorRows& tracks) {
  std::vector<int32_t> track, factor;
  std::vector<float> value;
  for (size_t row = 0; row < tracks.rows(); ++row) {
    for (int32_t f = 0; f < tracks.factors; ++f) {
      track.push_back(static_cast<int32_t>(row));
      factor.push_back(f);
      value.push_back(tracks.Row(row)[static_cast<size_t>(f)]);
    }
  }
  engine::HeldRows rows;
  rows.Add("track_number", std::move(track));
  rows.Add("factor", std::move(factor));
  rows.Add("value", std::move(value));
  return rows;
}

engine::HeldRows NeighbourTable(const PlayMatrix& near) {
  std::vector<int32_t> track;
  for (size_t row = 0; row < near.rows(); ++row) {
    track.insert(track.end(), near.RowSize(row), static_cast<int32_t>(row));
  }
  engine::HeldRows rows;
  rows.Add("track_number", std::move(track));
  rows.Add("neighbour_number", near.places);
  rows.Add("value", near.weights);
  return rows;
}

engine::HeldRows TrendTable(const Popularity& popularity, const std::vector<float>& trend) {
  const size_t tracks = popularity.lately.size();
  std::vector<int32_t> track(tracks);
  std::iota(track.begin(), track.end(), 0);
  std::vector<double> factors(tracks, 1);
  for (size_t t = 0; t < trend.size(); ++t) factors[t] = static_cast<double>(trend[t]);
  engine::HeldRows rows;
  rows.Add("track_number", std::move(track));
  rows.Add("plays_14_days", popularity.lately);
  rows.Add("liked_by",
           std::vector<int64_t>(popularity.liked_by.begin(), popularity.liked_by.end()));
  rows.Add("trend", std::move(factors));
  return rows;
}

engine::HeldRows ListTable(const std::vector<std::vector<Recommended>>& lists,
                           const std::string& model_version) {
  std::vector<int32_t> listener, rank, track, reason, km, kind;
  std::vector<double> score;
  std::vector<bool> is_new_artist, has_no_reason;
  ForEachPlace(lists, [&](int32_t row, int32_t rank_of, const Recommended& one) {
    listener.push_back(row);
    rank.push_back(rank_of);
    track.push_back(one.track);
    score.push_back(one.score);
    kind.push_back(static_cast<int32_t>(one.kind));
    reason.push_back(one.reason);
    has_no_reason.push_back(one.reason < 0);
    km.push_back(one.km);
    is_new_artist.push_back(one.is_new_artist);
  });
  const size_t count = listener.size();
  std::vector<std::string> kinds;
  for (const Kind each : {Kind::kTaste, Kind::kNew, Kind::kFar, Kind::kPopular}) {
    kinds.emplace_back(KindName(each));
  }
  engine::HeldRows rows;
  rows.Add("listener_number", std::move(listener));
  rows.Add("rank", std::move(rank));
  rows.Add("track_number", std::move(track));
  rows.Add("score", std::move(score));
  rows.Add("kind",
           engine::CodedTexts{std::make_shared<const std::vector<std::string>>(std::move(kinds)),
                              std::move(kind)});
  rows.Add("reason_number", std::move(reason)).is_null = std::move(has_no_reason);
  rows.Add("km", std::move(km));
  rows.Add("is_new_artist", std::move(is_new_artist));
  rows.Add("model_version", Constant(model_version, count));
  return rows;
}

engine::HeldRows ReleaseTable(const std::vector<std::vector<RecommendedRelease>>& lists,
                              const std::string& model_version) {
  std::vector<int32_t> listener, rank, release, reason;
  std::vector<double> score;
  std::vector<bool> is_new_artist, has_no_reason;
  ForEachPlace(lists, [&](int32_t row, int32_t rank_of, const RecommendedRelease& one) {
    listener.push_back(row);
    rank.push_back(rank_of);
    release.push_back(one.release);
    score.push_back(Rounded(one.score));
    reason.push_back(one.reason);
    has_no_reason.push_back(one.reason < 0);
    is_new_artist.push_back(one.is_new_artist);
  });
  const size_t count = listener.size();
  engine::HeldRows rows;
  rows.Add("listener_number", std::move(listener));
  rows.Add("rank", std::move(rank));
  rows.Add("release_number", std::move(release));
  rows.Add("score", std::move(score));
  rows.Add("reason_number", std::move(reason)).is_null = std::move(has_no_reason);
  rows.Add("is_new_artist", std::move(is_new_artist));
  rows.Add("model_version", Constant(model_version, count));
  return rows;
}

engine::HeldRows PlaylistTable(const std::vector<std::vector<PlaylistCandidate>>& lists) {
  std::vector<int32_t> listener, position, track;
  std::vector<double> starts, duration;
  std::vector<bool> is_known;
  double at = 0;
  ForEachPlace(lists, [&](int32_t row, int32_t rank_of, const PlaylistCandidate& one) {
    if (rank_of == 1) at = 0;
    listener.push_back(row);
    position.push_back(rank_of);
    track.push_back(one.track);
    starts.push_back(std::round(at * 1000) / 1000);
    duration.push_back(one.duration);
    is_known.push_back(one.is_known);
    at += one.duration;
  });
  engine::HeldRows rows;
  rows.Add("listener_number", std::move(listener));
  rows.Add("position", std::move(position));
  rows.Add("track_number", std::move(track));
  rows.Add("starts_at_seconds", std::move(starts));
  rows.Add("duration", std::move(duration));
  rows.Add("is_known", std::move(is_known));
  return rows;
}

engine::HeldRows SimilarTable(const char* name, const std::vector<std::vector<Likeness>>& lists) {
  std::vector<int32_t> own, rank, other;
  std::vector<double> likeness;
  std::vector<int64_t> listeners;
  ForEachPlace(lists, [&](int32_t row, int32_t rank_of, const Likeness& one) {
    own.push_back(row);
    rank.push_back(rank_of);
    other.push_back(one.row);
    likeness.push_back(Rounded(one.likeness));
    listeners.push_back(one.listeners);
  });
  engine::HeldRows rows;
  rows.Add(name, std::move(own));
  rows.Add("rank", std::move(rank));
  rows.Add("other_number", std::move(other));
  rows.Add("likeness", std::move(likeness));
  rows.Add("listeners", std::move(listeners));
  return rows;
}

engine::HeldRows ScoreTable(const std::vector<Score>& scores) {
  std::vector<std::string> model, task, metric;
  std::vector<double> value, lower, upper, of_attainable;
  std::vector<int64_t> listeners;
  std::vector<bool> is_unknown;
  for (const Score& score : scores) {
    model.push_back(score.model);
    task.push_back(score.task);
    metric.push_back(score.metric);
    value.push_back(Rounded(score.value.mean));
    lower.push_back(Rounded(score.value.lower));
    upper.push_back(Rounded(score.value.upper));
    listeners.push_back(score.value.listeners);
    of_attainable.push_back(Rounded(score.of_attainable.value_or(0)));
    is_unknown.push_back(!score.of_attainable.has_value());
  }
  engine::HeldRows rows;
  rows.Add("model", std::move(model));
  rows.Add("task", std::move(task));
  rows.Add("metric", std::move(metric));
  rows.Add("value", std::move(value));
  rows.Add("lower", std::move(lower));
  rows.Add("upper", std::move(upper));
  rows.Add("listeners", std::move(listeners));
  rows.Add("of_attainable", std::move(of_attainable)).is_null = std::move(is_unknown);
  return rows;
}

}  // namespace cadenza::recommend
