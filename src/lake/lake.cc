#include "lake/lake.h"

#include <algorithm>
#include <filesystem>

#include "base/shell_word.h"
#include "storage/parallel.h"
#include "storage/s3/address.h"
#include "storage/s3/object_store_s3.h"
#include "storage/source_name.h"

namespace cadenza::lake {

Result<Lake> Lake::Open(const std::string& given, engine::Engine* engine,
                        const std::shared_ptr<s3::Client>& s3) {
  const std::string root = PlainAddress(given);
  if (s3::IsAddress(root) && !s3) {
    return MakeError(ErrorKind::kUsage, "S3 cannot be reached from here: {}", root);
  }
  if (s3::IsAddress(root)) CADENZA_TRY(s3::ParseAddress(root));
  if (Status named = engine::CheckPath(root); !named.ok()) {
    return MakeError(ErrorKind::kUsage, "no lake can be there: {}", named.error().message);
  }
  std::string trimmed = root;
  while (trimmed.size() > 1 && trimmed.ends_with('/')) trimmed.pop_back();
  Lake lake(std::move(trimmed), engine, s3);
  if (s3::IsAddress(root)) {
    CADENZA_ASSIGN(lake.store_, s3::OpenStore(s3, lake.root_));
  } else {
    lake.store_ = OpenLocalStore(lake.root_);
  }
  CADENZA_TRY(lake.Refresh());
  return lake;
}

Error NoLake(const std::string& root) {
  return MakeError(ErrorKind::kNotFound, "there is no lake (cadenza etl makes one): {}",
                   ShellWord(root));
}

Status Lake::CheckIsThere() const {
  std::error_code ignored;
  const bool is_on_disk = !s3::IsAddress(root_);
  if (manifest_.run > 0 || (is_on_disk && std::filesystem::exists(root_, ignored))) return {};
  return NoLake(root_);
}

Status Lake::Refresh() {
  CADENZA_ASSIGN(manifest_, ReadManifest(*store_));
  newest_.clear();
  LearnOwnModels();
  return {};
}

/// A model that is known already stays as it is: pointers to it are about.
void Lake::LearnOwnModels() {
  for (const auto& [name, table] : manifest_.tables) {
    if (table.own_model) own_models_.emplace(name, table.own_model);
  }
}

std::vector<const Model*> Lake::tables() const {
  std::vector<const Model*> list;
  for (const Model& model : Models()) {
    if (model.is_table()) list.push_back(&model);
  }
  for (const auto& [name, model] : own_models_) list.push_back(model.get());
  return list;
}

const Model* Lake::FindTable(std::string_view name) const {
  const Model* model = FindModel(name);
  if (model) return model->is_table() ? model : nullptr;
  const auto own = own_models_.find(std::string(name));
  return own == own_models_.end() ? nullptr : own->second.get();
}

std::shared_ptr<const Model> Lake::OwnModel(const std::string& name) const {
  const auto own = own_models_.find(name);
  return own == own_models_.end() ? nullptr : own->second;
}

Result<const Model*> Lake::Declare(Model model) {
  const Model* known = FindTable(model.name);
  if (!known && FindModel(model.name)) {
    return MakeError(ErrorKind::kUsage, "the name is taken, by a view: {}", model.name);
  }
  if (!known) {
    auto own = std::make_shared<const Model>(std::move(model));
    known = own.get();
    own_models_[known->name] = std::move(own);
    return known;
  }
  if (known->layer == model.layer && known->engine_columns() == model.engine_columns()) {
    return known;
  }
  return MakeError(ErrorKind::kUsage, "there is a table of that name with other columns: {}.{}",
                   known->layer, known->name);
}

Result<const Model*> Lake::DeclareOwn(Model model) {
  const Model* known = FindTable(model.name);
  if (FindModel(model.name) || (known && !known->is_own())) {
    return MakeError(ErrorKind::kUsage, "the name is taken: {}", model.name);
  }
  if (known) {
    const std::vector<engine::Column> before = known->engine_columns();
    const std::vector<engine::Column> now = model.engine_columns();
    const bool extends =
        now.size() >= before.size() && std::equal(before.begin(), before.end(), now.begin());
    if (!extends || known->partition_columns != model.partition_columns) {
      return MakeError(ErrorKind::kUsage,
                       "the table in the lake has other columns or partitions; give the model "
                       "another name, or take its file out of the folder and drop the table: {}",
                       model.name);
    }
    earlier_models_.push_back(own_models_.at(model.name));
  }
  auto own = std::make_shared<const Model>(std::move(model));
  own_models_[own->name] = own;
  return own.get();
}

void Lake::ForgetOwn(const std::string& name) {
  const auto own = own_models_.find(name);
  if (own == own_models_.end()) return;
  earlier_models_.push_back(own->second);
  own_models_.erase(own);
  newest_.erase(name);
}

void Lake::Adopt(Manifest manifest, const std::vector<std::string>& changed) {
  manifest_ = std::move(manifest);
  for (const std::string& table : changed) newest_.erase(table);
}

Result<std::shared_ptr<const delta::Snapshot>> Lake::ReadNewest(const Model& model) const {
  const std::unique_ptr<ObjectStore> store = TableStore(model);
  Result<delta::Snapshot> newest = delta::Snapshot::Load(*store, engine_->checkpoint_codec());
  if (newest.ok()) return std::make_shared<const delta::Snapshot>(std::move(newest).value());
  if (newest.error().kind != ErrorKind::kNotFound) return newest.error();
  return std::shared_ptr<const delta::Snapshot>();
}

Result<std::shared_ptr<const delta::Snapshot>> Lake::Newest(const Model& model) const {
  const auto known = newest_.find(model.name);
  if (known != newest_.end()) return known->second;
  CADENZA_ASSIGN(std::shared_ptr<const delta::Snapshot> newest, ReadNewest(model));
  newest_[model.name] = newest;
  return newest;
}

Result<bool> Lake::GiveUpIfBroken(const Model& model) {
  if (!manifest_.tables.contains(model.name)) return false;
  const auto newest = Newest(model);
  if (newest.ok() && *newest) return false;
  if (!newest.ok() && newest.error().kind != ErrorKind::kInput) return newest.error();
  const std::unique_ptr<ObjectStore> store = TableStore(model);
  CADENZA_ASSIGN(const std::vector<ObjectInfo> log, store->List("_delta_log"));
  for (auto file = log.rbegin(); file != log.rend(); ++file) {
    CADENZA_TRY(store->Remove(file->name));
  }
  manifest_.tables.erase(model.name);
  newest_[model.name] = nullptr;
  return true;
}

Result<std::string> Lake::RowsTaken(const Model& model) const {
  const auto entry = manifest_.tables.find(model.name);
  if (entry == manifest_.tables.end() || manifest_.format == TableFormat::kParquet)
    return std::string();
  CADENZA_ASSIGN(const auto newest, Newest(model));
  if (!newest || newest->version() <= entry->second.version) return std::string();
  CADENZA_ASSIGN(const TableState state, Load(model));
  const int64_t taken = entry->second.rows - state.rows();
  if (state.version <= entry->second.version || taken <= 0) return std::string();
  CADENZA_ASSIGN(const std::vector<delta::CommitSummary> commits,
                 delta::History(*TableStore(model), 1));
  const std::string last = commits.empty() ? "" : commits.front().operation;
  return fmt::format("another program took {} of {} rows out of {} (version {}{}{})", taken,
                     entry->second.rows, FolderOf(model), state.version, last.empty() ? "" : ": ",
                     last);
}

Status Lake::ReadAll() const {
  std::vector<const Model*> models;
  for (const Model* model : tables()) {
    if (!newest_.contains(model->name)) models.push_back(model);
  }
  std::vector<std::shared_ptr<const delta::Snapshot>> found(models.size());
  CADENZA_TRY(InParallel(models.size(), requests_at_once(), [&](size_t m) -> Status {
    CADENZA_ASSIGN(found[m], ReadNewest(*models[m]));
    return {};
  }));
  for (size_t m = 0; m < models.size(); ++m) newest_[models[m]->name] = std::move(found[m]);
  return {};
}

std::unique_ptr<ObjectStore> Lake::TableStore(const Model& model) const {
  const std::string folder = root_ + "/" + FolderOf(model);
  if (!s3::IsAddress(root_)) return OpenLocalStore(folder);
  return s3::OpenStore(s3_, folder).value();  // the root was checked when the lake was opened
}

bool Lake::IsUnfinished(const std::string& table, const delta::Snapshot& newest) const {
  const int64_t recorded = newest.TransactionVersion(kApplication).value_or(0);
  const auto entry = manifest_.tables.find(table);
  if (entry == manifest_.tables.end() || entry->second.run == 0) return recorded > manifest_.run;
  // Not `greater`: a run that was taken for dead may commit after later ones.
  return recorded != entry->second.run;
}

Result<TableState> Lake::Counted(TableState state) const {
  CADENZA_TRY(CountRows(&state));
  return state;
}

/// Statistics are optional in a log, and no statistics are not no rows: the files themselves know.
Status Lake::CountRows(TableState* state) const {
  std::string paths;
  std::map<std::string, delta::AddFile*> unknown;  // by location
  engine::FileRelation table;
  table.folder = state->folder;
  for (auto& [path, file] : state->files) {
    if (RowsIfKnown(file)) continue;
    const std::string location = table.PathOf(state->LocationOf(path));
    paths += (paths.empty() ? "" : ", ") + engine::QuotePath(location);
    unknown[location] = &file;
  }
  if (unknown.empty()) return {};
  engine::Engine& here = engine_->here();
  if (s3::IsAddress(root_)) CADENZA_TRY(here.ReachS3());
  CADENZA_ASSIGN(const engine::RowSet counts,
                 here.Query(fmt::format(
                     "SELECT file_name, num_rows FROM parquet_file_metadata([{}])", paths)));
  for (size_t r = 0; r < counts.rows.size(); ++r) {
    const auto found = unknown.find(counts.Text(r, 0));
    if (found == unknown.end()) continue;
    std::string& stats = found->second->stats;
    const size_t members = stats.find_first_not_of(" {");
    const bool has_others = members != std::string::npos && stats[members] != '}';
    stats = fmt::format("{{\"numRecords\":{}{}", counts.Number(r, 1),
                        has_others ? "," + stats.substr(members) : "}");
    unknown.erase(found);
  }
  if (unknown.empty()) return {};
  return MakeError(ErrorKind::kInput, "the rows of {} could not be counted",
                   unknown.begin()->first);
}

/// nullptr: no finished run has written it. Behind the last finished run the commits of other
/// programs count up to the first one of a run that did not finish.
Result<std::shared_ptr<const delta::Snapshot>> Lake::CurrentSnapshot(const Model& model) const {
  const auto entry = manifest_.tables.find(model.name);
  if (entry == manifest_.tables.end()) return std::shared_ptr<const delta::Snapshot>();
  CADENZA_ASSIGN(std::shared_ptr<const delta::Snapshot> newest, Newest(model));
  const std::unique_ptr<ObjectStore> store = TableStore(model);
  if (!newest) {
    return MakeError(
        ErrorKind::kNotFound,
        "no Delta table: {} (it was there; cadenza etl --full-refresh with all sources "
        "makes tables of bronze and silver anew)",
        store->root());
  }
  const int64_t version = entry->second.version;
  if (newest->version() == version || !IsUnfinished(model.name, *newest)) return newest;
  for (int64_t before = std::max(version, newest->version() - 1);; --before) {
    CADENZA_ASSIGN(delta::Snapshot finished,
                   delta::Snapshot::Load(*store, engine_->checkpoint_codec(), before));
    if (before > version && IsUnfinished(model.name, finished)) continue;
    return std::make_shared<const delta::Snapshot>(std::move(finished));
  }
}

Result<TableState> Lake::Load(const Model& model) const {
  const std::string folder = root_ + "/" + FolderOf(model);
  TableState state;
  state.name = model.name;
  state.folder = folder;
  state.columns = model.engine_columns();
  state.partition_columns = model.partition_columns;
  const auto entry = manifest_.tables.find(model.name);
  if (entry == manifest_.tables.end()) return state;
  if (manifest_.format == TableFormat::kParquet) {
    state.exists = true;
    state.partition_columns = entry->second.partition_columns;
    state.columns_were_added =
        std::ranges::any_of(state.columns, [&](const engine::Column& column) {
          return std::ranges::count(entry->second.columns, column.name) == 0;
        });
    for (const delta::AddFile& file : entry->second.files) state.files[file.path] = file;
    return state;
  }
  CADENZA_ASSIGN(const std::shared_ptr<const delta::Snapshot> snapshot, CurrentSnapshot(model));
  return Counted(StateOf(model, folder, *snapshot));
}

Result<TableState> Lake::LoadVersion(const Model& model, int64_t version) const {
  if (manifest_.format == TableFormat::kParquet) {
    return MakeError(ErrorKind::kUsage, "Parquet tables have no earlier versions: {}", model.name);
  }
  const std::unique_ptr<ObjectStore> store = TableStore(model);
  CADENZA_ASSIGN(const delta::Snapshot snapshot,
                 delta::Snapshot::Load(*store, engine_->checkpoint_codec(), version));
  return Counted(StateOf(model, root_ + "/" + FolderOf(model), snapshot));
}

Result<TableState> Lake::LoadAsOf(const Model& model, int64_t timestamp_ms) const {
  if (manifest_.format == TableFormat::kParquet) {
    return MakeError(ErrorKind::kUsage, "Parquet tables have no earlier versions: {}", model.name);
  }
  const std::unique_ptr<ObjectStore> store = TableStore(model);
  CADENZA_ASSIGN(const delta::Snapshot snapshot,
                 delta::Snapshot::LoadAsOf(*store, engine_->checkpoint_codec(), timestamp_ms));
  return Counted(StateOf(model, root_ + "/" + FolderOf(model), snapshot));
}

}  // namespace cadenza::lake
