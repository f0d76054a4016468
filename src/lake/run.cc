#include "lake/run.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <set>

#include "base/clock.h"
#include "base/unique_id.h"
#include "delta/log_follow.h"
#include "delta/transaction.h"
#include "lake/ticket_lock.h"
#include "storage/parallel.h"
#include "storage/s3/address.h"

namespace cadenza::lake {
namespace {

constexpr const char* kRunningFile = "_cadenza/running";

delta::AddFile AddOf(const engine::WrittenFile& written, const delta::Schema& schema) {
  delta::AddFile file;
  file.path = written.path;
  file.partition_values = written.partition_values;
  for (auto& [name, value] : file.partition_values) {
    if (value && value->empty()) value.reset();
  }
  file.size_bytes = written.size_bytes;
  file.modified_ms = NowMs();
  file.stats = delta::StatisticsJson(schema, written.rows, written.columns);
  return file;
}

}  // namespace

TableState Applied(const TableState& before, const TableChange& change) {
  TableState after = before;
  after.exists = true;
  if (change.remove_all) after.files.clear();
  for (const std::string& path : change.removed) after.files.erase(path);
  const Result<delta::Schema> schema = DeltaSchema(after.columns);
  for (const engine::WrittenFile& written : change.added) {
    delta::AddFile& file = after.files[written.path];
    file = AddOf(written, schema.ok() ? *schema : delta::Schema{});
    file.tags = change.tags;
    if (written.folder != after.folder) after.elsewhere[written.path] = written.folder;
  }
  return after;
}

Result<std::unique_ptr<Run>> Run::Begin(Lake* lake, TableFormat format,
                                        const KeepWaiting& keep_waiting,
                                        const std::set<std::string>& made_anew) {
  std::unique_ptr<Run> run(new Run(lake, format));
  CADENZA_TRY(run->TakeLock(keep_waiting, 0));
  CADENZA_TRY(lake->Refresh());
  CADENZA_ASSIGN(run->files_, OpenDataFiles(lake));
  const Manifest& manifest = lake->manifest();
  if (manifest.run > 0 && manifest.format != format) {
    return MakeError(ErrorKind::kUsage, "the lake {} holds {} tables, not {}", lake->root(),
                     FormatName(manifest.format), FormatName(format));
  }
  if (format == TableFormat::kDelta) {
    for (const std::string& table : made_anew) {
      const Model* model = lake->FindTable(table);
      if (model) CADENZA_TRY(lake->GiveUpIfBroken(*model));
    }
    CADENZA_TRY(lake->ReadAll());
  }
  run->TidyUp();
  CADENZA_TRY(run->DropUnfinishedTables());
  CADENZA_TRY(run->ClearLeftovers());
  CADENZA_TRY(run->ChooseNumber(keep_waiting));
  run->prefix_ = "part-" + UniqueId();
  CADENZA_TRY(lake->store().Put(kRunningFile, run->prefix_));
  return run;
}

Run::~Run() {
  if (!lock_) return;
  if (committed_ && !finished_) lock_->LeaveUnfinished();
  if (prefix_.empty()) return;
  if (!committed_) files_->Undo(prefix_);
  // What a run left between its commits is for the next one to sort out.
  if (!committed_ || finished_) static_cast<void>(lake_->store().Remove(kRunningFile));
}

Status Run::TakeLock(const KeepWaiting& keep_waiting, int64_t floor) {
  if (s3::IsAddress(lake_->root())) {
    CADENZA_ASSIGN(lock_, TicketLock::Take(lake_->shared_store(), floor, keep_waiting));
    return {};
  }
  CADENZA_ASSIGN(lock_,
                 FileLock::Take(lake_->root() + "/_cadenza/lock", lake_->root(), keep_waiting));
  return {};
}

std::string Run::subfolder() const {
  return format_ == TableFormat::kDelta ? "" : fmt::format("run-{:06}", number_);
}

/// A run that was killed left the name of its files; those that no log refers to go.
Status Run::ClearLeftovers() {
  CADENZA_ASSIGN(const std::optional<std::string> running, lake_->store().Get(kRunningFile));
  if (!running || running->empty()) return {};
  std::set<std::string> referenced;
  for (const Model* model : lake_->tables()) {
    const auto entry = lake_->manifest().tables.find(model->name);
    if (entry != lake_->manifest().tables.end()) {
      for (const delta::AddFile& file : entry->second.files) {
        referenced.insert(Lake::FolderOf(*model) + "/" + file.path);
      }
    }
    if (format_ == TableFormat::kParquet) continue;
    CADENZA_ASSIGN(const auto newest, lake_->Newest(*model));
    if (!newest) continue;
    for (const auto& [path, file] : newest->files()) {
      if (path.find(*running) != std::string::npos) {
        referenced.insert(Lake::FolderOf(*model) + "/" + path);
      }
    }
  }
  files_->RemoveOfRun(*running, referenced);
  return lake_->store().Remove(kRunningFile);
}

/// Files that processes which were killed had not finished writing.
void Run::TidyUp() {
  for (const char* folder : {"_cadenza", "_cadenza/runs"}) lake_->store().Tidy(folder);
  if (format_ == TableFormat::kParquet) return;
  for (const Model* model : lake_->tables()) lake_->TableStore(*model)->Tidy("_delta_log");
}

/// A table that no finished run knows, but whose log a killed run of ours has begun, begins anew:
/// it may have been laid out otherwise.
Status Run::DropUnfinishedTables() {
  if (format_ == TableFormat::kParquet) return {};
  for (const Model* model : lake_->tables()) {
    if (lake_->manifest().tables.contains(model->name)) continue;
    // A log that cannot be read is nobody's that we know.
    const auto newest = lake_->Newest(*model);
    if (!newest.ok() || !*newest || !(*newest)->TransactionVersion(kApplication)) continue;
    const auto store = lake_->TableStore(*model);
    CADENZA_ASSIGN(const std::vector<ObjectInfo> log, store->List("_delta_log"));
    for (auto file = log.rbegin(); file != log.rend(); ++file) {
      CADENZA_TRY(store->Remove(file->name));
    }
    lake_->Forget(*model);
  }
  return {};
}

/// The greatest number that a table's log records, of finished runs too.
Result<int64_t> Run::FindUnfinished() {
  unfinished_.clear();
  int64_t highest = 0;
  if (format_ == TableFormat::kParquet) return highest;
  for (const Model* model : lake_->tables()) {
    CADENZA_ASSIGN(const auto newest, lake_->Newest(*model));
    if (!newest) continue;
    const int64_t recorded = newest->TransactionVersion(kApplication).value_or(0);
    if (lake_->IsUnfinished(model->name, *newest)) unfinished_[model->name] = recorded;
    highest = std::max(highest, recorded);
  }
  return highest;
}

Status Run::ChooseNumber(const KeepWaiting& keep_waiting) {
  while (true) {
    CADENZA_ASSIGN(const int64_t recorded, FindUnfinished());
    if (!lock_->run_number()) {
      CADENZA_ASSIGN(const int64_t taken, HighestRun(lake_->store()));
      number_ = std::max(taken, recorded) + 1;
      return {};
    }
    number_ = *lock_->run_number();
    if (number_ > recorded) return {};
    // Logs that were copied from elsewhere can be ahead of the tickets.
    lock_.reset();
    CADENZA_TRY(TakeLock(keep_waiting, recorded));
    CADENZA_TRY(lake_->Refresh());
  }
}

engine::WriteRequest Run::Request(const Model& model, const std::vector<std::string>& partitions,
                                  std::string select) const {
  engine::WriteRequest request;
  request.select = std::move(select);
  request.folder = files_->folder() + "/" + Lake::FolderOf(model);
  request.subfolder = subfolder();
  request.partition_columns = partitions;
  request.file_prefix = prefix_;
  return request;
}

void Run::Discard(const Model& model, const std::vector<engine::WrittenFile>& files) {
  std::vector<std::string> names;
  for (const engine::WrittenFile& file : files) {
    names.push_back(Lake::FolderOf(model) + "/" + file.path);
  }
  files_->Discard(names);
}

void Run::Stage(const Model& model, const TableState& before,
                const std::vector<std::string>& partitions, TableChange change) {
  if (before.exists && change.empty()) return;
  staged_.push_back({&model, before, partitions, std::move(change)});
}

std::map<std::string, TableState> Run::StagedStates() const {
  std::map<std::string, TableState> states;
  for (const Staged& staged : staged_) {
    TableState state = Applied(staged.before, staged.change);
    state.partition_columns = staged.partitions;
    // A column that the model has gained is in the files that this run wrote, before the table says
    // so.
    const bool is_listed = !state.columns.empty();
    for (const engine::Column& column : staged.model->engine_columns()) {
      if (!is_listed || std::ranges::count(state.columns, column.name, &engine::Column::name) > 0) {
        continue;
      }
      state.columns.push_back(column);
      if (std::ranges::count(state.model_columns, column.name, &engine::Column::name) == 0) {
        state.model_columns.push_back(column);
      }
      state.columns_were_added = true;
    }
    states[staged.model->name] = std::move(state);
  }
  return states;
}

/// A table that an unfinished run changed and this one does not: back to the last finished state.
Status Run::HealUnstaged() {
  for (const auto& [name, recorded] : unfinished_) {
    const Model* model = lake_->FindTable(name);
    bool is_staged = std::ranges::count(dropped_, model) > 0;
    for (const Staged& staged : staged_) is_staged |= staged.model == model;
    if (is_staged) continue;
    CADENZA_ASSIGN(TableState before, lake_->Load(*model));
    TableChange nothing;
    staged_.push_back({model, before, before.partition_columns, nothing});
  }
  return {};
}

Status Run::Publish() {
  std::vector<std::string> names;
  for (const Staged& staged : staged_) {
    for (const engine::WrittenFile& file : staged.change.added) {
      names.push_back(Lake::FolderOf(*staged.model) + "/" + file.path);
    }
  }
  CADENZA_TRY(files_->Publish(names));
  return lake_->store().Sync();
}

}  // namespace cadenza::lake
