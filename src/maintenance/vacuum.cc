#include "maintenance/vacuum.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <set>

#include "base/clock.h"
#include "delta/log_cleanup.h"
#include "delta/retention.h"
#include "delta/transaction.h"
#include "delta/vacuum.h"
#include "lake/run.h"
#include "lake/table_rows.h"
#include "maintenance/care_run.h"
#include "storage/s3/address.h"

namespace cadenza::maintenance {
namespace {

/// A list of what listeners asked to be removed, by whose rows the history has to end.
struct ErasureList {
  const char* table;
  const char* command;
  const char* listener;  ///< the column that tells them apart
  const char* since;     ///< the column of when
  ListenersVacuumed VacuumSummary::* counts;
};
constexpr ErasureList kErasureLists[] = {
    {"forgotten", "forget", "user_hash", "forgotten_at", &VacuumSummary::forgotten},
    {"rectifications", "rectify", "user_id", "rectified_at", &VacuumSummary::rectified},
};

/// One call of Vacuum.
class Vacuuming {
 public:
  Vacuuming(lake::Lake* lake, const VacuumOptions& options)
      : lake_(lake),
        options_(options),
        now_ms_(options.now_ms > 0 ? options.now_ms : NowMs()),
        since_ms_(now_ms_ - options.retention_ms) {}

  Result<VacuumSummary> Work() {
    const Stopwatch watch;
    CADENZA_TRY(CheckRetention());
    CADENZA_TRY(BeginHealed());
    CADENZA_TRY(FindErased());
    for (const lake::Model* model : lake_->tables()) {
      if (!lake_->manifest().tables.contains(model->name)) continue;
      if (options_.on_table) options_.on_table(model->name);
      CADENZA_TRY(VacuumTable(*model));
    }
    CADENZA_TRY(CleanManifests());
    const bool any_gone = summary_.forgotten.gone + summary_.rectified.gone > 0;
    if (run_ && any_gone) CADENZA_TRY(StageGone());
    if (run_ && (!journal_.empty() || any_gone)) {
      Status recorded = journal_.Stage(lake_, run_.get());
      if (recorded.ok()) recorded = run_->Commit();
      if (!recorded.ok() && any_gone) return recorded.error();
      if (recorded.ok()) {
        summary_.run = run_->number();
      } else {
        summary_.warnings.push_back("all was deleted, but ops.maintenance could not be written: " +
                                    recorded.error().message);
      }
    }
    summary_.seconds = watch.seconds();
    return std::move(summary_);
  }

 private:
  bool is_delta() const { return lake_->manifest().format == lake::TableFormat::kDelta; }

  Status CheckRetention() const {
    if (options_.retention_ms >= kShortestRetentionMs || options_.allow_short_retention) return {};
    return MakeError(ErrorKind::kUsage,
                     "readers and other writers may need files for up to {} hours; to delete them "
                     "after {} all the same, add --allow-short-retention",
                     kShortestRetentionMs / kHourMs, options_.retention_ms / kHourMs);
  }

  /// Files that an unfinished run took out of a table come back when it is undone.
  Status BeginHealed() {
    while (true) {
      CADENZA_ASSIGN(run_, BeginRun(lake_, options_));
      if (!run_ || !run_->has_to_heal()) return {};
      CADENZA_TRY(run_->Commit());
      run_.reset();
    }
  }

  /// The runs that forgot or rectified listeners so long ago that their history can go now: of each
  /// table they changed, the version that they made is the oldest that may stay.
  Status FindErased() {
    CADENZA_ASSIGN(const lake::TableState done, lake_->Load(*lake::FindModel("maintenance")));
    CADENZA_TRY(lake_->engine().BindFiles("maintenance_before", done.Relation()));
    for (const ErasureList& list : kErasureLists) {
      CADENZA_TRY(FindErased(list, &(summary_.*list.counts)));
    }
    return {};
  }

