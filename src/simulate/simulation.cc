#include "simulate/simulation.h"

#include <algorithm>
#include <bit>
#include <numeric>

#include "simulate/behaviour.h"
#include "simulate/population.h"

namespace cadenza::simulate {
namespace {

constexpr int64_t kChartDays = 7;
constexpr int64_t kEventsAPart = 16'384;
// A session of this hour is known by its number within its block until all blocks have counted.
constexpr uint32_t kNumberInBlock = uint32_t{1} << 31;

bool ArrivesLater(const Event& a, const Event& b) {
  if (a.arrival_ms != b.arrival_ms) return a.arrival_ms > b.arrival_ms;
  return a.listener != b.listener ? a.listener > b.listener : a.ts_ms > b.ts_ms;
}

}  // namespace

int64_t Hour::events() const {
  return std::accumulate(parts.begin(), parts.end(), int64_t{0}, [](int64_t sum, const auto& part) {
    return sum + static_cast<int64_t>(part.size());
  });
}

/// A run of listeners that live one after the other, on one thread at a time.
struct Block {
  uint32_t first = 0, end = 0;
  uint32_t sessions = 0;               ///< that began in this hour
  uint32_t sessions_before = 0;        ///< number of the first of them
  std::vector<uint32_t> just_started;  ///< listeners with a session of this hour
  std::vector<std::vector<Event>> parts;
  std::vector<Event> delayed;  ///< to later hours; a heap, the earliest arrival first
};

struct Simulation::State {
  State(const World& its_world, const Faults& its_faults, Workers* its_workers)
      : world(its_world), faults(its_faults), workers(its_workers) {}

  void MakeListeners();
  void Live(Block* block);
  void Sort(int part, std::vector<Event>* sorted) const;
  void SettleSessions(Block* block);

  size_t PartOf(int64_t arrival_ms) const {
    return static_cast<size_t>((arrival_ms - now_ms) * parts / kHourMs);
  }
  void Arrive(const Event& event, Block* block) const;
  void ReleaseDelayed(Block* block) const;

