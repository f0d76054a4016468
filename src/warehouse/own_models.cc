#include "warehouse/own_models.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "engine/relation_places.h"
#include "engine/sql_text.h"
#include "query/function_list.h"
#include "query/statement_tree.h"
#include "warehouse/model_columns.h"

namespace cadenza::warehouse {
namespace {

namespace fs = std::filesystem;

constexpr size_t kNameMax = 63;
constexpr int64_t kFileBytesMax = int64_t{1} << 20;

Result<std::string> ReadText(const fs::path& path) {
  std::error_code error;
  const auto size = static_cast<int64_t>(fs::file_size(path, error));
  if (!error && size > kFileBytesMax) {
    return MakeError(ErrorKind::kUsage, "a model of {} bytes is none: {}", size, path.string());
  }
  std::ifstream file(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), {});
  if (file.is_open() && !file.bad()) return text;
  return MakeError(ErrorKind::kIo, "cannot read the model: {}", path.string());
}

/// Sorted, so that the same folder always gives the same.
Result<std::vector<fs::path>> FilesOf(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> files;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const fs::path& path = entry->path();
    const bool is_hidden = path.filename().string().starts_with('.');
    if (path.extension() == ".sql" && !is_hidden) files.push_back(path);
  }
  if (error) {
    return MakeError(ErrorKind::kUsage, "--models takes a folder; this cannot be read ({}): {}",
                     error.message(), folder.string());
  }
  std::ranges::sort(files);
  return files;
}

/// `line 3: what` with the file before it.
Error InFile(const std::string& file, const Error& error) {
  const std::string& what = error.message;
  const bool has_line = what.starts_with("line ");
  const size_t colon = what.find(": ");
  if (!has_line || colon == std::string::npos) {
    return MakeError(ErrorKind::kUsage, "{}: {}", file, what);
  }
  return MakeError(ErrorKind::kUsage, "{}:{}: {}", file, what.substr(5, colon - 5),
                   what.substr(colon + 2));
}

bool IsPlainName(const std::string& name) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && name.size() <= kNameMax && name[0] >= 'a' && name[0] <= 'z' &&
         std::ranges::all_of(name, plain);
}

/// What is wrong with a header, or nothing.
std::string FaultOf(const lake::Model& model, const std::string& stem) {
  if (model.name != stem) return "the file and its model have different names: " + model.name;
  if (!IsPlainName(model.name)) {
    return "a name has small letters, digits and _, and begins with a letter: " + model.name;
  }
  if (model.kind != lake::ModelKind::kTable)
    return "a model of one's own is a table; without kind:";
  if (model.grain.empty()) return "the header has no grain: what is one row? (-- grain: ...)";
  if (model.refresh == lake::Refresh::kNone) {
    return "the header does not say how the table follows what it reads (-- refresh: whole)";
  }
  if (model.refresh != lake::Refresh::kWhole) return "a model of one's own has refresh: whole";
  if (!model.job.empty()) return "a model of one's own has no job: " + model.job;
  if (model.select.empty()) return "there is no SELECT behind the header";
  for (const lake::ModelColumn& column : model.columns) {
    if (!lake::DeltaType(column.type).ok()) {
      return "no type of a lake's column (BIGINT, INTEGER, DOUBLE, VARCHAR, BOOLEAN, DATE, "
             "TIMESTAMP "
             "WITH TIME ZONE): " +
             column.type;
    }
  }
  for (const std::string& partition : model.partition_columns) {
    if (!model.has_column(partition)) return "no column to partition by: " + partition;
  }
  return "";
}

/// An engine's message about the select, with the line of the file where it names one.
Error InSelect(const OwnModel& own, const Error& error) {
  const std::string& what = error.message;
  size_t line = own.model.select_line;
  const size_t at = what.find("LINE ");
  if (at != std::string::npos) {
    line += static_cast<size_t>(std::max(0, std::atoi(what.c_str() + at + 5) - 1));
  }
  return MakeError(ErrorKind::kUsage, "{}:{}: {}", own.origin.empty() ? own.model.name : own.origin,
                   line, what.substr(0, what.find('\n')));
}

