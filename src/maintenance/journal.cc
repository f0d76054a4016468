#include "maintenance/journal.h"

#include "base/clock.h"
#include "lake/table_rows.h"

namespace cadenza::maintenance {

Status Journal::Stage(lake::Lake* lake, lake::Run* run, lake::TableChange change) const {
  if (entries_.empty()) return {};
  const lake::Model& model = *lake::FindModel("maintenance");
  CADENZA_ASSIGN(const lake::TableState before, lake->Load(model));
  const int64_t now_ms = NowMs();
  std::vector<std::string> tuples;
  for (const JournalEntry& entry : entries_) {
    tuples.push_back(fmt::format(
        "({}, {}, {}, timestamp_millis({}), {}, {}, {}, {}, {})", run->number(),
        engine::QuoteText(command_), engine::QuoteText(entry.table), now_ms, entry.rows_removed,
        entry.files_removed, entry.files_added, entry.bytes_removed, entry.bytes_added));
  }
  change.keeps_rows = false;
  CADENZA_ASSIGN(const std::vector<engine::WrittenFile> written,
                 lake::WriteTuples(lake, *run, model, tuples));
  change.added.insert(change.added.end(), written.begin(), written.end());
  run->Stage(model, before, {}, std::move(change));
  return {};
}

}  // namespace cadenza::maintenance
