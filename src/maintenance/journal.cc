#include "maintenance/journal.h"

#include "base/clock.h"

namespace cadenza::maintenance {

Result<std::vector<engine::WrittenFile>> WriteTuples(lake::Lake* lake, const lake::Run& run,
                                                     const lake::Model& model,
                                                     const std::vector<std::string>& tuples) {
  std::string columns, casts;
  for (const lake::ModelColumn& column : model.columns) {
    const std::string name = engine::QuoteName(column.name);
    columns += (columns.empty() ? "" : ", ") + name;
    casts +=
        fmt::format("{}CAST({} AS {}) AS {}", casts.empty() ? "" : ", ", name, column.type, name);
  }
  return lake->engine().Write(run.Request(model, {},
                                          fmt::format("SELECT {} FROM (VALUES {}) AS rows_made({})",
                                                      casts, fmt::join(tuples, ", "), columns)));
}

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
                 WriteTuples(lake, *run, model, tuples));
  change.added.insert(change.added.end(), written.begin(), written.end());
  run->Stage(model, before, {}, std::move(change));
  return {};
}

}  // namespace cadenza::maintenance
