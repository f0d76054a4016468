#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "simulate/dice.h"

namespace cadenza::simulate {

/// Draws numbers by weight with one random number and one look-up (Walker's alias method).
class AliasTable {
 public:
  AliasTable() = default;
  /// Not empty; at least one weight above 0.
  explicit AliasTable(std::span<const double> weights);
  uint32_t Draw(Dice* dice) const {
    const uint64_t drawn = dice->Next();
    const auto at = static_cast<uint32_t>(((drawn >> 32) * cells_.size()) >> 32);
    return static_cast<uint32_t>(drawn) < cells_[at].keep ? at : cells_[at].other;
  }

 private:
  struct Cell {
    uint32_t keep = UINT32_MAX;  ///< below: the cell's own number; 2^32 - 1 is as good as always
    uint32_t other = 0;
  };
  std::vector<Cell> cells_;
};

}  // namespace cadenza::simulate