  const World& world;
  const Faults& faults;
  Workers* workers;
  std::vector<Listener> listeners;
  std::vector<int64_t> next_ms;
  std::vector<Block> blocks;
  std::unique_ptr<Charts> charts;
  int64_t now_ms = 0;
  int64_t parts = 1;
  uint32_t sessions = 1;
};

Simulation::Simulation(const World& world, const Faults& faults, Workers* workers)
    : state_(std::make_unique<State>(world, faults, workers)) {
  state_->now_ms = world.options.start_ms;
  state_->MakeListeners();
}

Simulation::~Simulation() = default;

std::span<const Listener> Simulation::listeners() const { return state_->listeners; }
int64_t Simulation::now_ms() const { return state_->now_ms; }

void Simulation::State::MakeListeners() {
  const uint32_t count = world.listeners();
  listeners.resize(count);
  next_ms.resize(count);
  // Depends on the number of listeners only: session numbers go by blocks.
  const uint32_t size = std::clamp(std::bit_ceil(count / 64 + 1), 64U, 8192U);
  for (uint32_t first = 0; first < count; first += size) {
    Block block;
    block.first = first;
    block.end = std::min(first + size, count);
    blocks.push_back(std::move(block));
  }
  workers->Run(static_cast<int>(blocks.size()), [&](int b) {
    const Block& block = blocks[static_cast<size_t>(b)];
    for (uint32_t i = block.first; i < block.end; ++i) {
      listeners[i] = MakeListener(world, i, &next_ms[i]);
    }
  });
}

void Simulation::State::Live(Block* block) {
  const Behaviour behaviour(world, *charts);
  const int64_t end = now_ms + kHourMs;
  block->sessions = 0;
  block->just_started.clear();
  block->parts.resize(static_cast<size_t>(parts));
  for (auto& part : block->parts) part.clear();
  ReleaseDelayed(block);
  for (uint32_t i = block->first; i < block->end; ++i) {
    if (next_ms[i] >= end) continue;
    Listener& x = listeners[i];
    int64_t at = next_ms[i];
    while (at < end) {
      if (x.starts_session) {
        x.starts_session = false;
        x.item = 0;
        ++x.sessions;
        x.session = kNumberInBlock | block->sessions++;
        block->just_started.push_back(i);
      }
      behaviour.Begin(&x, at);
      if (behaviour.Shown(x.page)) {
        Event event;
        event.ts_ms = at + int64_t{x.clock_skew_seconds} * 1000;
        event.arrival_ms = at;
        event.listener = i;
        if (x.page == Page::kNextSong) event.song = x.song;
        event.session = x.session;
        event.item = x.item++;
        event.page = x.page;
        event.auth = x.auth;
        event.level = x.level;
        Arrive(event, block);
      }
      at = behaviour.Finish(&x, at);
    }
    next_ms[i] = at;
  }
}

void Simulation::State::Arrive(const Event& event, Block* block) const {
  if (faults.options().delays()) {
    Event later = event;
    // What has not arrived by the end arrives with the last.
    later.arrival_ms =
        std::min(event.arrival_ms + faults.DelayMs(event), world.options.end_ms() - 1);
    if (later.arrival_ms >= now_ms + kHourMs) {
      block->delayed.push_back(later);
      std::push_heap(block->delayed.begin(), block->delayed.end(), ArrivesLater);
      return;
    }
    block->parts[PartOf(later.arrival_ms)].push_back(later);
    return;
  }
  block->parts[PartOf(event.arrival_ms)].push_back(event);
}

void Simulation::State::ReleaseDelayed(Block* block) const {
  std::vector<Event>& delayed = block->delayed;
  while (!delayed.empty() && delayed.front().arrival_ms < now_ms + kHourMs) {
    std::pop_heap(delayed.begin(), delayed.end(), ArrivesLater);
    block->parts[PartOf(delayed.back().arrival_ms)].push_back(delayed.back());
    delayed.pop_back();
  }
}

void Simulation::State::Sort(int part, std::vector<Event>* sorted) const {
  const auto p = static_cast<size_t>(part);
  // Blocks, and the events in them, are in the order of listeners: so the place breaks ties.
  std::vector<uint64_t> order;
  std::vector<Event> events;
  for (const Block& block : blocks) {
    for (Event event : block.parts[p]) {
      if (event.session >= kNumberInBlock) {
        event.session = block.sessions_before + (event.session - kNumberInBlock);
      }
      order.push_back(static_cast<uint64_t>(event.arrival_ms - now_ms) << 32 | events.size());
      events.push_back(event);
    }
  }
  std::sort(order.begin(), order.end());
  sorted->clear();
  sorted->reserve(events.size());
  for (const uint64_t key : order) sorted->push_back(events[static_cast<uint32_t>(key)]);
}

void Simulation::State::SettleSessions(Block* block) {
  for (Event& event : block->delayed) {
    if (event.session < kNumberInBlock) continue;
    event.session = block->sessions_before + (event.session - kNumberInBlock);
  }
  for (const uint32_t i : block->just_started) {
    if (listeners[i].session < kNumberInBlock) continue;
    listeners[i].session = block->sessions_before + (listeners[i].session - kNumberInBlock);
  }
}

bool Simulation::Next(Hour* hour) {
  State& state = *state_;
  const WorldOptions& options = state.world.options;
  if (state.now_ms >= options.end_ms()) return false;
  if ((state.now_ms - options.start_ms) % (kChartDays * kDayMs) == 0) {
    state.charts = std::make_unique<Charts>(state.world.catalogue, state.now_ms);
  }
  const auto blocks = static_cast<int>(state.blocks.size());
  state.workers->Run(blocks, [&](int b) { state.Live(&state.blocks[static_cast<size_t>(b)]); });
  for (Block& block : state.blocks) {
    block.sessions_before = state.sessions;
    state.sessions += block.sessions;
  }
  hour->start_ms = state.now_ms;
  hour->parts.resize(static_cast<size_t>(state.parts));
  state.workers->Run(static_cast<int>(state.parts),
                     [&](int part) { state.Sort(part, &hour->parts[static_cast<size_t>(part)]); });
  state.workers->Run(blocks,
                     [&](int b) { state.SettleSessions(&state.blocks[static_cast<size_t>(b)]); });
  state.parts = std::clamp<int64_t>(hour->events() / kEventsAPart + 1, 1, 1024);
  state.now_ms += kHourMs;
  return true;
}

}  // namespace cadenza::simulate
