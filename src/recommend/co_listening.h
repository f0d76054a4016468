#pragma once

#include <cstddef>

#include "recommend/play_matrix.h"

namespace cadenza::recommend {

/// How near tracks are through those who play both: rows and columns are the tracks, of each row
/// the `neighbours` greatest values. With P = R'R, where R has the pairs divided by the roots of
/// the sums of their row and column, it is the low pass 2P - P^2: what two steps from track to
/// track agree on, and single listeners' whims are taken off. `by_track` is the transposed matrix.
PlayMatrix LowPassNeighbours(const PlayMatrix& plays, const PlayMatrix& by_track, size_t neighbours,
                             size_t threads);

}  // namespace cadenza::recommend
