#include "simulate/scene_truth.h"

#include <map>
#include <string>

#include "simulate/cities.h"
#include "simulate/line_writer.h"
#include "simulate/table_file.h"
#include "simulate/table_row.h"

namespace cadenza::simulate {
namespace {

using parquet::Type;

std::string IdOf(size_t listener) {
  return std::to_string(LineWriter::UserId(static_cast<uint32_t>(listener)));
}

void PutCity(size_t number, TableRow* row) {
  const City& city = Cities()[number];
  row->Text(city.name).Double(city.latitude).Double(city.longitude);
}

Status WriteArtists(const Catalogue& catalogue, FileSink* sink) {
  TableFile artists("truth_artists",
                    {{"artist_id", Type::kText},
                     {"style", Type::kInt32},
                     {"place", Type::kText},
                     {"latitude", Type::kDouble},
                     {"longitude", Type::kDouble}},
                    sink);
  for (const Artist& artist : catalogue.artists()) {
    TableRow row(&artists);
    row.Text(artist.id).Int(artist.style);
    PutCity(static_cast<size_t>(artist.city), &row);
    CADENZA_TRY(row.End());
  }
  return artists.EndFile();
}

Status WriteHomes(std::span<const Listener> listeners, FileSink* sink) {
  TableFile homes("truth_homes",
                  {{"user_id", Type::kText},
                   {"place", Type::kText},
                   {"latitude", Type::kDouble},
                   {"longitude", Type::kDouble},
                   {"openness", Type::kDouble}},
                  sink);
  for (size_t i = 0; i < listeners.size(); ++i) {
    TableRow row(&homes);
    row.Text(IdOf(i));
    PutCity(listeners[i].place, &row);
    CADENZA_TRY(row.Double(static_cast<double>(listeners[i].openness)).End());
  }
  return homes.EndFile();
}

Status WriteFavourites(const World& world, std::span<const Listener> listeners, FileSink* sink) {
  TableFile table("truth_favourites",
                  {{"user_id", Type::kText}, {"artist_id", Type::kText}, {"share", Type::kDouble}},
                  sink);
  for (size_t i = 0; i < listeners.size(); ++i) {
    const auto& favourites = listeners[i].favourites;
    std::map<uint32_t, int> times;  // where there are few artists, one may be there twice
    for (const uint32_t artist : favourites) ++times[artist];
    for (const auto& [artist, count] : times) {
      CADENZA_TRY(TableRow(&table)
                      .Text(IdOf(i))
                      .Text(world.catalogue.artists()[artist].id)
                      .Double(count / static_cast<double>(favourites.size()))
                      .End());
    }
  }
  return table.EndFile();
}

}  // namespace

Status WriteSceneTruth(const World& world, std::span<const Listener> listeners, FileSink* sink) {
  CADENZA_TRY(WriteArtists(world.catalogue, sink));
  CADENZA_TRY(WriteHomes(listeners, sink));
  return WriteFavourites(world, listeners, sink);
}

}  // namespace cadenza::simulate
