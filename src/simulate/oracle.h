#pragma once

#include <array>
#include <vector>

#include "simulate/listener.h"
#include "simulate/world.h"

namespace cadenza::simulate {

/// Knows what drives every listener, and so the probability that it leaves: the best that a model
/// can hope for. Nearly exact: what a future session adds to the discontent is taken to be
/// exponential with the right mean, its times to follow no rhythm, and its songs the charts of the
/// first day. tests/test_simulate_truth.py holds it against what happened.
class Oracle {
 public:
  explicit Oracle(const World& world);

  /// P(the listener's cancellation is confirmed within `days` from now), seen at `now_ms`, which is
  /// not before the listener's last event.
  double LeavesWithin(const Listener& x, int64_t now_ms, double days) const;
  /// The same for who sees all adverts and bad songs that the listener felt, and how often it
  /// comes, but knows of its base rate and of the weights of what it felt only the laws by which
  /// they are drawn, and that it is still there. No log tells more: the best that a model of logs
  /// can reach. The laws are drawn from at the same points for every listener.
  double LeavesAsFarAsSeen(const Listener& x, int64_t now_ms, double days) const;

  struct Session {
    double plays = 0;
    double upgrade_visits = 0, downgrade_visits = 0;
    double days = 0;  ///< how long it takes
  };
  /// What a session has in the mean, by level.
  const Session& session(Level level) const { return sessions_[static_cast<size_t>(level)]; }

 private:
  Session ExpectedSession(Level level) const;
  double SessionsADay(const Listener& x, Level level) const;
  double BadSongShare(const Listener& x) const;
  ExpectedDiscontent::Sessions SessionsOf(const Listener& x, Level level) const;
  double ChangesADay(const Listener& x, Level from) const;
  void DrawDrives();

  const World& world_;
  Charts charts_;         ///< of the first day
  double song_days_ = 0;  ///< mean length of a play
  std::array<Session, 2> sessions_;
  /// What drives a listener, as the laws have it.
  struct Drives {
    double base = 0, advert_weight = 0, bad_song_weight = 0;
  };
  std::vector<Drives> drives_;
};

}  // namespace cadenza::simulate
