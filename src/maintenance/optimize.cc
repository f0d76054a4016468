#include "maintenance/optimize.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

#include "base/clock.h"
#include "lake/run.h"
#include "maintenance/care_run.h"
#include "maintenance/rewrite.h"

namespace cadenza::maintenance {
namespace {

constexpr const char* kClusterTag = "cadenza.clusteredBy";

/// Files of one partition that become one file, or a few sorted ones.
struct Bin {
  std::vector<const delta::AddFile*> files;
  int64_t bytes = 0;

  void Add(const delta::AddFile* file) {
    files.push_back(file);
    bytes += file->size_bytes;
  }
};

std::string Joined(const std::vector<std::string>& parts) {
  return fmt::format("{}", fmt::join(parts, ","));
}

std::string ClusterTag(const std::vector<std::string>& columns) {
  return nlohmann::json{{kClusterTag, Joined(columns)}}.dump();
}

/// Which files go together.
class Plan {
 public:
  Plan(const lake::TableState& state, const OptimizeOptions& options) : options_(options) {
    const auto found = options.cluster.find(state.name);
    if (found != options.cluster.end()) cluster_ = found->second;
    std::map<std::map<std::string, std::optional<std::string>>, std::vector<const delta::AddFile*>>
        partitions;
    for (const auto& [path, file] : state.files) {
      partitions[file.partition_values].push_back(&file);
    }
    for (auto& [values, files] : partitions) {
      cluster_.empty() ? Compact(std::move(files)) : Cluster(files);
    }
  }

  const std::vector<Bin>& bins() const { return bins_; }
  const std::vector<std::string>& cluster() const { return cluster_; }

 private:
  /// Smallest first, each bin filled up to the size wanted.
  void Compact(std::vector<const delta::AddFile*> files) {
    std::erase_if(files, [&](const delta::AddFile* file) {
      return file->size_bytes >= options_.file_bytes / 4 * 3;
    });
    std::ranges::sort(files, {}, [](const delta::AddFile* file) {
      return std::tie(file->size_bytes, file->path);
    });
    Bin bin;
    for (const delta::AddFile* file : files) {
      if (!bin.files.empty() && bin.bytes + file->size_bytes > options_.file_bytes) {
        Close(std::move(bin));
        bin = {};
      }
      bin.Add(file);
    }
    Close(std::move(bin));
  }
  void Close(Bin bin) {
    if (bin.files.size() > 1) bins_.push_back(std::move(bin));
  }
  /// A partition is left alone when every file of it was sorted so before.
  void Cluster(const std::vector<const delta::AddFile*>& files) {
    const std::string tag = ClusterTag(cluster_);
    if (std::ranges::all_of(files, [&](const auto* file) { return file->tags == tag; })) return;
    Bin bin;
    for (const delta::AddFile* file : files) bin.Add(file);
    bins_.push_back(std::move(bin));
  }

  const OptimizeOptions& options_;
  std::vector<std::string> cluster_;
  std::vector<Bin> bins_;
};

TableRewrite Describe(const lake::TableState& state, const Plan& plan,
                      const OptimizeOptions& options) {
  TableRewrite rewrite;
  rewrite.table = state.name;
  rewrite.files_before = static_cast<int64_t>(state.files.size());
  for (const Bin& bin : plan.bins()) {
    rewrite.files_read += static_cast<int64_t>(bin.files.size());
    rewrite.bytes_read += bin.bytes;
    rewrite.files_written += std::max<int64_t>(1, bin.bytes / options.file_bytes);
    for (const delta::AddFile* file : bin.files) rewrite.rows += lake::RowsOf(*file);
  }
  rewrite.bytes_written = rewrite.bytes_read;
  rewrite.files_after = rewrite.files_before - rewrite.files_read + rewrite.files_written;
  return rewrite;
}

/// Writes one bin anew and adds it to the change.
Status Rewrite(lake::Lake* lake, const lake::Run& run, const lake::TableState& state,
               const Bin& bin, const Plan& plan, const OptimizeOptions& options,
               lake::TableChange* change) {
  RowsWanted wanted;
  wanted.order_by = plan.cluster();
  if (!plan.cluster().empty()) wanted.file_bytes = options.file_bytes;
  int64_t rows_before = 0;
  for (const delta::AddFile* file : bin.files) rows_before += lake::RowsOf(*file);
  CADENZA_ASSIGN(const int64_t rows_after,
                 RewriteFiles(lake, run, state, bin.files, wanted, change));
  if (rows_after == rows_before) return {};
  return MakeError(ErrorKind::kInternal, "{} rows became {} while files of {} were rewritten",
                   rows_before, rows_after, state.name);
}

Result<std::vector<const lake::Model*>> TablesOf(const lake::Lake& lake,
                                                 const OptimizeOptions& options) {
  std::vector<const lake::Model*> models;
  if (options.tables.empty()) return lake.tables();
  for (const std::string& name : options.tables) {
    const lake::Model* model = lake.FindTable(name);
    if (!model) {
      return MakeError(ErrorKind::kUsage, "no such table: {}", name);
    }
    models.push_back(model);
  }
  return models;
}

/// One call of Optimize.
class Optimization {
 public:
  Optimization(lake::Lake* lake, const OptimizeOptions& options) : lake_(lake), options_(options) {}

