#include "lake/model.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "base/nearest_name.h"
#include "base/trim.h"
#include "lake/metric.h"
#include "models_embedded.h"

namespace cadenza::lake {
namespace {

std::vector<std::string> SplitNames(std::string_view list) {
  std::vector<std::string> names;
  while (!list.empty()) {
    const size_t comma = std::min(list.find(','), list.size());
    names.emplace_back(Trim(list.substr(0, comma)));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return names;
}

Status ParseColumn(std::string_view line, Model* model) {
  const std::string_view text = Trim(line);
  const size_t space = text.find(' ');
  const size_t colon = text.find(": ");
  if (space == std::string_view::npos || colon == std::string_view::npos || space > colon) {
    return MakeError(ErrorKind::kInput, "not `name TYPE: comment`: {}", line);
  }
  model->columns.push_back({std::string(text.substr(0, space)),
                            std::string(Trim(text.substr(space, colon - space))),
                            std::string(Trim(text.substr(colon + 2)))});
  return {};
}

Status ParseKind(std::string_view value, Model* model) {
  if (value == "view")
    model->kind = ModelKind::kView;
  else if (value == "temporary")
    model->kind = ModelKind::kTemporary;
  else if (value == "written")
    model->kind = ModelKind::kWritten;
  else
    return MakeError(ErrorKind::kInput, "unknown kind: {}", value);
  return {};
}

Status ParseRefresh(std::string_view value, Model* model) {
  if (value == "appended")
    model->refresh = Refresh::kAppended;
  else if (value == "months")
    model->refresh = Refresh::kMonths;
  else if (value == "whole")
    model->refresh = Refresh::kWhole;
  else if (value == "catalogue")
    model->refresh = Refresh::kCatalogue;
  else
    return MakeError(ErrorKind::kInput, "refresh is appended, months, whole or catalogue, not: {}",
                     value);
  return {};
}

/// `kpi`, or `kpi --as-published`
void ParseJob(std::string_view value, Model* model) {
  const size_t space = std::min(value.find(' '), value.size());
  model->job = value.substr(0, space);
  model->job_option = Trim(value.substr(space));
}

/// `a in other.b`
Result<ModelReference> ParseReference(std::string_view value) {
  constexpr std::string_view kIn = " in ";
  const size_t in = value.find(kIn), dot = value.find('.');
  if (in == std::string_view::npos || dot == std::string_view::npos || dot < in + kIn.size()) {
    return MakeError(ErrorKind::kInput, "not `column in table.column`: {}", value);
  }
  ModelReference reference;
  reference.column = value.substr(0, in);
  reference.target.relation = value.substr(in + kIn.size(), dot - in - kIn.size());
  reference.target.column = value.substr(dot + 1);
  return reference;
}

Status ParseWithin(std::string_view value, Model* model) {
  CADENZA_ASSIGN(ModelReference within, ParseReference(value));
  model->value_column = std::move(within.column);
  model->within = std::move(within.target);
  return {};
}

/// One header line after the first. A line that is no `key: value` is a remark.
Status ParseHeaderLine(std::string_view line, bool* in_columns, bool* is_distinct, Model* model) {
  if (*in_columns && line.starts_with("  ")) return ParseColumn(line, model);
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return {};
  const std::string_view key = line.substr(0, colon);
  const std::string_view value = Trim(line.substr(colon + 1));
  if (key == "grain") model->grain = value;
  if (key == "partition") model->partition_columns = SplitNames(value);
  if (key == "kind") return ParseKind(value, model);
  if (key == "refresh") return ParseRefresh(value, model);
  if (key == "job") ParseJob(value, model);
  if (key == "table") model->audited_table = value;
  if (key == "unique") model->unique_columns = SplitNames(value);
  if (key == "within") return ParseWithin(value, model);
  if (key == "references") {
    CADENZA_ASSIGN(ModelReference reference, ParseReference(value));
    model->references.push_back(std::move(reference));
  }
  if (key == "rows") *is_distinct = value == "distinct";
  if (key == "severity") model->is_warning = value == "warning";
  if (key == "columns") *in_columns = value.empty();
  return {};
}

std::vector<Model> ParseAllModels() {
  std::vector<Model> models;
  for (const EmbeddedModel& embedded : kEmbeddedModels) {
    if (embedded.layer == "metrics") continue;  // see lake/metric.h
    Result<Model> model = ParseModel(embedded.layer, embedded.text);
    const Status follows = model.ok() ? CheckFollows(*model) : Status(model.error());
    if (!follows.ok()) {
      // The models are part of the program: a wrong one is a defect that no caller can repair.
      std::fprintf(stderr, "models: %s\n", follows.error().message.c_str());
      std::abort();
    }
    if (model->kind == ModelKind::kTable && model->job.empty()) {
      model->job = model->layer == "gold" ? "kpi" : "etl";
    }
    models.push_back(std::move(*model));
  }
  return models;
}

}  // namespace

bool Model::has_column(std::string_view column) const {
  return std::ranges::count(columns, column, &ModelColumn::name) > 0;
}

std::string Model::NearestColumn(std::string_view name) const {
  std::vector<std::string> names;
  for (const ModelColumn& column : columns) names.push_back(column.name);
  return NearestName(name, names);
}

std::vector<engine::Column> Model::engine_columns() const {
  std::vector<engine::Column> list;
  for (const ModelColumn& column : columns) list.push_back({column.name, column.type});
  return list;
}

namespace {

/// `name: summary`
Status ParseFirstLine(std::string_view line, Model* model) {
  const size_t colon = line.find(": ");
  if (colon == std::string_view::npos) {
    return MakeError(ErrorKind::kInput, "a model begins with `-- name: summary`, not: {}", line);
  }
  model->name = line.substr(0, colon);
  model->summary = Trim(line.substr(colon + 2));
  return {};
}

}  // namespace

Status CheckFollows(const Model& model) {
  if (model.kind != ModelKind::kTable || model.refresh != Refresh::kNone) return {};
  return MakeError(ErrorKind::kInput,
                   "the header does not say how the table follows what it reads (refresh:): {}",
                   model.name);
}

namespace {

/// Of a table, whose header has its columns.
Status CheckKeyColumns(const Model& model) {
  if (!model.is_table()) return {};
  for (const std::string& column : model.unique_columns) {
    if (!model.has_column(column))
      return MakeError(ErrorKind::kInput, "unique: no such column: {}", column);
  }
  for (const ModelReference& reference : model.references) {
    if (!model.has_column(reference.column))
      return MakeError(ErrorKind::kInput, "references: no such column: {}", reference.column);
  }
  return {};
}

}  // namespace

Result<Model> ParseModel(std::string_view layer, std::string_view text) {
  Model model;
  model.layer = layer;
  if (layer == "audits") model.kind = ModelKind::kAudit;
  bool in_columns = false, is_distinct = false, is_for_each_metric = false;
  size_t number = 0;
  while (text.starts_with("--")) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(2, end - 2);
    if (line.starts_with(' ')) line.remove_prefix(1);
    text.remove_prefix(std::min(end + 1, text.size()));
    is_for_each_metric = is_for_each_metric || line == "each: metric";
    ++number;
    const Status parsed = model.name.empty()
                              ? ParseFirstLine(line, &model)
                              : ParseHeaderLine(line, &in_columns, &is_distinct, &model);
    if (!parsed.ok()) {
      return MakeError(parsed.error().kind, "line {}: {}", number, parsed.error().message);
    }
  }
  const size_t first = std::min(text.find_first_not_of(" \t\r\n"), text.size());
  model.select_line =
      number + 1 + static_cast<size_t>(std::ranges::count(text.substr(0, first), '\n'));
  model.select = is_for_each_metric ? ForEachMetric(Trim(text)) : std::string(Trim(text));
  if (is_distinct) {
    model.with_copies = std::move(model.select);
    model.select = "SELECT DISTINCT * FROM (" + model.with_copies + ") AS all_rows";
  }
  if (model.name.empty()) return MakeError(ErrorKind::kInput, "a model without header: {}", text);
  if (model.is_table() && model.columns.empty()) {
    return MakeError(ErrorKind::kInput, "a table without columns: {}", model.name);
  }
  CADENZA_TRY(CheckKeyColumns(model));
  return model;
}

const std::vector<Model>& Models() {
  static const std::vector<Model> models = ParseAllModels();
  return models;
}

const Model* FindModel(std::string_view name) {
  const auto& models = Models();
  const auto found = std::ranges::find(models, name, &Model::name);
  return found == models.end() ? nullptr : &*found;
}

namespace {

template <class Predicate>
std::vector<std::string> NamesOf(Predicate is_meant) {
  std::vector<std::string> names;
  for (const Model& model : Models()) {
    if (is_meant(model)) names.push_back(model.name);
  }
  return names;
}

}  // namespace

std::vector<std::string> TablesThatFollow(Refresh refresh) {
  return NamesOf(
      [&](const Model& model) { return model.layer == "silver" && model.refresh == refresh; });
}

std::vector<std::string> TablesOfJob(std::string_view job) {
  return NamesOf([&](const Model& model) {
    return model.layer == "gold" && model.is_table() && model.job == job;
  });
}

std::vector<std::string> TablesOfJob(std::string_view job, ModelKind kind) {
  return NamesOf([&](const Model& model) {
    return model.layer == "gold" && model.kind == kind && model.job == job &&
           model.job_option.empty();
  });
}

}  // namespace cadenza::lake
