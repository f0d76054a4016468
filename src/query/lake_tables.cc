#include "query/lake_tables.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <set>

#include "base/nearest_name.h"
#include "lake/metric_sql.h"
#include "query/foreign_tables.h"
#include "query/time_travel.h"

namespace cadenza::query {
namespace {

constexpr auto kTablesOfKpi = std::to_array<std::string_view>(
    {"customer_days", "customer_engagement", "kpi_window", "paid_spans"});

/// True when the answer depends on which tables there are, not on one that is named.
bool AsksForAllTables(const engine::SqlText& sql) {
  constexpr auto kCatalogues = std::to_array<std::string_view>(
      {"duckdb_columns", "duckdb_tables", "duckdb_views", "information_schema", "pg_catalog"});
  return sql.IsWord(0, "show") ||
         std::ranges::any_of(kCatalogues, [&](auto name) { return sql.Mentions(name); });
}

Status Bind(lake::Lake* lake, const lake::Model& model, const lake::TableState& state,
            const std::string& name) {
  engine::Engine& engine = lake->engine();
  CADENZA_TRY(engine.BindFiles(name, state.WholeRelation()));
  if (name != model.name) return {};
  CADENZA_TRY(engine.Execute("CREATE SCHEMA IF NOT EXISTS " + model.layer));
  return engine.Execute(fmt::format("CREATE OR REPLACE VIEW {}.{} AS FROM main.{}", model.layer,
                                    engine::QuoteName(name), engine::QuoteName(name)));
}

/// kpi(first_day, last_day): the metrics of any window, where the lake has what they are made of.
Status OfferKpi(lake::Lake* lake) {
  for (const std::string_view name : kTablesOfKpi) {
    CADENZA_ASSIGN(const lake::TableState state, lake->Load(*lake::FindModel(name)));
    if (!state.exists) return {};
  }
  return lake->engine().Execute(
      "CREATE OR REPLACE MACRO kpi(first_day, last_day) AS TABLE " +
      lake::WindowMetricsSql("CAST(first_day AS DATE)", "CAST(last_day AS DATE)"));
}

/// The files of an earlier version may have been vacuumed, which the engine would only call an I/O
/// error.
Status CheckFilesAreThere(const lake::Lake& lake, const lake::Model& model,
                          const lake::TableState& state) {
  CADENZA_ASSIGN(const lake::TableState current, lake.Load(model));
  const auto is_live = [&](const auto& entry) { return current.files.contains(entry.first); };
  if (std::ranges::all_of(state.files, is_live)) return {};
  CADENZA_ASSIGN(const std::vector<ObjectInfo> objects, lake.TableStore(model)->List(""));
  std::set<std::string_view> names;
  for (const ObjectInfo& object : objects) names.insert(object.name);
  for (const auto& [path, file] : state.files) {
    if (names.contains(path)) continue;
    return MakeError(ErrorKind::kNotFound,
                     "version {} of {} cannot be read any more: its files were deleted (cadenza "
                     "vacuum), e.g. {}",
                     state.version, model.name, path);
  }
  return {};
}

}  // namespace

Result<lake::Lake> OpenExistingLake(const std::string& root, engine::Engine* engine,
                                    const std::shared_ptr<s3::Client>& s3) {
  if (root.empty()) return MakeError(ErrorKind::kUsage, "--lake is missing: where is the lake?");
  CADENZA_ASSIGN(lake::Lake lake, lake::Lake::Open(root, engine, s3));
  if (lake.manifest().run == 0) return lake::NoLake(root);
  return lake;
}

Result<const lake::Model*> FindTable(const lake::Lake& lake, const std::string& name) {
  const size_t dot = name.find('.');
  const lake::Model* model = lake.FindTable(dot == std::string::npos ? name : name.substr(dot + 1));
  const bool right_layer =
      model && (dot == std::string::npos || model->layer == name.substr(0, dot));
  if (model && right_layer) return model;
  std::vector<std::string> names;
  for (const lake::Model* other : lake.tables()) {
    names.push_back(dot == std::string::npos ? other->name : other->layer + "." + other->name);
  }
  return MakeError(ErrorKind::kUsage, "no such table (cadenza tables lists them): {}{}", name,
                   DidYouMean(NearestName(name, names)));
}

Result<lake::TableState> StateAt(lake::Lake* lake, const lake::Model& model,
                                 const TimeTravel& travel) {
  if (travel.by_version) {
    return lake->LoadVersion(model, std::strtoll(travel.value.c_str(), nullptr, 10));
  }
  CADENZA_ASSIGN(const int64_t time_ms, TimeOf(travel, &lake->engine()));
  Result<lake::TableState> state = lake->LoadAsOf(model, time_ms);
  if (!state.ok() && state.error().kind == ErrorKind::kNotFound) {
    CADENZA_ASSIGN(const int64_t oldest, delta::OldestVersion(*lake->TableStore(model)));
    if (oldest > 0) return state.error();
    return MakeError(ErrorKind::kNotFound, "{} did not exist yet at {}", model.name, travel.value);
  }
  return state;
}

Result<std::string> BindTablesOf(const std::string& query, lake::Lake* lake,
                                 std::set<std::string>* bound) {
  engine::SqlText sql(query);
  CADENZA_ASSIGN(const std::vector<TimeTravel> travels, FindTimeTravel(sql));
  for (const TimeTravel& travel : travels) {
    CADENZA_ASSIGN(const lake::Model* model, FindTable(*lake, travel.table));
    CADENZA_ASSIGN(const lake::TableState state, StateAt(lake, *model, travel));
    CADENZA_TRY(CheckFilesAreThere(*lake, *model, state));
    const std::string name = fmt::format("{} at {} {}", model->name,
                                         travel.by_version ? "version" : "timestamp", travel.value);
    if (!bound || !bound->contains(name)) CADENZA_TRY(Bind(lake, *model, state, name));
    if (bound) bound->insert(name);
    const bool has_alias = sql.IsAlias(travel.last);
    sql.Replace(
        travel.first, travel.last,
        engine::QuoteName(name) + (has_alias ? "" : " AS " + engine::QuoteName(model->name)));
  }
  const bool all = AsksForAllTables(sql);
  const bool asks_kpi = sql.Mentions("kpi");
  for (const lake::Model* model : lake->tables()) {
    const bool is_behind_kpi = asks_kpi && std::ranges::count(kTablesOfKpi, model->name) > 0;
    if (!all && !is_behind_kpi && !sql.Mentions(model->name)) continue;
    if (bound && bound->contains(model->name)) continue;
    CADENZA_ASSIGN(const lake::TableState state, lake->Load(*model));
    if (!state.exists) continue;
    CADENZA_TRY(Bind(lake, *model, state, model->name));
    if (bound) bound->insert(model->name);
  }
  if (asks_kpi) CADENZA_TRY(OfferKpi(lake));
  return sql.Replaced();
}

}  // namespace cadenza::query
