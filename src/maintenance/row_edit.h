#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "lake/lake.h"
#include "lake/run.h"
#include "maintenance/journal.h"
#include "maintenance/rewrite.h"

namespace cadenza::maintenance {

/// Which rows of a table are to go, or to be changed.
struct RowRule {
  const lake::Model* model;
  std::string told;                         ///< SQL condition: such rows
  std::vector<ColumnExpression> instead{};  ///< what takes the place of columns; empty: rows go
  std::string gone = "false";               ///< SQL condition: of rows to be changed, those that go
};

struct TableEdit {
  std::string table;
  int64_t rows_removed = 0;
  int64_t rows_changed = 0;
  int64_t files_rewritten = 0;
  int64_t files_written = 0;
  int64_t bytes_rewritten = 0;
};

/// Removes or changes rows of tables: only the files that hold such rows are written anew, each in
/// its partition, and the rows that come out are counted against those that went in.
class RowEditor {
 public:
  /// Without a run nothing is written: the edits say what would be.
  RowEditor(lake::Lake* lake, lake::Run* run, Journal* journal)
      : lake_(lake), run_(run), journal_(journal) {}

  std::function<void(const std::string& table)> on_table;

  /// Stages the change in the run; nullopt where no row is meant.
  Result<std::optional<TableEdit>> Edit(const RowRule& rule);

 private:
  Status Rewrite(const RowRule& rule, const lake::TableState& state,
                 const std::vector<const delta::AddFile*>& files, int64_t gone,
                 lake::TableChange* change);
  void Stage(const lake::TableState& state, lake::TableChange change, TableEdit* edit);

  lake::Lake* lake_;
  lake::Run* run_;
  Journal* journal_;
};

}  // namespace cadenza::maintenance
