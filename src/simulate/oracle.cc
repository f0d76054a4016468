#include "simulate/oracle.h"

#include <cmath>

#include "simulate/hearing.h"

namespace cadenza::simulate {
namespace {

using enum Page;

constexpr size_t kStates = size_t{2} * kPages;  // logged in, logged out
size_t StateOf(Auth auth, Page page) {
  return (auth == Auth::kLoggedIn ? 0 : kPages) + static_cast<size_t>(page);
}

/// Where one visit of a page leads, as far as the session goes on.
class Transitions {
 public:
  Transitions(const World& world, Level level) {
    for (const Auth auth : {Auth::kLoggedIn, Auth::kLoggedOut}) {
      for (int page = 0; page < kPages; ++page) Fill(world, level, auth, static_cast<Page>(page));
    }
  }
  using Visits = std::array<double, kStates>;
  Visits After(const Visits& visits) const {
    Visits next{};
    for (size_t from = 0; from < kStates; ++from) {
      if (visits[from] == 0) continue;
      for (size_t to = 0; to < kStates; ++to) next[to] += visits[from] * leads_[from][to];
    }
    return next;
  }

 private:
  void Fill(const World& world, Level level, Auth auth, Page from) {
    auto& row = leads_[StateOf(auth, from)];
    if (from == kLogin) {
      row[StateOf(Auth::kLoggedIn, kHome)] = 1;
      return;
    }
    if (from == kLogout) {
      row[StateOf(Auth::kLoggedOut, kHome)] = 1;
      return;
    }
    double submits = 0;
    if (from == kUpgrade) submits = world.profile.submits_upgrade;
    if (from == kDowngrade) submits = world.profile.submits_downgrade;
    if (submits > 0) {
      row[StateOf(auth, from == kUpgrade ? kSubmitUpgrade : kSubmitDowngrade)] = submits;
    }
    for (int to = 0; to < kPages; ++to) {
      row[StateOf(auth, static_cast<Page>(to))] +=
          (1 - submits) * world.chain.Probability(auth, level, from, static_cast<Page>(to));
    }
  }

