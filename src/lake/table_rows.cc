#include "lake/table_rows.h"

#include <nlohmann/json.hpp>

#include "lake/made_rows.h"

namespace cadenza::lake {

std::string TypedRows(const Model& model, const std::string& relation) {
  std::string columns;
  for (const ModelColumn& column : model.columns) {
    columns +=
        fmt::format("{}CAST({} AS {}) AS {}", columns.empty() ? "" : ", ",
                    engine::QuoteName(column.name), column.type, engine::QuoteName(column.name));
  }
  return fmt::format("SELECT {} FROM {}", columns, relation);
}

Result<std::vector<engine::WrittenFile>> WriteTuples(Lake* lake, const Run& run, const Model& model,
                                                     const std::vector<std::string>& tuples) {
  const std::string rows = fmt::format("(VALUES {}) AS rows_made({})", fmt::join(tuples, ", "),
                                       engine::NameList(model.engine_columns()));
  return lake->engine().Write(run.Request(model, {}, TypedRows(model, rows)));
}

Status StageMadeRows(Lake* lake, Run* run, const std::string& table,
                     const std::vector<nlohmann::json>& rows) {
  const Model& model = *FindModel(table);
  CADENZA_ASSIGN(const TableState before, lake->Load(model));
  TableChange change;
  if (!rows.empty()) {
    engine::Engine& here = lake->engine().here();
    CADENZA_ASSIGN(const std::unique_ptr<MadeRows> made, MadeRows::Make());
    for (const nlohmann::json& row : rows) made->Add(row);
    CADENZA_TRY(made->Load(&here, "rows_made", model.engine_columns()));
    CADENZA_ASSIGN(change.added, here.Write(run->Request(model, {}, "SELECT * FROM rows_made")));
  }
  run->Stage(model, before, {}, std::move(change));
  return {};
}

Status StageAnew(Lake* lake, Run* run, const Model& model, const std::string& select,
                 TableChange change) {
  CADENZA_ASSIGN(const TableState before, lake->Load(model));
  change.remove_all = before.exists && !before.files.empty();
  CADENZA_ASSIGN(const engine::RowSet rows,
                 lake->engine().Query("SELECT count(*) FROM (" + select + "\n) AS rows_anew"));
  if (rows.Number() > 0) {
    CADENZA_ASSIGN(change.added, lake->engine().Write(run->Request(model, {}, select)));
  }
  if (!change.remove_all) change.operation = "WRITE";
  run->Stage(model, before, {}, std::move(change));
  return {};
}

Result<bool> DifferFromTable(engine::Engine* engine, const std::string& select,
                             const TableState& table) {
  CADENZA_TRY(engine->BindFiles("table_before", table.Relation()));
  CADENZA_ASSIGN(
      const engine::RowSet differences,
      engine->Query(fmt::format(
          "SELECT (SELECT count(*) FROM ({0} EXCEPT ALL SELECT * FROM table_before) AS a)"
          " + (SELECT count(*) FROM (SELECT * FROM table_before EXCEPT ALL {0}) AS b)",
          select)));
  return differences.Number() != 0;
}

}  // namespace cadenza::lake
