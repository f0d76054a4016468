#include "cli/table_edits.h"

#include <fmt/format.h>

#include "cli/maintenance_command.h"
#include "cli/message_text.h"

namespace cadenza::cli {

using nlohmann::json;

json TableEditsJson(const std::vector<maintenance::TableEdit>& edits) {
  json tables = json::object();
  for (const maintenance::TableEdit& edit : edits) {
    tables[edit.table] = {{"rows_removed", edit.rows_removed},
                          {"rows_changed", edit.rows_changed},
                          {"files_rewritten", edit.files_rewritten},
                          {"files_written", edit.files_written},
                          {"bytes_rewritten", edit.bytes_rewritten}};
  }
  return tables;
}

void PrintTableEdits(const std::vector<maintenance::TableEdit>& edits) {
  fmt::print("  {:<20} {:>10} {:>10} {:>16} {:>12}\n", "table", "rows", "changed",
             "files rewritten", "bytes");
  for (const maintenance::TableEdit& edit : edits) {
    fmt::print("  {:<20} {:>10} {:>10} {:>16} {:>12}\n", edit.table, edit.rows_removed,
               edit.rows_changed, edit.files_rewritten, Megabytes(edit.bytes_rewritten));
  }
  fmt::print("\n");
}

std::string HistoryAfterEdits(const std::vector<maintenance::TableEdit>& edits, const char* held,
                              bool is_delta) {
  if (edits.empty()) return "nothing to delete";
  if (!is_delta) return "replaced files are deleted; cadenza vacuum deletes the rest";
  return fmt::format(
      "earlier versions hold {} until cadenza vacuum deletes them, from 168 hours after this run "
      "(sooner with --retain and --allow-short-retention)",
      held);
}

}  // namespace cadenza::cli
