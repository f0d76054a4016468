#include "lake/run.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>

#include "base/clock.h"
#include "delta/transaction.h"
#include "delta/unique_id.h"

namespace cadenza::lake {
namespace {

namespace fs = std::filesystem;

constexpr int kLockPollMs = 50;
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
  }
  return after;
}

Result<std::unique_ptr<Run>> Run::Begin(Lake* lake, TableFormat format,
                                        const std::function<bool()>& keep_waiting) {
  std::unique_ptr<Run> run(new Run(lake, format));
  CADENZA_TRY(run->TakeLock(keep_waiting));
  CADENZA_TRY(lake->Refresh());
  const Manifest& manifest = lake->manifest();
  if (manifest.run > 0 && manifest.format != format) {
    return MakeError(ErrorKind::kUsage, "the lake {} holds {} tables, not {}", lake->root(),
                     FormatName(manifest.format), FormatName(format));
  }
  CADENZA_TRY(run->DropUnfinishedTables());
  CADENZA_TRY(run->ClearLeftovers());
  CADENZA_TRY(run->ChooseNumber());
  run->prefix_ = "part-" + delta::UniqueId();
  CADENZA_TRY(lake->store().Put(kRunningFile, run->prefix_));
  return run;
}

Run::~Run() {
  if (lock_ < 0) return;
  if (!committed_ && !prefix_.empty()) RemoveFiles(prefix_, {});
  if (!prefix_.empty()) (void)lake_->store().Remove(kRunningFile);
  ::close(lock_);
}

Status Run::TakeLock(const std::function<bool()>& keep_waiting) {
  const std::string folder = lake_->root() + "/_cadenza";
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return MakeError(ErrorKind::kIo, "cannot create {}: {}", folder, error.message());
  const std::string path = folder + "/lock";
  lock_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock_ < 0) return MakeError(ErrorKind::kIo, "cannot open {}: {}", path, strerror(errno));
  while (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) {
      return MakeError(ErrorKind::kIo, "cannot lock {}: {}", path, strerror(errno));
    }
    if (!keep_waiting || !keep_waiting()) {
      return MakeError(ErrorKind::kConflict, "another run is writing to {}", lake_->root());
    }
    ::poll(nullptr, 0, kLockPollMs);
  }
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
  for (const Model& model : Models()) {
    if (!model.is_table()) continue;
    const auto entry = lake_->manifest().tables.find(model.name);
    if (entry != lake_->manifest().tables.end()) {
      for (const delta::AddFile& file : entry->second.files) {
        referenced.insert(Lake::FolderOf(model) + "/" + file.path);
      }
    }
    if (format_ == TableFormat::kParquet) continue;
    const auto store = lake_->TableStore(model);
    Result<delta::Snapshot> newest =
        delta::Snapshot::Load(*store, lake_->engine().checkpoint_codec());
    if (!newest.ok()) {
      if (newest.error().kind == ErrorKind::kNotFound) continue;
      return newest.error();
    }
    for (const auto& [path, file] : newest->files()) {
      if (path.find(*running) != std::string::npos) {
        referenced.insert(Lake::FolderOf(model) + "/" + path);
      }
    }
  }
  RemoveFiles(*running, referenced);
  return lake_->store().Remove(kRunningFile);
}

void Run::RemoveFiles(const std::string& prefix, const std::set<std::string>& keep) {
  std::error_code error;
  for (const Model& model : Models()) {
    if (!model.is_table()) continue;
    const fs::path folder = fs::path(lake_->root()) / Lake::FolderOf(model);
    std::vector<fs::path> own;
    for (auto entry = fs::recursive_directory_iterator(folder, error);
         !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
      if (entry->path().filename().string().find(prefix) == std::string::npos) continue;
      const std::string name =
          Lake::FolderOf(model) + "/" + fs::relative(entry->path(), folder, error).string();
      if (!keep.contains(name)) own.push_back(entry->path());
    }
    for (const fs::path& path : own) {
      fs::remove(path, error);
      // Folders that the file alone was in go along; remove() refuses those that hold more.
      for (fs::path above = path.parent_path(); above != folder && fs::remove(above, error);) {
        above = above.parent_path();
      }
    }
  }
}