  Status FindErased(const ErasureList& list, ListenersVacuumed* listeners) {
    const std::string relation = std::string(list.table) + "_before";
    CADENZA_ASSIGN(const lake::TableState state, lake_->Load(*lake::FindModel(list.table)));
    CADENZA_TRY(lake_->engine().BindFiles(relation, state.Relation()));
    CADENZA_ASSIGN(const engine::RowSet counts,
                   lake_->engine().Query(
                       fmt::format("SELECT count(DISTINCT {0}) FILTER (unix_millis({1}) <= {2}),"
                                   " count(DISTINCT {0}) FILTER (unix_millis({1}) > {2})"
                                   " FROM {3} WHERE history_gone_at IS NULL",
                                   list.listener, list.since, since_ms_, relation)));
    listeners->gone = counts.Number(0, 0);
    listeners->pending = counts.Number(0, 1);
    if (listeners->gone == 0) return {};
    CADENZA_ASSIGN(const engine::RowSet runs,
                   lake_->engine().Query(fmt::format(
                       "SELECT DISTINCT l.run, m.table_name FROM {} AS l LEFT JOIN"
                       " maintenance_before AS m ON m.run = l.run AND m.command = '{}'"
                       " WHERE l.history_gone_at IS NULL AND unix_millis(l.{}) <= {} ORDER BY 1",
                       relation, list.command, list.since, since_ms_)));
    for (size_t r = 0; r < runs.rows.size(); ++r) {
      const int64_t run = runs.Number(r, 0);
      forget_before_run_ = std::max(forget_before_run_, run);
      if (!runs.rows[r][1] || !is_delta()) continue;
      CADENZA_ASSIGN(const lake::Manifest manifest, lake::ReadManifestFrom(lake_->store(), run));
      const auto entry = manifest.tables.find(runs.Text(r, 1));
      if (entry == manifest.tables.end()) continue;
      int64_t& version = forget_before_[entry->first];
      version = std::max(version, entry->second.version);
    }
    return {};
  }

  Status StageGone() {
    for (const ErasureList& list : kErasureLists) {
      if ((summary_.*list.counts).gone == 0) continue;
      CADENZA_TRY(lake::StageAnew(
          lake_, run_.get(), *lake::FindModel(list.table),
          fmt::format("SELECT * REPLACE (CASE WHEN history_gone_at IS NULL AND"
                      " unix_millis({}) <= {} THEN timestamp_millis({})"
                      " ELSE history_gone_at END AS history_gone_at) FROM {}_before",
                      list.since, since_ms_, now_ms_, list.table)));
    }
    return {};
  }

  Status VacuumTable(const lake::Model& model) {
    const auto store = lake_->TableStore(model);
    TableVacuum table;
    table.table = model.name;
    CADENZA_ASSIGN(const delta::VacuumPlan plan,
                   is_delta()
                       ? delta::PlanVacuum(*store, lake_->engine().checkpoint_codec(), since_ms_)
                       : PlanParquet(model, *store));
    table.files_deleted = static_cast<int64_t>(plan.files.size());
    for (const ObjectInfo& file : plan.files) table.bytes_deleted += file.size_bytes;
    table.files_kept = plan.kept_files;
    table.bytes_kept = plan.kept_bytes;
    if (run_) {
      std::set<std::string> folders = OldFolders(store->root());
      for (const ObjectInfo& file : plan.files) {
        CADENZA_TRY(store->Remove(file.name));
        const size_t slash = file.name.rfind('/');
        if (slash != std::string::npos) folders.insert(file.name.substr(0, slash));
      }
      RemoveEmptyFolders(store->root(), folders);
    }
    if (is_delta()) CADENZA_TRY(CleanLogOf(store.get(), &table));
    if (table.files_deleted > 0) {
      journal_.Add({.table = model.name,
                    .files_removed = table.files_deleted,
                    .bytes_removed = table.bytes_deleted});
    }
    summary_.tables.push_back(std::move(table));
    return {};
  }

  /// Parquet tables have no earlier versions: what the manifest does not name is left over.
  Result<delta::VacuumPlan> PlanParquet(const lake::Model& model, ObjectStore& store) const {
    CADENZA_ASSIGN(std::vector<ObjectInfo> objects, store.List(""));
    CADENZA_ASSIGN(const lake::TableState state, lake_->Load(model));
    delta::VacuumPlan plan;
    for (ObjectInfo& object : objects) {
      if (state.files.contains(object.name) || !object.name.ends_with(".parquet")) continue;
      if (object.modified_ms > since_ms_) {
        ++plan.kept_files;
        plan.kept_bytes += object.size_bytes;
      } else {
        plan.files.push_back(std::move(object));
      }
    }
    return plan;
  }

