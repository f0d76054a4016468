#pragma once

#include <span>

#include "simulate/file_sink.h"
#include "simulate/listener.h"
#include "simulate/world.h"

namespace cadenza::simulate {

/// What only a world of scenes has, as Parquet tables of the truth: truth_artists, truth_homes,
/// truth_favourites. With truth_users, truth_taste and truth_songs expected plays and liking of any
/// listener and song follow (docs/SIMULATOR.md).
Status WriteSceneTruth(const World& world, std::span<const Listener> listeners, FileSink* sink);

}  // namespace cadenza::simulate
