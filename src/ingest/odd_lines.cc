#include "ingest/odd_lines.h"

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "lake/made_rows.h"

namespace cadenza::ingest {
namespace {

constexpr int64_t kLinesAtOnce = 10'000;

std::string FromHex(std::string_view hex) {
  std::string bytes;
  bytes.reserve(hex.size() / 2);
  const auto digit = [](char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; };
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(digit(hex[i]) * 16 + digit(hex[i + 1]));
  }
  return bytes;
}

}  // namespace

/// Tells of bad lines where they stood. The scratch files' own counts are nobody's.
class OddLines::Observer final : public engine::ScanObserver {
 public:
  explicit Observer(OddLines* lines) : lines_(lines) {}
  void OnCounts(size_t, const decode::LineCounts&) override {}
  void OnQuarantined(size_t piece, decode::QuarantinedLine line) override {
    const std::vector<Place>& places = lines_->pieces_[piece].places;
    const auto place = std::ranges::lower_bound(places, line.offset, {}, &Place::at);
    if (place == places.end()) return;
    line.offset = place->offset;
    lines_->Refuse(place->file, std::move(line));
  }
  bool WantsKeys() const override { return false; }
  void OnKeys(std::span<const engine::KeyMark>) override {}
  void OnProgress(int64_t) override {}

 private:
  OddLines* lines_;
};

void OddLines::Refuse(size_t file, decode::QuarantinedLine line) {
  decode::LineCounts counts;
  counts.Count(decode::LineClass::kQuarantined, line.length_bytes);
  findings_->OnCounts(file, counts);
  findings_->OnQuarantined(file, std::move(line));
}

Status OddLines::Take(size_t file, int64_t offset, int64_t length, const std::string& line) {
  const decode::TimeUnit unit = logs_.units[file];
  const bool has_end = length > static_cast<int64_t>(line.size());
  size_t number = pieces_.size();
  // The end of a file may be no line end, which the decoder has to see.
  if (has_end) number = open_.try_emplace(unit, number).first->second;
  if (number == pieces_.size()) {
    pieces_.push_back({unit, {}, 1});
    // A blank line first: what stands at the beginning of a file could be a byte order mark.
    written_[number].open(PathOf(number), std::ios::binary);
    written_[number] << '\n';
  }
  Piece& piece = pieces_[number];
  piece.places.push_back({piece.size_bytes, file, offset});
  std::ofstream& out = written_.at(number);
  out.write(line.data(), static_cast<std::streamsize>(line.size()));
  if (has_end) out << '\n';
  piece.size_bytes += length;
  if (!has_end) out.close();
  if (out.good()) return {};
  return MakeError(ErrorKind::kIo, "cannot write {}", PathOf(number));
}

Status OddLines::WritePieces(const std::string& lines) {
  const std::string numbered = "odd_lines_numbered";
  CADENZA_TRY(here_->Materialize(
      numbered,
      fmt::format("SELECT *, row_number() OVER (ORDER BY file, _offset) AS number FROM {}",
                  lines)));
  for (int64_t done = 0;; done += kLinesAtOnce) {
    CADENZA_ASSIGN(
        const engine::RowSet rows,
        here_->Query(fmt::format("SELECT file, _offset, _length, is_oversized, hex(line) FROM {} "
                                 "WHERE number > {} AND number <= {} ORDER BY number",
                                 numbered, done, done + kLinesAtOnce)));
    if (rows.rows.empty()) break;
    for (size_t r = 0; r < rows.rows.size(); ++r) {
      const auto file = static_cast<size_t>(rows.Number(r, 0));
      const std::string line = FromHex(rows.Text(r, 4));
      if (rows.Text(r, 3) == "true") {
        Refuse(file,
               decode::MakeOversized(rows.Number(r, 1), rows.Number(r, 2), line, logs_.limits));
      } else {
        CADENZA_TRY(Take(file, rows.Number(r, 1), rows.Number(r, 2), line));
      }
    }
  }
  for (auto& [piece, out] : written_) {
    if (!out.is_open()) continue;
    out.close();
    if (!out.good()) return MakeError(ErrorKind::kIo, "cannot write {}", PathOf(piece));
  }
  return here_->Drop(numbered);
}

Status OddLines::LoadPlaces() {
  CADENZA_ASSIGN(const std::unique_ptr<lake::MadeRows> rows, lake::MadeRows::Make());
  for (size_t p = 0; p < pieces_.size(); ++p) {
    for (const Place& place : pieces_[p].places) {
      rows->Add({{"piece", PathOf(p)},
                 {"at", place.at},
                 {"file", place.file},
                 {"name", logs_.files[place.file].name},
                 {"offset", place.offset}});
    }
  }
  return rows->Load(here_, "odd_places",
                    {{"piece", "VARCHAR"},
                     {"at", "BIGINT"},
                     {"file", "BIGINT"},
                     {"name", "VARCHAR"},
                     {"offset", "BIGINT"}});
}

Status OddLines::Scan() {
  engine::EventScan scan;
  scan.limits = logs_.limits;
  for (size_t p = 0; p < pieces_.size(); ++p) {
    SourceFile file;
    file.name = file.container = PathOf(p);
    file.size_bytes = pieces_[p].size_bytes;
    scan.files.push_back(std::move(file));
    scan.units.push_back(pieces_[p].unit);
  }
  Observer observer(this);
  scan.observer = &observer;
  CADENZA_TRY(LoadPlaces());
  CADENZA_TRY(here_->BindEventScan("odd_scan", &scan));
  std::string columns;
  for (const decode::ColumnSpec& column : decode::kEventColumns) {
    columns += fmt::format("s.{}, ", column.name);
  }
  CADENZA_TRY(here_->Materialize(
      "odd_events",
      fmt::format("SELECT {}s.event_time, s.event_date, s._rescued, p.name AS _file, p.\"offset\" "
                  "AS _offset, s._length, p.file FROM odd_scan AS s JOIN odd_places AS p "
                  "ON p.piece = s._file AND p.at = s._offset",
                  columns)));
  CADENZA_TRY(here_->Drop("odd_scan"));
  return here_->Drop("odd_places");
}

Status OddLines::Decode(const std::string& lines) {
  CADENZA_ASSIGN(scratch_, ScratchFolder::Make("cadenza-odd-"));
  CADENZA_TRY(WritePieces(lines));
  CADENZA_TRY(Scan());
  CADENZA_ASSIGN(const engine::RowSet good,
                 here_->Query("SELECT file, count(*), sum(_length) FROM odd_events GROUP BY file"));
  for (size_t r = 0; r < good.rows.size(); ++r) {
    decode::LineCounts counts;
    counts.Count(decode::LineClass::kGood, good.Number(r, 2), good.Number(r, 1));
    findings_->OnCounts(static_cast<size_t>(good.Number(r, 0)), counts);
  }
  return here_->BindQuery("event_lines", "SELECT * FROM odd_events");
}

}  // namespace cadenza::ingest
