#include "decode/song_decoder.h"

#include <limits>
#include <utility>

#include "decode/json_scan.h"
#include "decode/object_reader.h"
#include "decode/rescued_fields.h"
#include "decode/song_fields.h"
#include "decode/song_records.h"
#include "decode/structural_index.h"

namespace cadenza::decode {

struct SongDecoder::State {
  void Decode(const SongRecord& record, SongRow* row);
  bool Read(std::string_view text, SongRow* row);

  StructuralIndex index;
  ObjectReader object;
  RescuedFields rescued;
};

SongDecoder::SongDecoder() : state_(std::make_unique<State>()) {}
SongDecoder::~SongDecoder() = default;

/// False if the text is not one JSON object.
bool SongDecoder::State::Read(std::string_view text, SongRow* row) {
  if (!index.Build(text)) return false;
  object.BeginBlock(text.size());
  object.SetText(text, index.positions());
  if (!object.Open(0, text.size())) return false;
  rescued.Clear();
  JsonField field;
  while (object.Next(&field)) {
    if (PutSongField(field, row)) {
      if (!rescued.empty()) rescued.Remove(field.key);
    } else {
      rescued.Set(field.key, field.raw);
    }
  }
  if (!object.Close()) return false;
  rescued.AppendTo(&row->rescued);
  return true;
}

void SongDecoder::State::Decode(const SongRecord& record, SongRow* row) {
  row->reason = record.reason;
  row->detail = record.detail;
  if (row->reason == Reason::kNone && !Read(record.text, row)) {
    *row = SongRow();
    Diagnosis diagnosis = Diagnose(record.text);
    row->reason = diagnosis.reason == Reason::kNone ? Reason::kMalformed : diagnosis.reason;
    row->detail = std::move(diagnosis.detail);
  }
  if (row->reason == Reason::kNone && (!row->song_id || row->song_id->empty())) {
    *row = SongRow();
    row->reason = Reason::kMissingKey;
    row->detail = "song_id is absent or empty";
  }
  row->offset = static_cast<int64_t>(record.begin);
  row->length_bytes = static_cast<int64_t>(record.size_bytes);
  row->lines = record.lines;
  row->line = record.text;
}

void SongDecoder::Decode(std::string_view bytes, const BlockLimits& limits, LineCounts* counts,
                         std::vector<SongRow>* rows) {
  SongRecords records(bytes, limits.line_bytes_max);
  counts->bom_bytes += static_cast<int64_t>(records.bom_bytes());
  SongRecord record;
  while (records.Next(&record)) {
    if (record.blank) {
      counts->Count(LineClass::kBlank, static_cast<int64_t>(record.size_bytes), record.lines);
      continue;
    }
    SongRow& row = rows->emplace_back();
    state_->Decode(record, &row);
    counts->Count(row.reason == Reason::kNone ? LineClass::kGood : LineClass::kQuarantined,
                  row.length_bytes, row.lines);
  }
}

}  // namespace cadenza::decode
