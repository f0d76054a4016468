#include "ingest/ledger.h"

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

namespace cadenza::ingest {
namespace {

constexpr const char* kSelect =
    "SELECT _file, source, run, stored_bytes, modified_ms, good_bytes, duplicate_bytes, "
    "quarantined_bytes, blank_bytes, bom_bytes, good_lines, duplicate_lines, quarantined_lines, "
    "blank_lines, ts_unit FROM ledger_before";

int64_t Number(const std::optional<std::string>& text) {
  return text ? std::strtoll(text->c_str(), nullptr, 10) : 0;
}

LedgerEntry EntryOf(const std::vector<std::optional<std::string>>& row) {
  LedgerEntry entry;
  entry.file = row[0].value_or("");
  entry.source = row[1] == "songs" ? Source::kSongs : Source::kLogs;
  entry.run = Number(row[2]);
  entry.stored_bytes = Number(row[3]);
  entry.modified_ms = Number(row[4]);
  entry.counts.good_bytes = Number(row[5]);
  entry.duplicate_bytes = Number(row[6]);
  entry.counts.quarantined_bytes = Number(row[7]);
  entry.counts.blank_bytes = Number(row[8]);
  entry.counts.bom_bytes = Number(row[9]);
  entry.counts.good_lines = Number(row[10]);
  entry.duplicate_lines = Number(row[11]);
  entry.counts.quarantined_lines = Number(row[12]);
  entry.counts.blank_lines = Number(row[13]);
  entry.ts_unit = row[14].value_or("");
  return entry;
}

}  // namespace

std::string_view SourceName(Source source) { return source == Source::kLogs ? "logs" : "songs"; }

void LedgerEntry::MoveToDuplicates(int64_t lines, int64_t bytes) {
  counts.good_lines -= lines;
  counts.good_bytes -= bytes;
  duplicate_lines += lines;
  duplicate_bytes += bytes;
}

std::string LedgerEntry::ToJson() const {
  const auto is_plain = [](char c) { return c >= ' ' && c < 127 && c != '"' && c != '\\'; };
  const std::string name =
      std::ranges::all_of(file, is_plain)
          ? fmt::format("\"{}\"", file)
          : nlohmann::json(file).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return fmt::format(
      R"({{"_file":{},"source":"{}","run":{},"stored_bytes":{},"modified_ms":{},"size_bytes":{},)"
      R"("good_bytes":{},"duplicate_bytes":{},"quarantined_bytes":{},"blank_bytes":{},)"
      R"("bom_bytes":{},"good_lines":{},"duplicate_lines":{},"quarantined_lines":{},)"
      R"("blank_lines":{}{}}})",
      name, SourceName(source), run, stored_bytes, modified_ms, size_bytes(), counts.good_bytes,
      duplicate_bytes, counts.quarantined_bytes, counts.blank_bytes, counts.bom_bytes,
      counts.good_lines, duplicate_lines, counts.quarantined_lines, counts.blank_lines,
      ts_unit.empty() ? "" : fmt::format(R"(,"ts_unit":"{}")", ts_unit));
}

Result<Ledger> Ledger::Read(lake::Lake& lake) {
  Ledger ledger;
  CADENZA_ASSIGN(const lake::TableState state, lake.Load(*lake::FindModel("ledger")));
  if (!state.exists) return ledger;
  engine::Engine& engine = lake.engine().here();
  CADENZA_TRY(engine.BindFiles("ledger_before", state.Relation()));
  CADENZA_ASSIGN(const engine::RowSet rows, engine.Query(kSelect));
  for (const auto& row : rows.rows) {
    LedgerEntry entry = EntryOf(row);
    Known& known = ledger.files(entry.source)[entry.file];
    known.entry = std::move(entry);
  }
  return ledger;
}

const LedgerEntry* Ledger::Find(Source source, const std::string& file) const {
  const auto found = files(source).find(file);
  return found == files(source).end() ? nullptr : &found->second.entry;
}

std::vector<const LedgerEntry*> Ledger::All() const {
  return Sorted([](const Known&) { return true; });
}

std::vector<const LedgerEntry*> Ledger::Added() const {
  return Sorted([](const Known& known) { return known.is_added; });
}

bool Ledger::Knows(Source source, const std::string& file, int64_t stored_bytes,
                   int64_t modified_ms) const {
  const LedgerEntry* entry = Find(source, file);
  return entry && entry->stored_bytes == stored_bytes && entry->modified_ms == modified_ms;
}

void Ledger::Put(LedgerEntry entry) {
  const auto [at, is_new] = files(entry.source).try_emplace(entry.file);
  if (is_new) {
    at->second.is_added = true;
  } else {
    has_replacements_ = true;
  }
  at->second.entry = std::move(entry);
}

void Ledger::MoveToDuplicates(Source source, const std::string& file, int64_t lines,
                              int64_t bytes) {
  const auto found = files(source).find(file);
  if (found == files(source).end() || lines == 0) return;
  found->second.entry.MoveToDuplicates(lines, bytes);
  if (!found->second.is_added) has_replacements_ = true;
}

std::vector<const LedgerEntry*> Ledger::Sorted(
    const std::function<bool(const Known&)>& is_wanted) const {
  std::vector<const LedgerEntry*> list;
  for (const Files& of_source : files_) {
    const size_t begin = list.size();
    for (const auto& [file, known] : of_source) {
      if (is_wanted(known)) list.push_back(&known.entry);
    }
    std::ranges::sort(list.begin() + static_cast<ptrdiff_t>(begin), list.end(), {},
                      &LedgerEntry::file);
  }
  return list;
}

}  // namespace cadenza::ingest
