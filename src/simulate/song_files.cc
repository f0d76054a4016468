#include "simulate/song_files.h"

#include <algorithm>

#include "simulate/json_piece.h"

namespace cadenza::simulate {
namespace {

std::string OrNull(const std::optional<double>& value) {
  return value ? DecimalText(*value) : "null";
}

std::string TrackFile(int number) {
  const char letters[] = {static_cast<char>('A' + number % 2),
                          static_cast<char>('A' + number / 2 % 26),
                          static_cast<char>('A' + number / 52 % 26)};
  return fmt::format("song_data/{}/{}/{}/TR{}{}{}{:05X}128F42.json", letters[0], letters[1],
                     letters[2], letters[0], letters[1], letters[2], number);
}

}  // namespace

std::string SongRecord(const Catalogue& catalogue, const Song& song) {
  const Artist& artist = catalogue.artists()[song.artist];
  return fmt::format(
      R"({{"num_songs": 1, "artist_id": "{}", "artist_latitude": {}, "artist_longitude": {}, )"
      R"("artist_location": {}, "artist_name": {}, "song_id": "{}", "title": {}, "duration": {}, )"
      R"("year": {}}})",
      artist.id, OrNull(artist.latitude), OrNull(artist.longitude), Quoted(artist.location),
      Quoted(artist.name), song.id, Quoted(song.title), DecimalText(song.duration), song.year);
}

Status WriteSongFiles(const Catalogue& catalogue, int songs_a_file, FileSink* sink) {
  for (int first = 0; first < catalogue.listed(); first += songs_a_file) {
    const int end = std::min(first + songs_a_file, catalogue.listed());
    CADENZA_TRY(sink->Begin(
        songs_a_file == 1 ? TrackFile(first)
                          : fmt::format("song_data/songs-{:05}.json", first / songs_a_file + 1)));
    std::string text;
    for (int i = first; i < end; ++i) {
      if (i > first) text += '\n';
      text += SongRecord(catalogue, catalogue.songs()[static_cast<size_t>(i)]);
    }
    CADENZA_TRY(sink->Append(std::move(text)));
    CADENZA_TRY(sink->End());
  }
  return {};
}

}  // namespace cadenza::simulate
