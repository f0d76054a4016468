// How a run's staged changes become visible: one manifest, and a commit in each Delta log.
#include <algorithm>
#include <filesystem>
#include <functional>

#include "base/clock.h"
#include "delta/log_follow.h"
#include "delta/transaction.h"
#include "lake/run.h"
#include "storage/parallel.h"
#include "storage/s3/address.h"

namespace cadenza::lake {

Status Run::ChangeTable(const Staged& staged, const delta::Snapshot& newest,
                        delta::Transaction* transaction) {
  CADENZA_ASSIGN(const delta::Schema schema, DeltaSchema(staged.model->engine_columns()));
  std::vector<delta::Field> missing;
  for (const delta::Field& field : schema.fields) {
    if (!newest.schema().Find(field.name)) missing.push_back(field);
  }
  if (!missing.empty()) CADENZA_TRY(transaction->AddColumns(missing));
  const TableState target = Applied(staged.before, staged.change);
  // Looked at once more: a run that was taken for dead may have committed in between.
  const bool heals =
      unfinished_.contains(staged.model->name) || lake_->IsUnfinished(staged.model->name, newest);
  if (staged.change.remove_all) {
    transaction->Repartition(staged.partitions);
  } else if (heals) {
    transaction->Repartition(staged.before.partition_columns);
  }
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

/// `known` is what the log held when the run began.
Status Run::CommitDelta(const Staged& staged, const delta::Snapshot* known, ManifestTable* entry) {
  const auto store = lake_->TableStore(*staged.model);
  std::optional<delta::Transaction> transaction;
  if (known) {
    CADENZA_ASSIGN(const delta::Snapshot newest, delta::FollowLog(*store, *known));
    transaction = delta::Transaction::On(newest);
    CADENZA_TRY(ChangeTable(staged, newest, &*transaction));
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
  options.also_recorded = staged.change.recorded;
  CADENZA_ASSIGN(const delta::CommitResult result,
                 transaction->Commit(*store, lake_->engine().checkpoint_codec(), options));
  if (!result.committed) {
    return MakeError(ErrorKind::kConflict, "a later run wrote to {} meanwhile; run again",
                     staged.model->name);
  }
  entry->version = result.version;
  entry->run = number_;
  return {};
}

/// The engine replaces the rows, and thereby also what an unfinished run left.
Status Run::CommitByEngine(const Staged& staged, const delta::Snapshot* known,
                           ManifestTable* entry) {
  const Model& model = *staged.model;
  const auto store = lake_->TableStore(model);
  if (known) {
    CADENZA_ASSIGN(const delta::Snapshot newest, delta::FollowLog(*store, *known));
    // A part of the rows does not replace what an unfinished run left among the others.
    const bool heals = staged.change.where.empty() && lake_->IsUnfinished(model.name, newest);
    if (!heals && newest.version() != staged.before.version) {
      return MakeError(ErrorKind::kConflict,
                       "another program changed {} while this run worked on it (version {} became "
                       "{}); run again",
                       model.name, staged.before.version, newest.version());
    }
  }
  engine::TableWrite write;
  write.select = staged.change.select;
  write.where = staged.change.where;
  write.folder = lake_->root() + "/" + Lake::FolderOf(model);
  write.exists = known != nullptr;
  write.partition_columns = staged.partitions;
  write.application = kApplication;
  write.transaction = number_;
  CADENZA_TRY(lake_->engine().cluster()->WriteTable(write));
  CADENZA_ASSIGN(const delta::Snapshot written,
                 known ? delta::FollowLog(*store, *known)
                       : delta::Snapshot::Load(*store, lake_->engine().checkpoint_codec()));
  if (written.TransactionVersion(kApplication) != number_) {
    return MakeError(ErrorKind::kConflict, "a later run wrote to {} meanwhile; run again",
                     model.name);
  }
  entry->version = written.version();
  entry->run = number_;
  entry->rows = 0;
  for (const auto& [path, file] : written.files()) entry->rows += RowsOf(file);
  return {};
}

/// Before any table is committed: a refusal amid the commits would leave an unfinished run.
Status Run::CheckMayRemove() const {
  for (const Staged& staged : staged_) {
    for (const std::string& path : staged.change.removed) {
      if (staged.before.files.contains(path)) continue;
      return MakeError(ErrorKind::kInternal, "{} has no file that is to go: {}", staged.model->name,
                       path);
    }
  }
  if (format_ != TableFormat::kDelta) return {};
  for (const Staged& staged : staged_) {
    CADENZA_ASSIGN(const auto newest, lake_->Newest(*staged.model));
    if (!newest || !newest->is_append_only()) continue;
    const bool replaces = !staged.change.keeps_rows && !staged.before.files.empty() &&
                          (staged.change.remove_all || !staged.change.removed.empty() ||
                           !staged.change.select.empty());
    const bool heals = unfinished_.contains(staged.model->name);
    if (!replaces && !heals) continue;
    return MakeError(ErrorKind::kInput,
                     "{} is append-only (its table property delta.appendOnly is true), and {}; "
                     "nothing was changed. Take the property off, and run again",
                     Lake::FolderOf(*staged.model),
                     heals ? "what a run that did not finish left in it has to go"
                           : "this run has to replace files of it");
  }
  return {};
}

Status Run::Commit() {
  CADENZA_TRY(HealUnstaged());
  CADENZA_TRY(CheckMayRemove());
  CADENZA_TRY(Publish());
  CADENZA_TRY(lock_->CheckHeld());
  Manifest next = lake_->manifest();
  next.run = number_;
  next.id = prefix_;
  next.format = format_;
  next.format_version = kFormatVersion;
  next.written_ms = NowMs();
  std::vector<std::string> superseded;
  for (const Staged& staged : staged_) EnterManifest(staged, &next, &superseded);
  for (const Model* model : dropped_) next.tables.erase(model->name);
  // From the first commit on, the files may belong to a table's log: they stay whatever happens,
  // and the next run finishes or undoes what this one began.
  committed_ = true;
  if (format_ == TableFormat::kDelta) CADENZA_TRY(CommitTables(&next));
  CADENZA_TRY(WriteManifest(lake_->store(), next));
  finished_ = true;
  files_->Remove(superseded);
  std::vector<std::string> changed;
  for (const Staged& staged : staged_) changed.push_back(staged.model->name);
  lake_->Adopt(std::move(next), changed);
  RemoveDropped();
  return {};
}

/// Nobody knows the tables any more: what cannot be removed is rubbish, but no wrong answer. The
/// log goes last commit first, so that a reader never sees a table without its latest changes.
void Run::RemoveDropped() {
  for (const Model* model : dropped_) {
    const auto store = lake_->TableStore(*model);
    Result<std::vector<ObjectInfo>> objects = store->List("");
    if (!objects.ok()) continue;
    std::ranges::sort(*objects, std::greater<>(), &ObjectInfo::name);
    for (const bool is_log : {true, false}) {
      for (const ObjectInfo& object : *objects) {
        if (object.name.starts_with("_delta_log/") != is_log) continue;
        static_cast<void>(store->Remove(object.name));
      }
    }
    if (!s3::IsAddress(lake_->root())) {
      std::error_code ignored;
      std::filesystem::remove_all(lake_->root() + "/" + Lake::FolderOf(*model), ignored);
    }
    lake_->ForgetOwn(model->name);
  }
}

void Run::EnterManifest(const Staged& staged, Manifest* next,
                        std::vector<std::string>* superseded) const {
  const TableState after = Applied(staged.before, staged.change);
  ManifestTable& entry = next->tables[staged.model->name];
  std::vector<std::string> columns = std::move(entry.columns);
  entry = ManifestTable{};
  entry.rows = after.rows();
  entry.own_model = lake_->OwnModel(staged.model->name);
  entry.partition_columns = staged.before.exists && !staged.change.remove_all
                                ? staged.before.partition_columns
                                : staged.partitions;
  if (format_ == TableFormat::kDelta) return;
  entry.columns = std::move(columns);
  if (!staged.before.exists || staged.change.remove_all) {
    entry.columns.clear();
    for (const ModelColumn& column : staged.model->columns) entry.columns.push_back(column.name);
  }
  for (const auto& [path, file] : after.files) entry.files.push_back(file);
  for (const auto& [path, file] : staged.before.files) {
    if (after.files.contains(path)) continue;
    superseded->push_back(Lake::FolderOf(*staged.model) + "/" + path);
  }
}

/// Each table has a log of its own, so that over a network they commit at the same time.
Status Run::CommitTables(Manifest* next) {
  std::vector<std::shared_ptr<const delta::Snapshot>> known;
  std::vector<ManifestTable*> entries;
  for (const Staged& staged : staged_) {
    CADENZA_ASSIGN(known.emplace_back(), lake_->Newest(*staged.model));
    entries.push_back(&next->tables[staged.model->name]);
  }
  // An engine that commits tables does one thing at a time.
  const size_t at_once = lake_->engine().commits_tables() ? 1 : lake_->requests_at_once();
  return InParallel(staged_.size(), at_once, [&](size_t s) {
    return staged_[s].change.select.empty()
               ? CommitDelta(staged_[s], known[s].get(), entries[s])
               : CommitByEngine(staged_[s], known[s].get(), entries[s]);
  });
}

}  // namespace cadenza::lake
