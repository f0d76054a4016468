#include "query/spark_sql.h"

#include <algorithm>

#include "engine/arrow_rows.h"
#include "engine/spark/spark_engine.h"
#include "engine/sql_text.h"
#include "query/lake_tables.h"

namespace cadenza::query {
namespace {

constexpr const char* kRelation = "spark_rows";

/// A replacement of tokens, to be done from left to right.
struct Edit {
  size_t first, last;
  std::string text;
};

std::string DeltaSelect(const lake::TableState& state) {
  return "SELECT * FROM " + engine::ClusterTable(state.folder, state.version);
}

/// `silver.songplays` is `songplays` there: views of a session have no schema.
void TakeLayersOff(const engine::SqlText& sql, const lake::Lake& lake, std::vector<Edit>* edits) {
  for (size_t i = 0; i + 2 < sql.size(); ++i) {
    if (!sql.IsIdentifier(i) || !sql.IsSymbol(i + 1, ".") || !sql.IsIdentifier(i + 2)) continue;
    const lake::Model* model = lake.FindTable(sql.value(i + 2));
    if (!model || model->layer != sql.value(i)) continue;
    const bool taken =
        std::ranges::any_of(*edits, [i](const Edit& e) { return e.first <= i && i < e.last; });
    if (!taken) edits->push_back({i, i + 3, model->name});
  }
}

}  // namespace

Result<std::unique_ptr<SparkSql>> SparkSql::Open(const spark::ConnectionString& address,
                                                 engine::Engine* engine,
                                                 spark::SessionOptions options) {
  std::unique_ptr<SparkSql> opened(new SparkSql(engine));
  CADENZA_ASSIGN(opened->session_, spark::Session::Open(address, std::move(options)));
  return opened;
}

SparkSql::~SparkSql() {
  rows_.reset();
  session_.reset();
}

Status SparkSql::Start(const std::string& sql, lake::Lake* lake) {
  std::string bound = sql;
  if (lake) {
    CADENZA_ASSIGN(bound, BindTablesOf(sql, lake));
  }
  const engine::SqlText text(bound);
  bool shows = false;
  for (const char* word : {"show", "describe", "desc", "explain"}) shows |= text.IsWord(0, word);
  // The relation points at the rows of the query before.
  CADENZA_TRY(engine_->Drop(kRelation));
  rows_.reset();
  CADENZA_ASSIGN(rows_, shows ? session_->Show(bound) : session_->Query(bound));
  return Finish(engine::BindArrowStream(engine_, kRelation, rows_->arrow()));
}

Status SparkSql::Finish(const Status& read) {
  if (read.ok()) return {};
  return rows_->status().ok() ? read : rows_->status();
}

Result<std::string> SparkSql::BindTablesOf(const std::string& query, lake::Lake* lake) {
  engine::SqlText sql(query);
  std::vector<Edit> edits;
  CADENZA_ASSIGN(const std::vector<TimeTravel> travels, FindTimeTravel(sql));
  for (const TimeTravel& travel : travels) {
    CADENZA_ASSIGN(const lake::Model* model, FindTable(*lake, travel.table));
    CADENZA_ASSIGN(const lake::TableState state, StateAt(lake, *model, travel));
    const std::string alias = sql.IsAlias(travel.last) ? "" : " AS " + model->name;
    edits.push_back({travel.first, travel.last, "(" + DeltaSelect(state) + ")" + alias});
  }
  TakeLayersOff(sql, *lake, &edits);
  std::ranges::sort(edits, {}, &Edit::first);
  for (Edit& edit : edits) sql.Replace(edit.first, edit.last, std::move(edit.text));
  const bool all = sql.IsWord(0, "show");
  for (const lake::Model* model : lake->tables()) {
    if (!all && !sql.Mentions(model->name)) continue;
    CADENZA_ASSIGN(const lake::TableState state, lake->Load(*model));
    if (state.exists) CADENZA_TRY(BindView(*model, state));
  }
  return sql.Replaced();
}

Status SparkSql::BindView(const lake::Model& model, const lake::TableState& state) {
  if (state.version < 0) {
    return MakeError(ErrorKind::kUsage,
                     "--engine spark reads lakes of Delta tables; this one is plain Parquet: {}",
                     state.folder);
  }
  const auto known = versions_.find(model.name);
  if (known != versions_.end() && known->second == state.version) return {};
  CADENZA_TRY(
      engine::BindClusterTable(session_.get(), model.name, "*", state.folder, state.version));
  versions_[model.name] = state.version;
  return {};
}

}  // namespace cadenza::query