  std::array<std::array<double, kStates>, kStates> leads_{};
};

double Ends(const Transitions::Visits& now, const Transitions::Visits& next, bool logged_out) {
  // What was there and did not go on, by the side of the door. Only the door's steps change sides.
  double sum = 0;
  for (size_t state = 0; state < kStates; ++state) {
    if ((state >= kPages) == logged_out) sum += now[state] - next[state];
  }
  const double out = now[StateOf(Auth::kLoggedIn, kLogout)];
  const double in = now[StateOf(Auth::kLoggedOut, kLogin)];
  return sum + (logged_out ? out - in : in - out);
}

/// A log-normal's mean, cut off as the behaviour does.
double MeanSeconds(const std::array<double, 2>& gap) {
  return gap[0] * std::exp(gap[1] * gap[1] / 2);
}

constexpr int kOracleDraws = 128;

/// What sessions that each add an exponential amount of mean `added` take from staying until
/// `days` from now: the integral of a_day * m / (1 + m), m = added * (1 - exp(-fading * t)) /
/// fading.
double FutureLoss(double a_day, double added, double fading, double days) {
  const double most = added / fading;
  if (most <= 0) return 0;
  const double felt = fading * days - std::log1p(-most * std::expm1(-fading * days)) / most;
  return a_day / fading * most / (1 + most) * felt;
}

}  // namespace

Oracle::Oracle(const World& world)
    : world_(world), charts_(world.catalogue, world.options.start_ms) {
  double seconds = 0;
  double weight = 0;
  for (const Song& song : world.catalogue.songs()) {
    seconds += song.popularity * std::floor(song.duration);
    weight += song.popularity;
  }
  song_days_ = seconds / weight / 86'400;
  for (const Level level : {Level::kFree, Level::kPaid}) {
    sessions_[static_cast<size_t>(level)] = ExpectedSession(level);
  }
  DrawDrives();
}

void Oracle::DrawDrives() {
  const Profile& profile = world_.profile;
  Dice dice(1, Dice::Use::kListenerMaking, UINT32_MAX);  // of no listener
  for (int draw = 0; draw < kOracleDraws; ++draw) {
    // Personas by their shares, evenly.
    double share = (draw + 0.5) / kOracleDraws;
    const Persona* persona = &Personas().back();
    for (const Persona& each : Personas()) {
      if (share < each.share) {
        persona = &each;
        break;
      }
      share -= each.share;
    }
    drives_.push_back(
        {.base = persona->hazard_factor * dice.LogNormal(profile.base_hazard, profile.hazard_sigma),
         .advert_weight = dice.LogNormal(profile.advert_weight, kWeightSigma),
         .bad_song_weight = dice.LogNormal(profile.bad_song_weight, kWeightSigma)});
  }
}

Oracle::Session Oracle::ExpectedSession(Level level) const {
  const Profile& profile = world_.profile;
  const Transitions transitions(world_, level);
  using Visits = Transitions::Visits;
  // One session from either side of the door, and on which side it ends.
  std::array<Visits, 2> visits{};
  std::array<double, 2> ends_out{};
  for (const bool out : {false, true}) {
    Visits now{};
    if (out) {
      now[StateOf(Auth::kLoggedOut, kLogin)] = profile.starts_with_login;
      now[StateOf(Auth::kLoggedOut, kHome)] = 1 - profile.starts_with_login;
    } else {
      const double song = profile.starts_with_song[static_cast<size_t>(level)];
      now[StateOf(Auth::kLoggedIn, kNextSong)] = song;
      now[StateOf(Auth::kLoggedIn, kHome)] = 1 - song;
    }
    for (double left = 1; left > 1e-9;) {
      const Visits next = transitions.After(now);
      left = 0;
      for (size_t state = 0; state < kStates; ++state) {
        visits[out][state] += now[state];
        left += next[state];
      }
      ends_out[out] += Ends(now, next, true);
      now = next;
    }
  }
  // A session starts on the side on which the one before ended.
  const double starts_out = ends_out[0] / (1 + ends_out[0] - ends_out[1]);
  const auto mean = [&](Page page) {
    const size_t in = StateOf(Auth::kLoggedIn, page);
    return (1 - starts_out) * visits[0][in] + starts_out * visits[1][in];
  };
  Session session;
  session.plays = mean(kNextSong);
  session.upgrade_visits = mean(kUpgrade);
  session.downgrade_visits = mean(kDowngrade);
  session.days = session.plays * song_days_ + MeanSeconds(profile.to_song) / 86'400;
  return session;
}

double Oracle::SessionsADay(const Listener& x, Level level) const {
  return 1 / (1 / static_cast<double>(x.sessions_per_day) + session(level).days);
}

double Oracle::BadSongShare(const Listener& x) const {
  if (world_.options.has_scenes) {
    return world_.profile.bad_song * (1 - MeanLiking(world_.catalogue, charts_, x));
  }
  const auto explores = static_cast<double>(x.exploration);
  double bad = 0;
  for (int style = 0; style < kStyles; ++style) {
    const double weight = x.taste.Weight(style);
    const double share = charts_.style_shares()[static_cast<size_t>(style)];
    const double played = explores * share + (1 - explores) * weight / 255;
    bad += played * (1 - weight / x.taste_max);
  }
  return bad * world_.profile.bad_song;
}

ExpectedDiscontent::Sessions Oracle::SessionsOf(const Listener& x, Level level) const {
  double a_play = BadSongShare(x) * static_cast<double>(x.bad_song_weight);
  if (level == Level::kFree) {
    a_play += static_cast<double>(x.advert_rate) * static_cast<double>(x.advert_weight);
  }
  return {.a_day = SessionsADay(x, level), .added_by_each = session(level).plays * a_play};
}

double Oracle::ChangesADay(const Listener& x, Level from) const {
  const Profile& profile = world_.profile;
  const Session& usual = session(from);
  const double a_session = from == Level::kFree
                               ? usual.upgrade_visits * profile.submits_upgrade *
                                     static_cast<double>(x.upgrade_propensity)
                               : usual.downgrade_visits * profile.submits_downgrade *
                                     static_cast<double>(x.downgrade_propensity);
  return SessionsADay(x, from) * a_session;
}

double Oracle::LeavesWithin(const Listener& x, int64_t now_ms, double days) const {
  Hazard hazard = x.hazard;
  hazard.AdvanceTo(now_ms, world_.fading_a_day);
  const Level other = x.level == Level::kFree ? Level::kPaid : Level::kFree;
  const ExpectedDiscontent expected = {.now = SessionsOf(x, x.level),
                                       .other = SessionsOf(x, other),
                                       .leaves_level_a_day = ChangesADay(x, x.level),
                                       .returns_to_level_a_day = ChangesADay(x, other)};
  return ProbabilityToLeave(hazard, expected, world_.fading_a_day, days);
}

double Oracle::LeavesAsFarAsSeen(const Listener& x, int64_t now_ms, double days) const {
  const double fading = world_.fading_a_day;
  Felt felt = x.felt;
  felt.AdvanceTo(now_ms, fading);
  const Level other = x.level == Level::kFree ? Level::kPaid : Level::kFree;
  const double leaves = ChangesADay(x, x.level), returns = ChangesADay(x, other);
  // The part of these days that the listener spends in the other level, in the mean.
  const double changes = leaves + returns;
  const double elsewhere =
      changes > 0 ? leaves / changes * (1 + std::expm1(-changes * days) / (changes * days)) : 0;
  const double bad_share = BadSongShare(x);
  const auto loss = [&](Level level, const Drives& drives) {
    double a_play = bad_share * drives.bad_song_weight;
    if (level == Level::kFree) a_play += static_cast<double>(x.advert_rate) * drives.advert_weight;
    return FutureLoss(SessionsADay(x, level), session(level).plays * a_play, fading, days);
  };
  const double lasting = -std::expm1(-fading * days) / fading;
  double there = 0, left = 0;
  for (const Drives& drives : drives_) {
    const auto weighed = [&](float adverts, float bad_songs) {
      return drives.advert_weight * static_cast<double>(adverts) +
             drives.bad_song_weight * static_cast<double>(bad_songs);
    };
    const double stayed = std::exp(-drives.base * static_cast<double>(felt.days) -
                                   weighed(felt.adverts_sum, felt.bad_songs_sum));
    const double ahead = drives.base * days + weighed(felt.adverts, felt.bad_songs) * lasting +
                         (1 - elsewhere) * loss(x.level, drives) + elsewhere * loss(other, drives);
    there += stayed;
    left -= stayed * std::expm1(-ahead);
  }
  return there > 0 ? left / there : 0;
}

}  // namespace cadenza::simulate
