#pragma once

#include <optional>

#include "simulate/catalogue.h"
#include "simulate/listener.h"
#include "simulate/world.h"

namespace cadenza::simulate {

/// What a listener does next, step by step. Has no state of its own: all of it is the listener's.
class Behaviour {
 public:
  Behaviour(const World& world, const Charts& charts) : world_(world), charts_(charts) {}

  /// When a new listener's first session starts.
  static int64_t FirstSession(const World& world, Listener* x);
  /// Whether a log of this world has the page.
  bool Shown(Page page) const;
  /// Before the event at `now_ms` is written: chooses the song of a play.
  void Begin(Listener* x, int64_t now_ms) const;
  /// After it: what follows from it. The time of the next event; kNever when the listener has left.
  int64_t Finish(Listener* x, int64_t now_ms) const;

 private:
  void ReactToSong(Listener* x, int64_t now_ms) const;
  void TakeEffect(Listener* x) const;
  std::optional<Page> NextPage(Listener* x, int64_t now_ms) const;
  int64_t TimeOf(Page next, Listener* x, int64_t now_ms) const;
  int64_t EndSession(Listener* x, int64_t now_ms) const;

  const World& world_;
  const Charts& charts_;
};

}  // namespace cadenza::simulate