/// A table that no finished run knows, but whose log a killed run of ours has begun, begins anew:
/// it may have been laid out otherwise.
Status Run::DropUnfinishedTables() {
  if (format_ == TableFormat::kParquet) return {};
  for (const Model& model : Models()) {
    if (!model.is_table() || lake_->manifest().tables.contains(model.name)) continue;
    const auto store = lake_->TableStore(model);
    Result<delta::Snapshot> newest =
        delta::Snapshot::Load(*store, lake_->engine().checkpoint_codec());
    if (!newest.ok() || !newest->TransactionVersion(kApplication)) continue;
    CADENZA_ASSIGN(const std::vector<ObjectInfo> log, store->List("_delta_log"));
    for (auto file = log.rbegin(); file != log.rend(); ++file) {
      CADENZA_TRY(store->Remove(file->name));
    }
  }
  return {};
}

Status Run::ChooseNumber() {
  number_ = lake_->manifest().run + 1;
  if (format_ == TableFormat::kParquet) return {};
  for (const Model& model : Models()) {
    if (!model.is_table()) continue;
    const auto store = lake_->TableStore(model);
    Result<delta::Snapshot> newest =
        delta::Snapshot::Load(*store, lake_->engine().checkpoint_codec());
    if (!newest.ok()) {
      if (newest.error().kind == ErrorKind::kNotFound) continue;
      return newest.error();
    }
    const int64_t recorded = newest->TransactionVersion(kApplication).value_or(0);
    if (recorded > lake_->manifest().run) unfinished_[model.name] = recorded;
    number_ = std::max(number_, recorded + 1);
  }
  return {};
}

engine::WriteRequest Run::Request(const Model& model, const std::vector<std::string>& partitions,
                                  std::string select) const {
  engine::WriteRequest request;
  request.select = std::move(select);
  request.folder = lake_->root() + "/" + Lake::FolderOf(model);
  request.subfolder = subfolder();
  request.partition_columns = partitions;
  request.file_prefix = prefix_;
  return request;
}

void Run::Discard(const Model& model, const std::vector<engine::WrittenFile>& files) {
  std::error_code ignored;
  for (const engine::WrittenFile& file : files) {
    fs::remove(fs::path(lake_->root()) / Lake::FolderOf(model) / file.path, ignored);
  }
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
    states[staged.model->name] = std::move(state);
  }
  return states;
}

Status Run::ChangeTable(const Staged& staged, const delta::Snapshot& newest,
                        delta::Transaction* transaction) {
  CADENZA_ASSIGN(const delta::Schema schema, DeltaSchema(staged.model->engine_columns()));
  std::vector<delta::Field> missing;
  for (const delta::Field& field : schema.fields) {
    if (!newest.schema().Find(field.name)) missing.push_back(field);
  }
  if (!missing.empty()) CADENZA_TRY(transaction->AddColumns(missing));
  const TableState target = Applied(staged.before, staged.change);
  const bool heals = unfinished_.contains(staged.model->name);
  const bool removes = staged.change.remove_all || !staged.change.removed.empty();
  // A rewrite of rows only needs the files that it read to be there still.
  const bool still_holds = staged.change.keeps_rows &&
                           std::ranges::all_of(staged.change.removed, [&](const std::string& path) {
                             return newest.files().contains(path);
                           });
  transaction->SetDataChange(heals || !staged.change.keeps_rows);
  if (!heals && removes && !still_holds && newest.version() != staged.before.version) {
    return MakeError(ErrorKind::kConflict,
                     "another program changed {} while this run worked on it (version {} became "
                     "{}); run again",
                     staged.model->name, staged.before.version, newest.version());
  }
  for (const auto& [path, file] : newest.files()) {
    // What another program added meanwhile stays; what an unfinished run left goes.
    if (!target.files.contains(path) && (heals || staged.before.files.contains(path))) {
      transaction->Remove(path);
    }
  }
  for (const auto& [path, file] : target.files) {
    if (newest.files().contains(path)) continue;
    if (heals || !staged.before.files.contains(path)) transaction->Add(file);
  }
  return {};
}

