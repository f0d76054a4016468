#include "simulate/figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace cadenza::simulate {
namespace {

constexpr int kDraws = 200;

using Listeners = std::span<const ListenerFigures>;
/// How often each listener was drawn.
using Draw = std::vector<int>;
using Figure = std::function<void(const ListenerFigures&, std::vector<double>*)>;

/// All values, sorted.
std::vector<double> Values(Listeners listeners, const Draw& draw, const Figure& figure) {
  std::vector<double> values;
  for (size_t i = 0; i < listeners.size(); ++i) {
    for (int again = 0; again < draw[i]; ++again) figure(listeners[i], &values);
  }
  std::ranges::sort(values);
  return values;
}

double KolmogorovSmirnov(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.empty() || b.empty()) return 1;
  double most = 0;
  size_t i = 0;
  size_t j = 0;
  while (i < a.size() && j < b.size()) {
    const double value = std::min(a[i], b[j]);
    while (i < a.size() && a[i] <= value) ++i;
    while (j < b.size() && b[j] <= value) ++j;
    most = std::max(most, std::abs(static_cast<double>(i) / static_cast<double>(a.size()) -
                                   static_cast<double>(j) / static_cast<double>(b.size())));
  }
  return most;
}

/// Sums by label, as shares of the whole. The figure adds to them.
std::vector<double> Shares(Listeners listeners, const Draw& draw, const Figure& figure,
                           size_t labels) {
  std::vector<double> sums(labels, 0);
  std::vector<double> own;
  for (size_t i = 0; i < listeners.size(); ++i) {
    if (draw[i] == 0) continue;
    own.assign(labels, 0);
    figure(listeners[i], &own);
    for (size_t label = 0; label < labels; ++label) sums[label] += own[label] * draw[i];
  }
  const double all = std::accumulate(sums.begin(), sums.end(), 0.0);
  for (double& sum : sums) sum /= std::max(all, 1.0);
  return sums;
}

double TotalVariation(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += std::abs(a[i] - b[i]);
  return sum / 2;
}

void SetSpread(std::vector<double> distances, Comparison* comparison) {
  std::ranges::sort(distances);
  comparison->spread_median = distances[distances.size() / 2];
  comparison->spread_95 = distances[distances.size() * 95 / 100];
}

std::vector<Draw> DrawAgain(size_t listeners) {
  std::vector<Draw> draws;
  for (int i = 0; i < kDraws; ++i) {
    Dice dice(1, Dice::Use::kBootstrap, static_cast<uint64_t>(i));
    Draw draw(listeners, 0);
    for (size_t n = 0; n < listeners; ++n) ++draw[dice.Below(static_cast<uint32_t>(listeners))];
    draws.push_back(std::move(draw));
  }
  return draws;
}

/// The two logs, and the draws of the real one.
class Pair {
 public:
  Pair(const LogFigures& real, const LogFigures& made)
      : real_(real.listeners()),
        made_(made.listeners()),
        once_real_(real_.size(), 1),
        once_made_(made_.size(), 1),
        draws_(DrawAgain(real_.size())) {}

  Comparison OfValues(std::string name, std::string title, std::optional<double> limit,
                      const Figure& figure) const {
    Comparison found;
    found.name = std::move(name);
    found.title = std::move(title);
    found.limit = limit;
    found.real = Values(real_, once_real_, figure);
    found.made = Values(made_, once_made_, figure);
    found.distance = KolmogorovSmirnov(found.real, found.made);
    std::vector<double> distances;
    for (const Draw& draw : draws_) {
      distances.push_back(KolmogorovSmirnov(found.real, Values(real_, draw, figure)));
    }
    SetSpread(std::move(distances), &found);
    return found;
  }

  Comparison OfShares(std::string name, std::string title, double limit,
                      std::vector<std::string> labels, const Figure& figure) const {
    Comparison found;
    found.name = std::move(name);
    found.title = std::move(title);
    found.of_shares = true;
    found.limit = limit;
    found.real = Shares(real_, once_real_, figure, labels.size());
    found.made = Shares(made_, once_made_, figure, labels.size());
    found.distance = TotalVariation(found.real, found.made);
    std::vector<double> distances;
    for (const Draw& draw : draws_) {
      distances.push_back(TotalVariation(found.real, Shares(real_, draw, figure, labels.size())));
    }
    SetSpread(std::move(distances), &found);
    found.labels = std::move(labels);
    return found;
  }

