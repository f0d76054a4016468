#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "simulate/page.h"
#include "simulate/simulation.h"

namespace cadenza::simulate {

/// What a log says of one listener, as far as logs are compared. The events of a visitor without
/// id are a "listener" that is no member.
struct ListenerFigures {
  bool member = true;
  int64_t events = 0;
  std::vector<double> session_events;
  std::vector<double> session_minutes;
  std::vector<double> song_lengths;  ///< of each play
  std::array<int64_t, 24> hours{};
  std::array<int64_t, kPages + 1> pages{};  ///< the last: pages that are not known
  std::array<int64_t, 2> levels{};
};

/// Adds up a log, event by event; the events of a session in the order of time.
class LogFigures {
 public:
  /// Events of one key are one listener's.
  void Add(size_t key, bool member, int64_t session, int64_t ts_ms, std::string_view page,
           std::string_view level, std::optional<double> length);
  /// What the simulation makes.
  void Add(const Hour& hour, const World& world);

  std::span<const ListenerFigures> listeners() const { return listeners_; }
  int64_t events() const;

 private:
  struct Open {
    int64_t session = -1;
    int64_t start_ms = 0;
  };
  std::vector<ListenerFigures> listeners_;
  std::vector<Open> open_;
};

/// One figure of two logs side by side.
struct Comparison {
  std::string name;        ///< events_per_user
  std::string title;       ///< for people
  bool of_shares = false;  ///< total variation of shares, else Kolmogorov–Smirnov
  double distance = 0;
  std::optional<double> limit;
  /// How far the real log is from itself when its listeners are drawn again, with replacement:
  /// what nobody could be nearer than. Median, and what 95 % of the draws stay below.
  double spread_median = 0, spread_95 = 0;
  /// For drawing: sorted values, or shares by label.
  std::vector<double> real, made;
  std::vector<std::string> labels;
};

std::vector<Comparison> Compare(const LogFigures& real, const LogFigures& made);

}  // namespace cadenza::simulate
