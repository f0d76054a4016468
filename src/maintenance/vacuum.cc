#include "maintenance/vacuum.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/clock.h"
#include "delta/log_cleanup.h"
#include "delta/retention.h"
#include "delta/vacuum.h"
#include "lake/run.h"
#include "maintenance/journal.h"

namespace cadenza::maintenance {
namespace {

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
    if (!options_.dry_run) CADENZA_TRY(BeginHealed());
    for (const lake::Model& model : lake::Models()) {
      if (!model.is_table() || !lake_->manifest().tables.contains(model.name)) continue;
      if (options_.on_table) options_.on_table(model.name);
      CADENZA_TRY(VacuumTable(model));
    }
    CADENZA_TRY(CleanManifests());
    if (run_ && !journal_.empty()) {
      CADENZA_TRY(journal_.Stage(lake_, run_.get()));
      CADENZA_TRY(run_->Commit());
      summary_.run = run_->number();
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
      CADENZA_ASSIGN(run_,
                     lake::Run::Begin(lake_, lake_->manifest().format, options_.keep_waiting));
      if (!run_->has_to_heal()) return {};
      CADENZA_TRY(run_->Commit());
      run_.reset();
    }
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
      std::set<std::string> folders;
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
    CADENZA_ASSIGN(const delta::LogCleanup cleanup, delta::PlanLogCleanup(*store, log_since_ms));
    table->log_files_deleted = static_cast<int64_t>(cleanup.files.size());
    if (run_) CADENZA_TRY(delta::CleanLog(*store, cleanup));
    CADENZA_ASSIGN(const int64_t oldest, delta::OldestVersion(*store));
    table->oldest_version = std::max(oldest, cleanup.oldest_kept);
    return {};
  }

  /// An object store has no folders; on a disk the empty ones would pile up.
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
    CADENZA_ASSIGN(
        summary_.manifests_deleted,
        lake::CleanManifests(lake_->store(),
                             now_ms_ - std::max(kManifestRetentionMs, options_.retention_ms),
                             options_.dry_run));
    return {};
  }

  static constexpr int64_t kManifestRetentionMs = 30 * 24 * kHourMs;

  lake::Lake* lake_;
  const VacuumOptions& options_;
  const int64_t now_ms_;
  const int64_t since_ms_;
  std::unique_ptr<lake::Run> run_;
  Journal journal_{"vacuum"};
  VacuumSummary summary_;
};

}  // namespace

Result<VacuumSummary> Vacuum(lake::Lake* lake, const VacuumOptions& options) {
  return Vacuuming(lake, options).Work();
}

}  // namespace cadenza::maintenance