  Status CleanLogOf(ObjectStore* store, TableVacuum* table) {
    CADENZA_ASSIGN(const delta::Snapshot newest,
                   delta::Snapshot::Load(*store, lake_->engine().checkpoint_codec()));
    // The log has to reach back as far as the data files do.
    const int64_t log_since_ms =
        now_ms_ - std::max(delta::LogRetentionMs(newest.configuration()), options_.retention_ms);
    std::optional<int64_t> forget_before;
    if (const auto found = forget_before_.find(table->table); found != forget_before_.end()) {
      forget_before = found->second;
    }
    Result<delta::LogCleanup> planned = delta::PlanLogCleanup(*store, log_since_ms, forget_before);
    if (!planned.ok() && forget_before && run_) {
      // Killed between its commit and the checkpoint behind it.
      CADENZA_TRY(delta::WriteCheckpoint(*store, *lake_->engine().checkpoint_codec(), newest));
      planned = delta::PlanLogCleanup(*store, log_since_ms, forget_before);
    }
    CADENZA_ASSIGN(const delta::LogCleanup cleanup, std::move(planned));
    table->log_files_deleted = static_cast<int64_t>(cleanup.files.size());
    if (run_) CADENZA_TRY(delta::CleanLog(*store, cleanup));
    CADENZA_ASSIGN(const int64_t oldest, delta::OldestVersion(*store));
    table->oldest_version = std::max(oldest, cleanup.oldest_kept);
    return {};
  }

  /// Those below a table in which nothing was made or removed since; a younger one may wait for a
  /// file that is being written.
  std::set<std::string> OldFolders(const std::filesystem::path& root) const {
    std::set<std::string> folders;
    if (s3::IsAddress(lake_->root())) return folders;
    std::error_code ignored;
    for (std::filesystem::recursive_directory_iterator entry(root, ignored), end; entry != end;
         entry.increment(ignored)) {
      struct stat state = {};
      if (::lstat(entry->path().c_str(), &state) != 0 || !S_ISDIR(state.st_mode)) continue;
      const int64_t modified_ms =
          int64_t{state.st_mtim.tv_sec} * 1000 + state.st_mtim.tv_nsec / 1'000'000;
      if (modified_ms > since_ms_) continue;
      folders.insert(entry->path().lexically_relative(root).string());
    }
    return folders;
  }

  /// On a disk the empty ones would pile up, and their names may be those of listeners.
  static void RemoveEmptyFolders(const std::string& root, const std::set<std::string>& folders) {
    std::error_code ignored;
    for (const std::string& folder : folders) {
      std::filesystem::path path = folder;
      while (!path.empty() && std::filesystem::remove(root / path, ignored)) {
        path = path.parent_path();
      }
    }
  }

  Status CleanManifests() {
    lake::ManifestCleanup cleanup;
    cleanup.keep_from = lake_->manifest().run;
    cleanup.followed_before_ms = now_ms_ - std::max(kManifestRetentionMs, options_.retention_ms);
    // Manifests of Parquet tables hold statistics of the files, and with them names of listeners.
    if (!is_delta()) cleanup.forget_before = forget_before_run_;
    CADENZA_ASSIGN(summary_.manifests_deleted,
                   lake::CleanManifests(lake_->store(), cleanup, options_.dry_run));
    return {};
  }

  static constexpr int64_t kManifestRetentionMs = int64_t{30} * 24 * kHourMs;

  lake::Lake* lake_;
  const VacuumOptions& options_;
  const int64_t now_ms_;
  const int64_t since_ms_;
  std::unique_ptr<lake::Run> run_;
  Journal journal_{"vacuum"};
  std::map<std::string, int64_t> forget_before_;  ///< by table: the oldest version that may stay
  int64_t forget_before_run_ = 0;
  VacuumSummary summary_;
};

}  // namespace

Result<VacuumSummary> Vacuum(lake::Lake* lake, const VacuumOptions& options) {
  return Vacuuming(lake, options).Work();
}

}  // namespace cadenza::maintenance