Result<lake::Model> ParseFile(std::string_view layer, const std::string& text,
                              const std::string& file) {
  Result<lake::Model> model = lake::ParseModel(layer, text);
  if (!model.ok()) return InFile(file, model.error());
  return model;
}

}  // namespace

std::string WithoutLayers(const std::string& select) {
  engine::SqlText sql(select);
  engine::RelationPlaces places(sql);
  for (size_t at = 0; at < sql.size(); ++at) {
    if (!places.IsRelation(at) || !sql.IsIdentifier(at)) continue;
    if (!sql.IsSymbol(at + 1, ".") || !sql.IsIdentifier(at + 2)) continue;
    sql.Replace(at, at + 3, std::string(sql.raw(at + 2)));
    at += 2;
  }
  return sql.Replaced();
}

Status OwnModels::ReadFolder(const std::string& folder) {
  CADENZA_ASSIGN(const std::vector<fs::path> files, FilesOf(folder));
  for (const fs::path& path : files) {
    OwnModel own;
    own.origin = path.string();
    CADENZA_ASSIGN(const std::string text, ReadText(path));
    CADENZA_ASSIGN(own.model, ParseFile("gold", text, own.origin));
    own.model.text = text;
    const std::string fault = FaultOf(own.model, path.stem().string());
    if (!fault.empty()) return MakeError(ErrorKind::kUsage, "{}:1: {}", own.origin, fault);
    models_.push_back(std::move(own));
  }
  const fs::path audits = fs::path(folder) / "audits";
  std::error_code ignored;
  if (!fs::is_directory(audits, ignored)) return {};
  CADENZA_ASSIGN(const std::vector<fs::path> audit_files, FilesOf(audits));
  for (const fs::path& path : audit_files) {
    CADENZA_ASSIGN(const std::string text, ReadText(path));
    CADENZA_ASSIGN(lake::Model audit, ParseFile("audits", text, path.string()));
    const auto audited = std::ranges::find_if(
        models_, [&](const OwnModel& own) { return own.model.name == audit.audited_table; });
    if (audited == models_.end()) {
      return MakeError(ErrorKind::kUsage, "{}:1: no model of the folder is audited (-- table:): {}",
                       path.string(), audit.audited_table);
    }
    audited->model.audit_texts.push_back(text);
    audited->audits.push_back(std::move(audit));
  }
  return {};
}

Status OwnModels::TakeFromLake(const lake::Lake& lake, bool has_folders) {
  for (const lake::Model* table : lake.tables()) {
    const bool is_known = std::ranges::any_of(
        models_, [&](const OwnModel& own) { return own.model.name == table->name; });
    if (!table->is_own() || !lake.manifest().tables.contains(table->name) || is_known) continue;
    if (has_folders) gone_.push_back(table->name);
    OwnModel own;
    own.model = *table;
    for (const std::string& text : table->audit_texts) {
      CADENZA_ASSIGN(lake::Model audit, lake::ParseModel("audits", text));
      own.audits.push_back(std::move(audit));
    }
    models_.push_back(std::move(own));
  }
  return {};
}

Status OwnModels::CheckNames(const lake::Lake& lake) const {
  std::map<std::string, std::string> origins;
  for (const OwnModel& own : models_) {
    const auto [other, is_new] = origins.emplace(own.model.name, own.origin);
    if (!is_new) {
      return MakeError(ErrorKind::kUsage, "{}:1: there is a model of that name already: {}",
                       own.origin, other->second);
    }
    const lake::Model* taken = lake::FindModel(own.model.name);
    const lake::Model* table = lake.FindTable(own.model.name);
    if (!taken && table && !table->is_own()) taken = table;
    if (!taken) continue;
    return MakeError(ErrorKind::kUsage, "{}:1: the name is taken by {}.{} ({})", own.origin,
                     taken->layer, taken->name, taken->summary);
  }
  return {};
}