 private:
  Listeners real_, made_;
  Draw once_real_, once_made_;
  std::vector<Draw> draws_;
};

template <class Counts>
void AddTo(const Counts& counts, std::vector<double>* sums) {
  for (size_t i = 0; i < sums->size(); ++i) (*sums)[i] += static_cast<double>(counts[i]);
}

size_t PageNumber(std::string_view name) {
  const auto found = std::ranges::find(kPageFacts, name, &PageFacts::name);
  return static_cast<size_t>(found - kPageFacts.begin());
}

}  // namespace

void LogFigures::Add(size_t key, bool member, int64_t session, int64_t ts_ms, std::string_view page,
                     std::string_view level, std::optional<double> length) {
  if (key >= listeners_.size()) {
    listeners_.resize(key + 1);
    open_.resize(key + 1);
  }
  ListenerFigures& x = listeners_[key];
  Open& open = open_[key];
  x.member = member;
  ++x.events;
  if (open.session != session) {
    open = {.session = session, .start_ms = ts_ms};
    x.session_events.push_back(0);
    x.session_minutes.push_back(0);
  }
  ++x.session_events.back();
  x.session_minutes.back() = static_cast<double>(ts_ms - open.start_ms) / 60'000;
  if (length) x.song_lengths.push_back(*length);
  const int64_t in_day = (ts_ms % kDayMs + kDayMs) % kDayMs;
  ++x.hours[static_cast<size_t>(in_day / kHourMs)];
  ++x.pages[PageNumber(page)];
  ++x.levels[level == kLevelNames[1] ? 1 : 0];
}

void LogFigures::Add(const Hour& hour, const World& world) {
  for (const auto& part : hour.parts) {
    for (const Event& event : part) {
      const bool member = event.auth == Auth::kLoggedIn || event.auth == Auth::kCancelled;
      std::optional<double> length;
      if (event.song != kNoSong) length = world.catalogue.songs()[event.song].duration;
      Add(size_t{event.listener} * 2 + (member ? 0 : 1), member, event.session, event.ts_ms,
          FactsOf(event.page).name, kLevelNames[static_cast<size_t>(event.level)], length);
    }
  }
}

int64_t LogFigures::events() const {
  int64_t sum = 0;
  for (const ListenerFigures& x : listeners_) sum += x.events;
  return sum;
}

std::vector<Comparison> Compare(const LogFigures& real, const LogFigures& made) {
  constexpr double kMostKs = 0.08;
  constexpr double kMostTv = 0.05;
  const Pair logs(real, made);
  const auto of_members = [](auto member) {
    return [member](const ListenerFigures& x, std::vector<double>* values) {
      if (!x.member) return;
      const std::vector<double>& own = x.*member;
      values->insert(values->end(), own.begin(), own.end());
    };
  };
  std::vector<std::string> hours;
  for (int hour = 0; hour < 24; ++hour) hours.push_back(fmt::format("{:02}", hour));
  std::vector<std::string> pages;
  for (const PageFacts& page : kPageFacts) pages.emplace_back(page.name);
  pages.emplace_back("other");

  std::vector<Comparison> found;
  found.push_back(logs.OfValues("events_per_user", "events per user", kMostKs,
                                [](const ListenerFigures& x, std::vector<double>* values) {
                                  if (x.member && x.events > 0)
                                    values->push_back(static_cast<double>(x.events));
                                }));
  found.push_back(logs.OfValues("session_events", "session length, events", kMostKs,
                                of_members(&ListenerFigures::session_events)));
  found.push_back(logs.OfValues("session_minutes", "session length, minutes", kMostKs,
                                of_members(&ListenerFigures::session_minutes)));
  found.push_back(logs.OfValues("song_length", "song length, seconds", kMostKs,
                                of_members(&ListenerFigures::song_lengths)));
  found.push_back(logs.OfShares(
      "page", "page", kMostTv, std::move(pages),
      [](const ListenerFigures& x, std::vector<double>* sums) { AddTo(x.pages, sums); }));
  found.push_back(logs.OfShares(
      "hour", "hour of day, UTC", kMostTv, std::move(hours),
      [](const ListenerFigures& x, std::vector<double>* sums) { AddTo(x.hours, sums); }));
  found.push_back(logs.OfShares(
      "level", "level", kMostTv, {"free", "paid"},
      [](const ListenerFigures& x, std::vector<double>* sums) { AddTo(x.levels, sums); }));
  return found;
}

}  // namespace cadenza::simulate
