#pragma once

#include "simulate/catalogue.h"
#include "simulate/listener.h"
#include "simulate/world.h"

namespace cadenza::simulate {

/// How much a listener likes a song, from 0 to 1: by taste alone, or in a world of scenes also by
/// place and artist.
double LikingOf(const Catalogue& catalogue, const Listener& x, const Song& song);

/// The song that a listener hears next.
uint32_t NextSong(const Catalogue& catalogue, const Charts& charts, Listener* x);

/// Mean liking of a play in a world of scenes, as long as the charts are these.
double MeanLiking(const Catalogue& catalogue, const Charts& charts, const Listener& x);

/// Artists that a listener with this taste favours, in a world of scenes.
void ChooseFavourites(const Catalogue& catalogue, Listener* x, Dice* dice);

}  // namespace cadenza::simulate
