#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "simulate/dice.h"
#include "simulate/profile.h"

namespace cadenza::simulate {

/// The Markov chain of pages, one for each state of auth and level, ready to be drawn from.
class Chain {
 public:
  explicit Chain(const Profile& profile);

  /// The page after `from`, or nothing: the session ends.
  std::optional<Page> Next(Auth auth, Level level, Page from, Dice* dice) const {
    const Row& row = RowOf(auth, level, from);
    const auto drawn = static_cast<uint32_t>(dice->Next() >> 32);
    for (int i = 0; i < row.steps; ++i) {
      if (drawn < row.until[static_cast<size_t>(i)]) return row.to[static_cast<size_t>(i)];
    }
    return std::nullopt;
  }
  double Probability(Auth auth, Level level, Page from, Page to) const;

 private:
  static constexpr size_t kMaxSteps = 10;
  struct Row {
    int steps = 0;
    std::array<uint32_t, kMaxSteps> until{};
    std::array<Page, kMaxSteps> to{};
  };
  const Row& RowOf(Auth auth, Level level, Page from) const {
    return rows_[(static_cast<size_t>(auth == Auth::kLoggedIn ? 0 : 1) * 2 +
                  static_cast<size_t>(level)) *
                     kPages +
                 static_cast<size_t>(from)];
  }

  std::array<Row, size_t{4} * kPages> rows_{};
};

}  // namespace cadenza::simulate
