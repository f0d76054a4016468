#include "recommend/playlist.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "recommend/listener_view.h"
#include "recommend/similar.h"

namespace cadenza::recommend {
namespace {

constexpr double kUsualSeconds = 240;  ///< of a track whose length is not known
constexpr double kNearSeconds = 15;    ///< good enough
constexpr size_t kPool = 200;

using Candidate = PlaylistCandidate;

/// The first of a pool until the time is nearly full.
void Fill(const std::vector<Candidate>& pool, double seconds, std::vector<Candidate>* chosen,
          double* filled) {
  double own = 0;
  for (const Candidate& candidate : pool) {
    if (own + candidate.duration > seconds) continue;
    own += candidate.duration;
    chosen->push_back(candidate);
    if (seconds - own < kNearSeconds) break;
  }
  *filled += own;
}

/// Exchanges a track for another of its kind, as long as that brings the time nearer.
void Fit(const std::vector<Candidate>& pool, double seconds, std::vector<Candidate>* chosen) {
  const auto is_chosen = [&](int32_t track) {
    return std::ranges::count(*chosen, track, &Candidate::track) > 0;
  };
  for (int round = 0; round < 8; ++round) {
    double total = 0;
    for (const Candidate& one : *chosen) total += one.duration;
    double best = std::abs(total - seconds);
    if (best <= kNearSeconds) return;
    Candidate* out = nullptr;
    const Candidate* in = nullptr;
    for (Candidate& one : *chosen) {
      for (const Candidate& other : pool) {
        const double off = std::abs(total - one.duration + other.duration - seconds);
        if (other.is_known != one.is_known || off >= best || is_chosen(other.track)) continue;
        best = off;
        out = &one;
        in = &other;
      }
    }
    const Candidate* more = nullptr;
    for (const Candidate& other : pool) {
      const double off = std::abs(total + other.duration - seconds);
      if (off >= best || is_chosen(other.track)) continue;
      best = off;
      more = &other;
    }
    if (more) {
      chosen->push_back(*more);
    } else if (out) {
      *out = *in;
    } else {
      return;
    }
  }
}

/// From each track to the one most like it, of another artist where there is one left.
std::vector<Candidate> InOrder(std::vector<Candidate> chosen, const TrackFacts& facts,
                               const FactorRows& vectors) {
  const auto artist = [&](const Candidate& one) {
    return facts.artist_of[static_cast<size_t>(one.track)];
  };
  for (size_t at = 1; at < chosen.size(); ++at) {
    const auto before = vectors.Row(static_cast<size_t>(chosen[at - 1].track));
    size_t best = at;
    double likeness = -1e9;
    for (size_t i = at; i < chosen.size(); ++i) {
      const auto other = vectors.Row(static_cast<size_t>(chosen[i].track));
      double product = std::inner_product(before.begin(), before.end(), other.begin(), 0.0);
      // An artist with most tracks left goes first, else they would meet at the end.
      const auto left =
          std::count_if(chosen.begin() + static_cast<std::ptrdiff_t>(at), chosen.end(),
                        [&](const Candidate& one) { return artist(one) == artist(chosen[i]); });
      if (2 * left > static_cast<std::ptrdiff_t>(chosen.size() - at)) product += 4;
      if (artist(chosen[i]) >= 0 && artist(chosen[i]) == artist(chosen[at - 1])) product -= 8;
      if (product <= likeness) continue;
      likeness = product;
      best = i;
    }
    std::rotate(chosen.begin() + static_cast<std::ptrdiff_t>(at),
                chosen.begin() + static_cast<std::ptrdiff_t>(best),
                chosen.begin() + static_cast<std::ptrdiff_t>(best) + 1);
  }
  return chosen;
}

double LengthOf(const TrackName& name) { return name.duration > 0 ? name.duration : kUsualSeconds; }

}  // namespace

std::vector<Candidate> KnownCandidates(const PlayMatrix& liked, size_t row, const TrackFacts& facts,
                                       const std::vector<TrackName>& names) {
  std::vector<Ranked> order;
  for (size_t i = 0; i < liked.RowSize(row); ++i) {
    order.push_back({liked.Places(row)[i], liked.Weights(row)[i]});
  }
  std::ranges::sort(order, ComesBefore);
  std::vector<Candidate> known;
  for (const Ranked& one : WithFewOfEach(order, facts, 2, kPool)) {
    const TrackName& name = names[static_cast<size_t>(one.track)];
    known.push_back({one.track, LengthOf(name), true, "you play it"});
  }
  return known;
}

Candidate FreshCandidate(int32_t track, const std::vector<TrackName>& names, std::string reason) {
  return {track, LengthOf(names[static_cast<size_t>(track)]), false, std::move(reason)};
}

std::vector<Candidate> ArrangePlaylist(const std::vector<Candidate>& known,
                                       const std::vector<Candidate>& fresh,
                                       const PlaylistOptions& playlist, const TrackFacts& facts,
                                       const FactorRows& vectors) {
  const double seconds = 60 * playlist.minutes;
  std::vector<Candidate> chosen;
  double filled = 0;
  Fill(known, seconds * playlist.known_share, &chosen, &filled);
  Fill(fresh, seconds - filled, &chosen, &filled);
  std::vector<Candidate> pool = playlist.known_share < 1 ? fresh : std::vector<Candidate>();
  if (playlist.known_share > 0) pool.insert(pool.end(), known.begin(), known.end());
  Fit(pool, seconds, &chosen);
  return InOrder(std::move(chosen), facts, vectors);
}

Result<std::vector<PlaylistTrack>> MakePlaylist(lake::Lake* lake, const std::string& user,
                                                const PlaylistOptions& playlist,
                                                const RecommendOptions& options) {
  CADENZA_ASSIGN(const ListenerView view, ViewListener(lake, user, options.source));
  RecommendOptions longer = options;
  longer.lists.top = std::max(kPool, options.lists.top);
  CADENZA_ASSIGN(longer.lists.is_allowed,
                 TracksFrom(&lake->engine(), view.listening.facts, options.lists.places));
  std::vector<Candidate> fresh;
  for (NamedRecommendation& one : ListOfView(view, longer)) {
    fresh.push_back(FreshCandidate(one.what.track, view.names, std::move(one.reason)));
  }
  const PlayMatrix liked = LikedPairs(view.listening.history, view.listening.history.All());
  const std::vector<Candidate> chosen =
      ArrangePlaylist(KnownCandidates(liked, 0, view.listening.facts, view.names), fresh, playlist,
                      view.listening.facts, Normalised(view.model.taste.tracks));
  if (chosen.empty()) {
    return MakeError(ErrorKind::kUsage, "no track fits into {} minutes for {}", playlist.minutes,
                     user);
  }
  std::vector<PlaylistTrack> made;
  double at = 0;
  for (const Candidate& one : chosen) {
    const TrackName& name = view.names[static_cast<size_t>(one.track)];
    made.push_back(
        {one.track, name.title, name.artist_name, one.reason, at, one.duration, one.is_known});
    at += one.duration;
  }
  return made;
}

}  // namespace cadenza::recommend