  Result<OptimizeSummary> Work() {
    const Stopwatch watch;
    CADENZA_ASSIGN(const std::vector<const lake::Model*> models, TablesOf(*lake_, options_));
    CADENZA_ASSIGN(run_, BeginRun(lake_, options_));
    // The journal grows by each run that does something: alone it is no reason for one.
    for (const lake::Model* model : models) {
      if (model->name != kJournal || models.size() == 1) CADENZA_TRY(Visit(*model));
    }
    if (models.size() > 1 && !journal_.empty()) CADENZA_TRY(Visit(*lake::FindModel(kJournal)));
    if (run_ && (!journal_.empty() || run_->has_to_heal())) {
      CADENZA_TRY(journal_.Stage(lake_, run_.get(), std::move(journal_change_)));
      CADENZA_TRY(run_->Commit());
      summary_.run = run_->number();
      for (TableRewrite& rewrite : summary_.tables) {
        if (rewrite.files_read == 0) continue;
        rewrite.version = lake_->manifest().tables.at(rewrite.table).version;
      }
    }
    summary_.seconds = watch.seconds();
    return std::move(summary_);
  }

 private:
  static constexpr const char* kJournal = "maintenance";

  Status Visit(const lake::Model& model) {
    CADENZA_ASSIGN(const lake::TableState state, lake_->Load(model));
    if (!state.exists) return {};
    const Plan plan(state, options_);
    TableRewrite rewrite = Describe(state, plan, options_);
    if (run_ && !plan.bins().empty()) CADENZA_TRY(RewriteTable(model, state, plan, &rewrite));
    summary_.tables.push_back(std::move(rewrite));
    return {};
  }

  Status RewriteTable(const lake::Model& model, const lake::TableState& state, const Plan& plan,
                      TableRewrite* rewrite) {
    if (options_.on_table) options_.on_table(model.name);
    lake::TableChange change;
    change.keeps_rows = true;
    change.operation = "OPTIMIZE";
    if (!plan.cluster().empty()) change.tags = ClusterTag(plan.cluster());
    for (const Bin& bin : plan.bins()) {
      CADENZA_TRY(Rewrite(lake_, *run_, state, bin, plan, options_, &change));
    }
    rewrite->files_written = static_cast<int64_t>(change.added.size());
    rewrite->files_after = rewrite->files_before - rewrite->files_read + rewrite->files_written;
    rewrite->bytes_written = 0;
    for (const auto& file : change.added) rewrite->bytes_written += file.size_bytes;
    journal_.Add({.table = model.name,
                  .files_removed = rewrite->files_read,
                  .files_added = rewrite->files_written,
                  .bytes_removed = rewrite->bytes_read,
                  .bytes_added = rewrite->bytes_written});
    if (model.name == kJournal) {
      journal_change_ = std::move(change);
    } else {
      run_->Stage(model, state, state.partition_columns, std::move(change));
    }
    return {};
  }

  lake::Lake* lake_;
  const OptimizeOptions& options_;
  std::unique_ptr<lake::Run> run_;
  Journal journal_{"optimize"};
  lake::TableChange journal_change_;
  OptimizeSummary summary_;
};

}  // namespace

Result<OptimizeSummary> Optimize(lake::Lake* lake, const OptimizeOptions& options) {
  return Optimization(lake, options).Work();
}

}  // namespace cadenza::maintenance