Status Run::CommitDelta(const Staged& staged, ManifestTable* entry) {
  const auto store = lake_->TableStore(*staged.model);
  Result<delta::Snapshot> newest =
      delta::Snapshot::Load(*store, lake_->engine().checkpoint_codec());
  if (!newest.ok() && newest.error().kind != ErrorKind::kNotFound) return newest.error();
  std::optional<delta::Transaction> transaction;
  if (newest.ok()) {
    transaction = delta::Transaction::On(*newest);
    CADENZA_TRY(ChangeTable(staged, *newest, &*transaction));
  } else {
    CADENZA_ASSIGN(delta::Schema schema, DeltaSchema(staged.model->engine_columns()));
    transaction = delta::Transaction::Create(std::move(schema), staged.partitions);
    const TableState target = Applied(staged.before, staged.change);
    for (const auto& [path, file] : target.files) transaction->Add(file);
  }
  const bool appends = staged.change.removed.empty() && !staged.change.remove_all;
  delta::CommitOptions options;
  options.operation = staged.change.operation;
  if (options.operation == "WRITE") {
    options.operation_parameters["mode"] = appends ? "Append" : "Overwrite";
  }
  if (staged.change.keeps_rows) options.scope = delta::ReadScope::kTouched;
  if (staged.change.wants_checkpoint) options.checkpoint_interval = 1;
  options.operation_metrics["numFiles"] = static_cast<int64_t>(staged.change.added.size());
  int64_t added_rows = 0;
  for (const auto& file : staged.change.added) added_rows += file.rows;
  options.operation_metrics["numOutputRows"] = added_rows;
  options.tags["cadenzaRun"] = std::to_string(number_);
  options.app_version = {kApplication, number_};
  CADENZA_ASSIGN(const delta::CommitResult result,
                 transaction->Commit(*store, lake_->engine().checkpoint_codec(), options));
  entry->version = result.version;
  return {};
}

/// A table that an unfinished run changed and this one does not: back to the last finished state.
Status Run::HealUnstaged() {
  for (const auto& [name, recorded] : unfinished_) {
    const Model* model = FindModel(name);
    bool is_staged = false;
    for (const Staged& staged : staged_) is_staged |= staged.model == model;
    if (is_staged) continue;
    CADENZA_ASSIGN(TableState before, lake_->Load(*model));
    TableChange nothing;
    staged_.push_back({model, before, before.partition_columns, nothing});
  }
  return {};
}

Status Run::Commit() {
  CADENZA_TRY(HealUnstaged());
  CADENZA_TRY(lake_->store().Sync());
  Manifest next = lake_->manifest();
  next.run = number_;
  next.format = format_;
  next.written_ms = NowMs();
  std::vector<std::pair<std::string, std::string>> superseded;
  // From the first commit on, the files may belong to a table's log: they stay whatever happens,
  // and the next run finishes or undoes what this one began.
  committed_ = true;
  for (const Staged& staged : staged_) {
    const TableState after = Applied(staged.before, staged.change);
    ManifestTable& entry = next.tables[staged.model->name];
    entry = ManifestTable{};
    entry.rows = after.rows();
    entry.partition_columns = staged.before.exists && !staged.change.remove_all
                                  ? staged.before.partition_columns
                                  : staged.partitions;
    if (format_ == TableFormat::kDelta) {
      CADENZA_TRY(CommitDelta(staged, &entry));
      continue;
    }
    for (const auto& [path, file] : after.files) entry.files.push_back(file);
    for (const auto& [path, file] : staged.before.files) {
      if (!after.files.contains(path)) superseded.emplace_back(staged.before.folder, path);
    }
  }
  CADENZA_TRY(WriteManifest(lake_->store(), next));
  std::error_code ignored;
  for (const auto& [folder, path] : superseded) fs::remove(fs::path(folder) / path, ignored);
  return lake_->Refresh();
}

}  // namespace cadenza::lake
