#include "simulate/behaviour.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "simulate/hearing.h"

namespace cadenza::simulate {
namespace {

using enum Page;

// Bits of Listener::reactions, in the order in which they come.
constexpr Page kReactions[] = {kThumbsUp, kThumbsDown, kAddToPlaylist, kAddFriend, kRollAdvert};

int64_t Seconds(double seconds) {
  // Whole seconds, as in real logs; at most a quarter of a day.
  return static_cast<int64_t>(std::clamp(seconds, 0.0, 21'600.0)) * 1000;
}

void PlanSessionStart(const World& world, Listener* x) {
  x->starts_session = true;
  x->song_end_ms = 0;
  x->reactions = 0;
  if (x->auth == Auth::kLoggedOut) {
    x->page = x->dice.Chance(world.profile.starts_with_login) ? kLogin : kHome;
  } else {
    const double song = world.profile.starts_with_song[static_cast<size_t>(x->level)];
    x->page = x->dice.Chance(song) ? kNextSong : kHome;
  }
}

/// The start of the next session, which is the last one when the hazard falls due before it.
int64_t NextSession(const World& world, Listener* x, int64_t now_ms) {
  const double wait = x->dice.Exponential() / static_cast<double>(x->sessions_per_day);
  // A session of its own begins a second later at least.
  int64_t start = std::max(world.rhythm.After(now_ms, wait), now_ms + 1000);
  start = start / 1000 * 1000 + x->dice.Below(1000);
  const int64_t due = x->hazard.DueBefore(start, world.fading_a_day);
  if (due < start) {
    x->leaves = true;
    x->auth = Auth::kLoggedIn;
    // On the day that it falls due, at an hour at which people come.
    start = world.rhythm.After(world.rhythm.SomewhenOnDay(due, &x->dice), 0);
    start = std::max(start, now_ms + 1000);
  }
  PlanSessionStart(world, x);
  if (x->leaves) x->page = kHome;
  return start;
}

}  // namespace

int64_t Behaviour::FirstSession(const World& world, Listener* x) {
  return NextSession(world, x, world.options.start_ms);
}

bool Behaviour::Shown(Page page) const {
  return world_.options.feedback_pages ||
         std::ranges::find(kReactions, page) == std::end(kReactions);
}

void Behaviour::Begin(Listener* x, int64_t now_ms) const {
  x->hazard.AdvanceTo(now_ms, world_.fading_a_day);
  if (x->page != kNextSong) return;
  x->song = NextSong(world_.catalogue, charts_, x);
  ReactToSong(x, now_ms);
}

void Behaviour::ReactToSong(Listener* x, int64_t now_ms) const {
  const Profile& profile = world_.profile;
  const Song& song = world_.catalogue.songs()[x->song];
  const double affinity = LikingOf(world_.catalogue, *x, song);
  const bool bad = x->dice.Chance(profile.bad_song * (1 - affinity));
  const bool advert =
      x->level == Level::kFree && x->dice.Chance(static_cast<double>(x->advert_rate));
  if (bad) x->hazard.discontent += static_cast<double>(x->bad_song_weight);
  if (advert) x->hazard.discontent += static_cast<double>(x->advert_weight);
  if (bad || advert) {
    x->felt.AdvanceTo(now_ms, world_.fading_a_day);
    x->felt.bad_songs += bad ? 1 : 0;
    x->felt.adverts += advert ? 1 : 0;
  }
  x->song_end_ms = now_ms + Seconds(std::floor(song.duration));
  x->reactions = 0;
  if (!world_.options.feedback_pages) return;
  const bool reactions[] = {x->dice.Chance(profile.thumbs_up * affinity),
                            bad && x->dice.Chance(profile.thumbs_down_of_bad),
                            x->dice.Chance(profile.playlist * affinity),
                            x->dice.Chance(profile.friends), advert};
  for (size_t bit = 0; bit < std::size(reactions); ++bit) {
    if (reactions[bit]) x->reactions |= static_cast<uint8_t>(1U << bit);
  }
  if (bad && x->dice.Chance(profile.skips_of_bad)) {
    const double heard = x->dice.Between(5, 45);
    x->song_end_ms = std::min(x->song_end_ms, now_ms + Seconds(heard));
  }
}

int64_t Behaviour::Finish(Listener* x, int64_t now_ms) const {
  TakeEffect(x);
  if (x->page == kCancellationConfirmation) {
    x->cancelled_ms = now_ms;
    return kNever;
  }
  const std::optional<Page> next = NextPage(x, now_ms);
  if (!next) return EndSession(x, now_ms);
  const int64_t at = TimeOf(*next, x, now_ms);
  if (world_.rhythm.OutageAt(at)) return EndSession(x, now_ms);
  x->page = *next;
  return at;
}

void Behaviour::TakeEffect(Listener* x) const {
  switch (x->page) {
    case kSubmitUpgrade:
      x->level = Level::kPaid;
      break;
    case kSubmitDowngrade:
      x->level = Level::kFree;
      break;
    case kLogout:
      x->auth = Auth::kLoggedOut;
      break;
    case kLogin:
    case kSubmitRegistration:
      x->auth = Auth::kLoggedIn;
      break;
    case kCancel:
      x->auth = Auth::kCancelled;
      break;
    default:
      break;
  }
}

std::optional<Page> Behaviour::NextPage(Listener* x, int64_t now_ms) const {
  const Profile& profile = world_.profile;
  switch (x->page) {
    case kCancel:
      return kCancellationConfirmation;
    case kRegister:
      return kSubmitRegistration;
    case kLogin:
    case kLogout:
    case kSubmitRegistration:
      return kHome;
    case kUpgrade:
      if (x->dice.Chance(profile.submits_upgrade * static_cast<double>(x->upgrade_propensity))) {
        return kSubmitUpgrade;
      }
      break;
    case kDowngrade:
      if (x->dice.Chance(profile.submits_downgrade *
                         static_cast<double>(x->downgrade_propensity))) {
        return kSubmitDowngrade;
      }
      break;
    default:
      break;
  }
  if ((x->leaves || x->hazard.due()) && x->auth == Auth::kLoggedIn) return kCancel;
  if (x->reactions != 0 && x->song_end_ms > now_ms) {
    const int bit = std::countr_zero(static_cast<unsigned>(x->reactions));
    x->reactions &= static_cast<uint8_t>(x->reactions - 1);
    return kReactions[bit];
  }
  // A reaction leaves the listener where it was: at the song.
  const bool reacted =
      !Shown(kThumbsUp) ? false : std::ranges::find(kReactions, x->page) != std::end(kReactions);
  return world_.chain.Next(x->auth, x->level, reacted ? kNextSong : x->page, &x->dice);
}

int64_t Behaviour::TimeOf(Page next, Listener* x, int64_t now_ms) const {
  const Profile& profile = world_.profile;
  const int64_t left = x->song_end_ms - now_ms;
  if (next == kNextSong) {
    if (left > 0) return x->song_end_ms;
    return now_ms + Seconds(x->dice.LogNormal(profile.to_song[0], profile.to_song[1]));
  }
  if (std::ranges::find(kReactions, next) != std::end(kReactions)) {
    return now_ms +
           Seconds(x->dice.Uniform() * static_cast<double>(std::max<int64_t>(left, 0)) / 1000);
  }
  if (next == kHome) {
    return now_ms + Seconds(x->dice.LogNormal(profile.to_home[0], profile.to_home[1]));
  }
  if (x->dice.Chance(profile.at_once)) return now_ms + 1000;
  return now_ms + Seconds(x->dice.LogNormal(profile.to_other[0], profile.to_other[1]));
}

int64_t Behaviour::EndSession(Listener* x, int64_t now_ms) const {
  return NextSession(world_, x, std::max(now_ms, x->song_end_ms));
}

}  // namespace cadenza::simulate
