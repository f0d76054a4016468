#include "warehouse/cluster_refresh.h"

#include "lake/table_rows.h"
#include "warehouse/file_days.h"

namespace cadenza::warehouse {
ClusterRefresh::ClusterRefresh(lake::Lake* lake, lake::Run* run, lake::ClusterExchange* exchange,
                               const ingest::IngestResult& bronze, const RefreshOptions& options)
    : lake_(lake),
      run_(run),
      exchange_(exchange),
      engine_(&lake->engine()),
      bronze_(bronze),
      options_(options),
      catalogue_(lake, run, bronze, options),
      events_changed_(options.full_refresh || !bronze.events.change.empty()),
      catalogue_changed_(options.full_refresh || !bronze.songs.change.empty()) {}

/// A part of the rows neither heals what a killed run left nor follows the whole catalogue.
bool ClusterRefresh::AllOf(const Target& target) const {
  return options_.full_refresh || !target.before.exists || catalogue_changed_ ||
         run_->has_to_heal() || !ByYearAndMonth(target.partitions);
}

Result<RefreshResult> ClusterRefresh::Work() {
  CADENZA_ASSIGN(result_, catalogue_.WorkOnCatalogue());
  CADENZA_TRY(exchange_->Send("songs", "SELECT * FROM songs"));
  CADENZA_TRY(RefreshListeners());
  CADENZA_TRY(RefreshPlays());
  return std::move(result_);
}

std::string ClusterRefresh::RowsOf(const Target& target) {
  return lake::TypedRows(*target.model, target.model->name);
}

/// Names are looked up when a view is used, so the views of the settled ones follow.
Status ClusterRefresh::BindEvents(const std::string& where) {
  CADENZA_TRY(engine_->BindQuery("events", "SELECT * FROM events_now WHERE " + where));
  for (const char* view : {"settled_events", "play_starts"}) {
    CADENZA_TRY(engine_->BindQuery(view, lake::FindModel(view)->select));
  }
  return {};
}

void ClusterRefresh::Stage(const Target& target, const std::string& where) {
  lake::TableChange change;
  change.select = RowsOf(target);
  change.where = where;
  change.remove_all = where.empty() && target.before.exists;
  result_.changed.insert(target.model->name);
  run_->Stage(*target.model, target.before, target.partitions, std::move(change));
}

Status ClusterRefresh::StageIfDifferent(const Target& target) {
  if (target.before.exists && !options_.full_refresh) {
    CADENZA_ASSIGN(const bool differs,
                   lake::DifferFromTable(engine_, RowsOf(target), target.before));
    if (!differs) return {};
  }
  Stage(target, "");
  return {};
}

// Listeners: users, user_levels --------------------------------------------------------------

Status ClusterRefresh::RefreshListeners() {
  CADENZA_ASSIGN(const Target users, TargetOf(lake_, options_, "users"));
  CADENZA_ASSIGN(const Target levels, TargetOf(lake_, options_, "user_levels"));
  if (!events_changed_ && users.before.exists && levels.before.exists) {
    CADENZA_TRY(engine_->BindFiles("user_levels", levels.before.Relation()));
    return engine_->BindFiles("users", users.before.Relation());
  }
  CADENZA_TRY(BindEvents("true"));
  for (const char* name : {"user_days", "users", "user_levels"}) {
    CADENZA_TRY(engine_->Materialize(name, lake::FindModel(name)->select));
  }
  CADENZA_TRY(StageIfDifferent(users));
  return StageIfDifferent(levels);
}

// By month: songplays, time ------------------------------------------------------------------

std::string ClusterRefresh::InMonths(const char* year, const char* month) const {
  std::set<std::string> months;  // yyyy-mm
  for (const std::string& day : bronze_.events.rewritten_days) months.insert(MonthOfDay(day));
  std::string condition;
  for (const std::string& text : months) {
    condition += fmt::format("{}({} = {} AND {} = {})", condition.empty() ? "" : " OR ", year,
                             std::stoi(text.substr(0, 4)), month, std::stoi(text.substr(5, 2)));
  }
  return "(" + condition + ")";
}

/// The normal form of texts is no function of Spark's SQL, and the texts that are played are far
/// fewer than the plays: they come here, and the songs that they mean go there.
Status ClusterRefresh::MatchPlays() {
  engine::Engine& here = engine_->here();
  CADENZA_TRY(engine_->cluster()->Fetch(
      "settled_events",
      "SELECT DISTINCT 'NextSong' AS page, song, artist, length FROM settled_events "
      "WHERE page = 'NextSong' AND song IS NOT NULL AND artist IS NOT NULL"));
  CADENZA_TRY(
      here.Materialize("play_matches", catalogue_.SelectOf(*lake::FindModel("play_matches"))));
  CADENZA_TRY(exchange_->Send("play_matches", "SELECT * FROM play_matches"));
  CADENZA_TRY(here.Drop("settled_events"));
  return here.Drop("play_matches");
}

Status ClusterRefresh::BindWholeFacts(const Target& target, const std::string& where) {
  if (where.empty()) return engine_->BindQuery("songplays_now", RowsOf(target));
  CADENZA_TRY(engine_->BindFiles("songplays_before", target.before.Relation()));
  return engine_->BindQuery("songplays_now",
                            fmt::format("SELECT * FROM songplays_before WHERE NOT {} UNION ALL {}",
                                        where, RowsOf(target)));
}

Status ClusterRefresh::RefreshMonths(const char* table) {
  CADENZA_ASSIGN(const Target target, TargetOf(lake_, options_, table));
  const bool is_facts = target.model->name == "songplays";
  // A changed catalogue gives plays other songs, but not other times.
  const bool changes = events_changed_ || (is_facts && catalogue_changed_);
  if (!changes && target.before.exists) {
    CADENZA_TRY(engine_->BindFiles(table, target.before.Relation()));
    return is_facts ? BindWholeFacts(target, "") : Status();
  }
  const bool all = AllOf(target);
  const std::string where = all ? "" : InMonths("year", "month");
  CADENZA_TRY(BindEvents(all ? "true" : InMonths("year(event_date)", "month(event_date)")));
  if (is_facts) CADENZA_TRY(MatchPlays());
  CADENZA_TRY(engine_->Materialize(table, target.model->select));
  if (is_facts) CADENZA_TRY(BindWholeFacts(target, where));
  if (!events_changed_) return StageIfDifferent(target);
  Stage(target, where);
  return {};
}

Status ClusterRefresh::RefreshPlays() {
  CADENZA_TRY(RefreshMonths("time"));
  return RefreshMonths("songplays");
}

}  // namespace cadenza::warehouse
