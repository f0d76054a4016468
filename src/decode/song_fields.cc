#include "decode/song_fields.h"

#include <limits>

namespace cadenza::decode {
namespace {

bool Put(const JsonField& field, std::optional<std::string>* column) {
  column->reset();
  if (field.kind == JsonKind::kString) column->emplace(field.text);
  return field.kind == JsonKind::kString || field.kind == JsonKind::kNull;
}

bool Put(const JsonField& field, std::optional<double>* column) {
  column->reset();
  if (field.kind == JsonKind::kNumber) *column = ToDouble(field.number);
  return column->has_value() || field.kind == JsonKind::kNull;
}

bool Put(const JsonField& field, std::optional<int64_t>* column) {
  column->reset();
  if (field.kind == JsonKind::kNumber) *column = ToInt64(field.number);
  return column->has_value() || field.kind == JsonKind::kNull;
}

bool Put(const JsonField& field, std::optional<int32_t>* column) {
  column->reset();
  std::optional<int64_t> value;
  if (!Put(field, &value)) return false;
  if (!value) return true;
  if (*value < std::numeric_limits<int32_t>::min() ||
      *value > std::numeric_limits<int32_t>::max()) {
    return false;
  }
  *column = static_cast<int32_t>(*value);
  return true;
}

}  // namespace

bool PutSongField(const JsonField& field, SongRow* row) {
  if (field.key == "num_songs") return Put(field, &row->num_songs);
  if (field.key == "artist_id") return Put(field, &row->artist_id);
  if (field.key == "artist_latitude") return Put(field, &row->artist_latitude);
  if (field.key == "artist_longitude") return Put(field, &row->artist_longitude);
  if (field.key == "artist_location") return Put(field, &row->artist_location);
  if (field.key == "artist_name") return Put(field, &row->artist_name);
  if (field.key == "song_id") return Put(field, &row->song_id);
  if (field.key == "title") return Put(field, &row->title);
  if (field.key == "duration") return Put(field, &row->duration);
  if (field.key == "year") return Put(field, &row->year);
  return false;
}

}  // namespace cadenza::decode
