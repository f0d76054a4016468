#pragma once

#include <string>

#include "simulate/catalogue.h"
#include "simulate/file_sink.h"

namespace cadenza::simulate {

/// The catalogue's record of a song, one JSON object.
std::string SongRecord(const Catalogue& catalogue, const Song& song);

/// Writes the listed songs below song_data/: one file a record (song_data/A/B/C/TRABC….json), or
/// `songs_a_file` records a file, one a line (song_data/songs-00001.json).
Status WriteSongFiles(const Catalogue& catalogue, int songs_a_file, FileSink* sink);

}  // namespace cadenza::simulate
