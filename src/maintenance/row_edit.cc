#include "maintenance/row_edit.h"

#include <map>

namespace cadenza::maintenance {
namespace {

constexpr const char* kPath = "_file_of_row";

/// Files that are written anew together, and how many of their rows go.
struct Part {
  std::vector<const delta::AddFile*> files;
  int64_t gone = 0;
};

/// SQL condition: rows that do not stay.
std::string Gone(const RowRule& rule) {
  if (rule.instead.empty()) return "(" + rule.told + ")";
  return "((" + rule.told + ") AND (" + rule.gone + "))";
}

}  // namespace

Result<std::optional<TableEdit>> RowEditor::Edit(const RowRule& rule) {
  CADENZA_ASSIGN(const lake::TableState state, lake_->Load(*rule.model));
  if (state.files.empty()) return std::optional<TableEdit>();
  if (on_table) on_table(rule.model->name);
  engine::FileRelation relation = state.Relation();
  relation.path_column = kPath;
  CADENZA_TRY(lake_->engine().BindFiles("rows_to_judge", relation));
  CADENZA_ASSIGN(
      const engine::RowSet told,
      lake_->engine().Query(fmt::format(
          "SELECT {0}, count(*), count(*) FILTER ({2}) FROM rows_to_judge WHERE {1} GROUP BY {0}",
          kPath, rule.told, Gone(rule))));
  if (told.rows.empty()) return std::optional<TableEdit>();
  TableEdit edit;
  edit.table = rule.model->name;
  const bool moves = MovesRows(state, rule.instead);
  using Values = std::map<std::string, std::optional<std::string>>;
  std::map<Values, Part> parts;
  for (size_t r = 0; r < told.rows.size(); ++r) {
    const auto found = state.files.find(told.Text(r, 0));
    if (found == state.files.end()) {
      return MakeError(ErrorKind::kInternal, "a row of {} stands in no file of it: {}", state.name,
                       told.Text(r, 0));
    }
    const delta::AddFile& file = found->second;
    Part& part = parts[moves ? Values() : file.partition_values];
    part.files.push_back(&file);
    part.gone += told.Number(r, 2);
    edit.rows_removed += told.Number(r, 2);
    edit.rows_changed += told.Number(r, 1) - told.Number(r, 2);
    ++edit.files_rewritten;
    edit.bytes_rewritten += file.size_bytes;
  }
  if (run_) {
    lake::TableChange change;
    for (const auto& [values, part] : parts) {
      CADENZA_TRY(Rewrite(rule, state, part.files, part.gone, &change));
    }
    Stage(state, std::move(change), &edit);
  }
  return std::optional<TableEdit>(std::move(edit));
}

Status RowEditor::Rewrite(const RowRule& rule, const lake::TableState& state,
                          const std::vector<const delta::AddFile*>& files, int64_t gone,
                          lake::TableChange* change) {
  int64_t rows = -gone;
  for (const delta::AddFile* file : files) rows += lake::RowsOf(*file);
  if (rows == 0) {
    for (const delta::AddFile* file : files) change->removed.push_back(file->path);
    return {};
  }
  RowsWanted wanted;
  if (gone > 0) wanted.where = Gone(rule) + " IS NOT TRUE";
  for (const auto& [column, expression] : rule.instead) {
    wanted.instead.emplace_back(column, fmt::format("CASE WHEN {} THEN {} ELSE {} END", rule.told,
                                                    expression, engine::QuoteName(column)));
  }
  CADENZA_ASSIGN(const int64_t written, RewriteFiles(lake_, *run_, state, files, wanted, change));
  if (written == rows) return {};
  return MakeError(ErrorKind::kInternal, "{} rows of {} were to stay, and {} did", rows, state.name,
                   written);
}

void RowEditor::Stage(const lake::TableState& state, lake::TableChange change, TableEdit* edit) {
  edit->files_written = static_cast<int64_t>(change.added.size());
  int64_t bytes_added = 0;
  for (const engine::WrittenFile& file : change.added) bytes_added += file.size_bytes;
  journal_->Add({.table = state.name,
                 .rows_removed = edit->rows_removed,
                 .files_removed = edit->files_rewritten,
                 .files_added = edit->files_written,
                 .bytes_removed = edit->bytes_rewritten,
                 .bytes_added = bytes_added});
  change.operation = edit->rows_changed == 0 ? "DELETE" : "UPDATE";
  change.wants_checkpoint = true;
  run_->Stage(*lake_->FindTable(state.name), state, state.partition_columns, std::move(change));
}

}  // namespace cadenza::maintenance
