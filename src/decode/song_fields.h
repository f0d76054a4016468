#pragma once

#include "decode/object_reader.h"
#include "decode/song_decoder.h"

namespace cadenza::decode {

/// Puts a field into its column, null included. False if it has none or is of another type: then
/// the column is empty.
bool PutSongField(const JsonField& field, SongRow* row);

}  // namespace cadenza::decode
