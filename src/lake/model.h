#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.h"

namespace cadenza::lake {

enum class ModelKind {
  kTable,      ///< a table of the lake, from its SELECT
  kWritten,    ///< a table of the lake that the program itself writes
  kView,       ///< a name for a SELECT
  kTemporary,  ///< rows that other models of the same run need
  kAudit,      ///< a query that returns no rows when the data is sound
};

/// How a table follows its inputs from run to run.
enum class Refresh {
  kNone,
  kAppended,   ///< new rows are appended; days in which rows were resolved anew are written anew
  kMonths,     ///< new rows are appended; months with changed inputs are written anew
  kWhole,      ///< computed again, or from the new events alone where these are the latest
  kCatalogue,  ///< computed again when the catalogue changed
};

struct ModelColumn {
  std::string name;
  std::string type;
  std::string comment;
};

/// A column, and the one of another table that it refers to.
struct ModelReference {
  std::string column;
  engine::ColumnOf target;
};

/// One .sql file of models/: a table, a view or an audit, with the contract of its header comment.
struct Model {
  std::string name;
  std::string layer;  ///< bronze, silver, gold, ops; audits
  std::string summary;
  std::string grain;
  ModelKind kind = ModelKind::kTable;
  Refresh refresh = Refresh::kNone;
  /// The command that computes or writes it; of a table of the program without job: etl, and kpi in
  /// gold. Empty: a step, or several do.
  std::string job;
  std::string job_option;  ///< the flag without which the job leaves it alone, if there is one
  std::vector<std::string> partition_columns;
  std::vector<ModelColumn> columns;
  std::string audited_table;  ///< of an audit
  /// The key of a table; of an audit of uniqueness that of what it audits, so that the engine may
  /// answer without the query.
  std::vector<std::string> unique_columns;
  /// Columns of a table that have only values of another table's key, or NULL.
  std::vector<ModelReference> references;
  /// Of an audit that a column of its table has only values of another table's: the column and the
  /// other one, likewise.
  std::string value_column;
  engine::ColumnOf within;
  bool is_warning = false;  ///< an audit that does not fail the run
  std::string select;       ///< without the header
  size_t select_line = 1;   ///< of the text, where the select begins
  /// Of a model of a user's own, as the lake keeps it: its file, and those of its audits. Empty: of
  /// another.
  std::string text;
  std::vector<std::string> audit_texts = {};
  /// A SELECT that gives these rows, but equal ones more than once: an engine may have its own way
  /// to leave those out. Empty: there is none.
  std::string with_copies;

  bool is_own() const { return !text.empty(); }
  bool is_table() const { return kind == ModelKind::kTable || kind == ModelKind::kWritten; }
  bool has_column(std::string_view column) const;
  /// The one that was most likely meant by the name; empty: none is near.
  std::string NearestColumn(std::string_view name) const;
  std::vector<engine::Column> engine_columns() const;
};

/// All models that the program carries, ordered by layer and name. Parsed once.
const std::vector<Model>& Models();
/// nullptr when there is none of that name.
const Model* FindModel(std::string_view name);
/// The tables of silver that follow what they read in this way, by name: none of them reads another
/// of silver.
std::vector<std::string> TablesThatFollow(Refresh refresh);
/// The tables of gold that a job makes, by name.
std::vector<std::string> TablesOfJob(std::string_view job);
/// Those that it makes unasked: of kTable those that are a SELECT, of kWritten those that it writes
/// itself.
std::vector<std::string> TablesOfJob(std::string_view job, ModelKind kind);

/// The grammar of a header, one `-- ` line each:
///   <name>: <summary>
///   grain: ... | partition: a, b | kind: view|temporary|written
///   refresh: appended|months|whole|catalogue | job: <command> [<flag without which it does not>]
///   rows: distinct, of one column: those of the SELECT, each once
///   table: <audited> | severity: warning | unique: a, b | within: a in other.b
///   references: a in other.b, once for each column
///   columns: [free text], then lines of `  <column> <TYPE>: <comment>`
/// Other comment lines are remarks. kInput names the line at fault and its number.
Result<Model> ParseModel(std::string_view layer, std::string_view text);

/// kInput for a table from a SELECT whose header does not say how it follows what it reads
/// (refresh:) or which job sees to that (job:).
Status CheckFollows(const Model& model);

}  // namespace cadenza::lake
