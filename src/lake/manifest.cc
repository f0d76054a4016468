#include "lake/manifest.h"

#include <charconv>
#include <nlohmann/json.hpp>

namespace cadenza::lake {
namespace {

using nlohmann::json;

constexpr std::string_view kRunsFolder = "_cadenza/runs";

/// Of a manifest; 0 for another name.
int64_t RunOfName(std::string_view name) {
  int64_t run = 0;
  if (name.size() > kRunsFolder.size()) {
    name.remove_prefix(kRunsFolder.size() + 1);
    std::from_chars(name.data(), name.data() + name.size(), run);
  }
  return run;
}

std::string NameOf(int64_t run) { return fmt::format("{}/{:020}.json", kRunsFolder, run); }

bool IsAbandoned(const std::string& text) {
  const json parsed = json::parse(text, nullptr, /*allow_exceptions=*/false);
  return parsed.is_object() && parsed.value("abandoned", false);
}

json FileToJson(const delta::AddFile& file) {
  json values = json::object();
  for (const auto& [name, value] : file.partition_values) {
    values[name] = value ? json(*value) : json();
  }
  json entry = {{"path", file.path},
                {"partitions", values},
                {"size", file.size_bytes},
                {"stats", file.stats}};
  if (!file.tags.empty()) entry["tags"] = file.tags;
  return entry;
}

delta::AddFile FileFromJson(const json& text) {
  delta::AddFile file;
  file.path = text.at("path").get<std::string>();
  file.size_bytes = text.at("size").get<int64_t>();
  file.stats = text.at("stats").get<std::string>();
  file.tags = text.value("tags", "");
  for (const auto& [name, value] : text.at("partitions").items()) {
    file.partition_values[name] =
        value.is_null() ? std::nullopt : std::optional(value.get<std::string>());
  }
  return file;
}

json ModelToJson(const Model& model) {
  json columns = json::array();
  for (const ModelColumn& column : model.columns) {
    columns.push_back({column.name, column.type, column.comment});
  }
  json object = {{"layer", model.layer},
                 {"summary", model.summary},
                 {"grain", model.grain},
                 {"partition", model.partition_columns},
                 {"columns", columns}};
  if (model.is_own()) object["text"] = model.text;
  if (!model.audit_texts.empty()) object["audits"] = model.audit_texts;
  return object;
}

/// nullptr where there is no text, or a later program's that this one cannot parse: then the table
/// is one that is written elsewhere.
std::shared_ptr<const Model> OwnModelFromJson(const json& text) {
  const std::string file = text.value("text", "");
  if (file.empty()) return nullptr;
  Result<Model> parsed = ParseModel(text.at("layer").get<std::string>(), file);
  if (!parsed.ok()) return nullptr;
  auto model = std::make_shared<Model>(std::move(*parsed));
  model->text = file;
  model->audit_texts = text.value("audits", std::vector<std::string>());
  return model;
}

std::shared_ptr<const Model> ModelFromJson(const std::string& name, const json& text) {
  if (std::shared_ptr<const Model> own = OwnModelFromJson(text)) return own;
  auto model = std::make_shared<Model>();
  model->name = name;
  model->kind = ModelKind::kWritten;
  model->layer = text.at("layer").get<std::string>();
  model->summary = text.at("summary").get<std::string>();
  model->grain = text.at("grain").get<std::string>();
  model->partition_columns = text.at("partition").get<std::vector<std::string>>();
  for (const json& column : text.at("columns")) {
    model->columns.push_back({column.at(0).get<std::string>(), column.at(1).get<std::string>(),
                              column.at(2).get<std::string>()});
  }
  return model;
}

ManifestTable TableFromJson(const std::string& name, const json& text) {
  ManifestTable table;
  table.version = text.at("version").get<int64_t>();
  table.run = text.value("run", int64_t{0});
  table.rows = text.at("rows").get<int64_t>();
  table.partition_columns = text.at("partition").get<std::vector<std::string>>();
  for (const json& file : text.value("files", json::array())) {
    table.files.push_back(FileFromJson(file));
  }
  table.columns = text.value("columns", std::vector<std::string>());
  if (text.contains("model")) table.own_model = ModelFromJson(name, text.at("model"));
  return table;
}

}  // namespace

std::string_view FormatName(TableFormat format) {
  return format == TableFormat::kDelta ? "delta" : "parquet";
}

std::string ManifestToJson(const Manifest& manifest) {
  json tables = json::object();
  for (const auto& [name, table] : manifest.tables) {
    json entry = {{"version", table.version},
                  {"run", table.run},
                  {"rows", table.rows},
                  {"partition", table.partition_columns}};
    if (manifest.format == TableFormat::kParquet) {
      json files = json::array();
      for (const delta::AddFile& file : table.files) files.push_back(FileToJson(file));
      entry["files"] = std::move(files);
      if (!table.columns.empty()) entry["columns"] = table.columns;
    }
    if (table.own_model) entry["model"] = ModelToJson(*table.own_model);
    tables[name] = std::move(entry);
  }
  return json{{"run", manifest.run},
              {"id", manifest.id},
              {"format_version", manifest.format_version},
              {"format", FormatName(manifest.format)},
              {"written_ms", manifest.written_ms},
              {"tables", tables}}
      .dump();
}

Result<Manifest> ManifestFromJson(std::string_view text) {
  try {
    const json parsed = json::parse(text);
    Manifest manifest;
    manifest.run = parsed.at("run").get<int64_t>();
    manifest.id = parsed.value("id", "");
    manifest.format_version = parsed.value("format_version", int64_t{0});
    CADENZA_TRY(CheckFormat("the lake", manifest.format_version));
    const std::string format = parsed.at("format").get<std::string>();
    if (format != "delta" && format != "parquet") {
      return MakeError(ErrorKind::kInput, "a manifest of tables in an unknown format: {}", format);
    }
    manifest.format = format == "delta" ? TableFormat::kDelta : TableFormat::kParquet;
    manifest.written_ms = parsed.at("written_ms").get<int64_t>();
    for (const auto& [name, table] : parsed.at("tables").items()) {
      manifest.tables[name] = TableFromJson(name, table);
    }
    return manifest;
  } catch (const json::parse_error& error) {
    return MakeError(ErrorKind::kInput, "not the manifest of a run: no JSON from byte {} on",
                     error.byte);
  } catch (const json::exception&) {
    return MakeError(ErrorKind::kInput,
                     "not the manifest of a run: it lacks run, format, written_ms or tables, or "
                     "one of them is of another type");
  }
}

Result<Manifest> ReadManifest(ObjectStore& lake) {
  CADENZA_ASSIGN(const std::vector<ObjectInfo> runs, lake.List(kRunsFolder));
  for (auto object = runs.rbegin(); object != runs.rend(); ++object) {
    const std::string& name = object->name;
    CADENZA_ASSIGN(const std::optional<std::string> text, lake.Get(name));
    if (!text) return MakeError(ErrorKind::kIo, "vanished while being read: {}", name);
    if (IsAbandoned(*text)) continue;
    Result<Manifest> manifest = ManifestFromJson(*text);
    if (manifest.ok()) return manifest;
    return MakeError(ErrorKind::kInput, "{}/{}: {}", lake.root(), name, manifest.error().message);
  }
  return Manifest{};
}

Result<int64_t> HighestRun(ObjectStore& lake) {
  CADENZA_ASSIGN(const std::vector<ObjectInfo> runs, lake.List(kRunsFolder));
  for (auto object = runs.rbegin(); object != runs.rend(); ++object) {
    const int64_t number = RunOfName(object->name);
    if (number > 0 && object->name == NameOf(number)) return number;
  }
  return int64_t{0};
}

Result<bool> HasManifest(ObjectStore& lake, int64_t run) {
  CADENZA_ASSIGN(const std::optional<std::string> text, lake.Get(NameOf(run)));
  return text.has_value();
}

Status AbandonRun(ObjectStore& lake, int64_t run) {
  CADENZA_TRY(lake.PutIfAbsent(NameOf(run), json{{"run", run}, {"abandoned", true}}.dump()));
  return {};
}

Result<Manifest> ReadManifestFrom(ObjectStore& lake, int64_t run) {
  CADENZA_ASSIGN(const std::vector<ObjectInfo> runs, lake.List(kRunsFolder));
  for (const ObjectInfo& object : runs) {
    if (RunOfName(object.name) < run) continue;
    CADENZA_ASSIGN(const std::optional<std::string> text, lake.Get(object.name));
    if (!text || IsAbandoned(*text)) continue;
    Result<Manifest> manifest = ManifestFromJson(*text);
    if (manifest.ok()) return manifest;
  }
  return MakeError(ErrorKind::kNotFound, "{}: no record of run {} or a later one", lake.root(),
                   run);
}

Result<int64_t> CleanManifests(ObjectStore& lake, const ManifestCleanup& cleanup, bool only_count) {
  CADENZA_ASSIGN(const std::vector<ObjectInfo> runs, lake.List(kRunsFolder));
  int64_t deleted = 0;
  for (size_t at = 0; at + 1 < runs.size(); ++at) {
    const int64_t run = RunOfName(runs[at].name);
    const bool old = runs[at + 1].modified_ms <= cleanup.followed_before_ms;
    if (run >= cleanup.keep_from || !(old || run < cleanup.forget_before)) break;
    if (!only_count) CADENZA_TRY(lake.Remove(runs[at].name));
    ++deleted;
  }
  return deleted;
}

Status WriteManifest(ObjectStore& lake, const Manifest& manifest) {
  const std::string name = NameOf(manifest.run);
  const std::string text = ManifestToJson(manifest);
  const Result<bool> created = lake.PutIfAbsent(name, text);
  if (!created.ok()) {
    // It may be there all the same, when only what came behind it failed; then the run is done.
    const Result<std::optional<std::string>> found = lake.Get(name);
    if (found.ok() && *found == text) return {};
    return created.error();
  }
  if (*created) return {};
  return MakeError(ErrorKind::kConflict, "another run finished first: {}", name);
}

}  // namespace cadenza::lake