Status OwnModels::FindReads(lake::Lake* lake) {
  std::set<std::string> own_names;
  for (const OwnModel& own : models_) own_names.insert(own.model.name);
  for (const OwnModel& own : models_) {
    Result<query::StatementTree> tree = query::ReadTree(&lake->engine().here(), own.model.select);
    if (!tree.ok()) return InSelect(own, tree.error());
    for (const std::string& function : tree->table_functions) {
      if (query::MakesRowsOfItsArguments(function)) continue;
      return InSelect(own, MakeError(ErrorKind::kUsage,
                                     "a model reads tables of the lake only, not: {}()", function));
    }
    std::vector<std::string>& reads = reads_[own.model.name];
    for (const query::StatementTree::Table& table : tree->tables) {
      const lake::Model* known = lake->FindTable(table.name);
      const std::string layer = known ? known->layer : "gold";
      const bool is_there = known || own_names.contains(table.name);
      if (is_there && (table.schema.empty() || table.schema == layer)) {
        reads.push_back(table.name);
        continue;
      }
      return InSelect(own, MakeError(ErrorKind::kUsage, "there is no such table: {}{}",
                                     table.schema.empty() ? "" : table.schema + ".", table.name));
    }
  }
  return {};
}

Status OwnModels::Visit(const std::string& name, std::vector<std::string>* path,
                        std::map<std::string, OwnModel*>* left, std::vector<OwnModel>* ordered) {
  const auto found = left->find(name);
  if (found == left->end()) return {};
  path->push_back(name);
  if (std::ranges::count(*path, name) > 1) {
    return MakeError(ErrorKind::kUsage, "{}:{}: models read each other in a circle: {}",
                     found->second->origin, found->second->model.select_line,
                     fmt::join(*path, " -> "));
  }
  for (const std::string& read : reads_[name]) CADENZA_TRY(Visit(read, path, left, ordered));
  path->pop_back();
  ordered->push_back(std::move(*found->second));
  left->erase(name);
  return {};
}

Status OwnModels::PutInOrder() {
  std::map<std::string, OwnModel*> left;
  std::vector<std::string> names;
  for (OwnModel& own : models_) {
    left[own.model.name] = &own;
    names.push_back(own.model.name);
  }
  std::ranges::sort(names);
  std::vector<OwnModel> ordered;
  std::vector<std::string> path;
  for (const std::string& name : names) CADENZA_TRY(Visit(name, &path, &left, &ordered));
  models_ = std::move(ordered);
  return {};
}

Status OwnModels::CheckColumns(lake::Lake* lake) const {
  CADENZA_ASSIGN(const std::unique_ptr<ColumnCheck> check,
                 ColumnCheck::Open(&lake->engine().here()));
  for (const lake::Model* table : lake->tables()) {
    const bool is_read = std::ranges::any_of(reads_, [&](const auto& entry) {
      return std::ranges::count(entry.second, table->name) > 0;
    });
    if (is_read && !table->is_own()) CADENZA_TRY(check->Add(*table));
  }
  for (const OwnModel& own : models_) {
    const Result<std::string> fault = check->FaultOf(own.model, WithoutLayers(own.model.select));
    if (!fault.ok()) return InSelect(own, fault.error());
    if (!fault->empty()) return InSelect(own, Error{ErrorKind::kUsage, *fault});
    CADENZA_TRY(check->Add(own.model));
    for (const lake::Model& audit : own.audits) {
      const Status reads = check->CheckReads(WithoutLayers(audit.select));
      if (reads.ok()) continue;
      return MakeError(ErrorKind::kUsage, "{}: its audit {}: {}",
                       own.origin.empty() ? own.model.name : own.origin, audit.name,
                       reads.error().message);
    }
  }
  return {};
}

Result<OwnModels> OwnModels::Read(const std::vector<std::string>& folders, lake::Lake* lake) {
  OwnModels own;
  for (const std::string& folder : folders) CADENZA_TRY(own.ReadFolder(folder));
  CADENZA_TRY(own.CheckNames(*lake));
  CADENZA_TRY(own.TakeFromLake(*lake, !folders.empty()));
  if (own.models_.empty()) return own;
  CADENZA_TRY(own.FindReads(lake));
  CADENZA_TRY(own.PutInOrder());
  CADENZA_TRY(own.CheckColumns(lake));
  return own;
}

}  // namespace cadenza::warehouse
