#include "stream/definition.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/format_version.h"

namespace cadenza::stream {
namespace {

using nlohmann::json;

/// Of a window table, before those that it is grouped by.
constexpr size_t kColumnsBefore = 2;
constexpr const char* kSessionRows = "sessions";
constexpr const char* kLogLines = "events";
/// What a definition means that names no engine.
constexpr const char* kEmbedded = "embedded";
constexpr const char* kFormat = "format_version";

std::string Lateness(const WindowSettings& settings) {
  if (settings.correct_within_us == WindowSettings::kForEver) return "correct";
  if (settings.correct_within_us == 0) return "drop";
  return "correct " + DurationText(settings.correct_within_us);
}

json MappingsOf(const SourceOptions& source) {
  json mappings = json::array();
  for (const sources::ColumnMapping& mapping : source.mappings) {
    mappings.push_back(mapping.field + "=" + mapping.column);
  }
  std::sort(mappings.begin(), mappings.end());
  return mappings;
}

bool IsYoung(const std::string& name) {
  return name == "source-timezone" || name == "ts-unit" || name == "map" || name == "counts";
}

int64_t FormatOf(const json& definition) {
  const auto found = definition.find(kFormat);
  const bool is_number = found != definition.end() && found->is_number_integer();
  return is_number ? found->get<int64_t>() : 0;
}

std::string TextOf(const json& definition, const char* name, const char* otherwise) {
  const auto found = definition.find(name);
  return found != definition.end() && found->is_string() ? found->get<std::string>() : otherwise;
}

}  // namespace

std::string DefinitionOf(const StreamOptions& options, const std::string& kind,
                         const WindowTable& table) {
  const WindowSettings& windowing = options.windowing;
  json definition{{kFormat, kFormatVersion},
                  {"window", windowing.window.Text()},
                  {"group", options.source.groups},
                  {"key", options.source.key},
                  {"where", options.source.where},
                  {"late", Lateness(windowing)},
                  {"kind", kind},
                  {"table", table.name},
                  {"counts", table.counted},
                  {"source-timezone", options.source.zone},
                  {"ts-unit", options.source.ts_unit},
                  {"map", MappingsOf(options.source)}};
  if (options.engine != kEmbedded) definition["engine"] = options.engine;
  return definition.dump(-1, ' ', false, json::error_handler_t::replace);
}

Status CheckDefinition(std::string_view stored, const StreamOptions& options,
                       const WindowTable& table) {
  const json before = json::parse(stored, nullptr, /*allow_exceptions=*/false);
  if (!before.is_object()) {
    return MakeError(ErrorKind::kInput, "not the definition of a stream: {}", stored);
  }
  const bool names_engine = before.contains("engine") && before.at("engine").is_string();
  const std::string engine = names_engine ? before.at("engine").get<std::string>() : kEmbedded;
  if (engine != options.engine) {
    return MakeError(ErrorKind::kUsage,
                     "the stream {0} is one of --engine {1}, where its state is; give another "
                     "--name and --table for --engine {2}",
                     options.name, engine, options.engine);
  }
  const json now = json::parse(DefinitionOf(options, options.source.kind, table), nullptr, false);
  CADENZA_TRY(CheckFormat(fmt::format("the stream {}", options.name), FormatOf(before)));
  for (const auto& [name, value] : now.items()) {
    if (name == kFormat) continue;
    if (name == "kind" && value == "auto") continue;
    // A stream that was begun when definitions knew less.
    if (!before.contains(name) && IsYoung(name)) continue;
    const json& old = before.contains(name) ? before.at(name) : json();
    if (old == value) continue;
    return MakeError(ErrorKind::kUsage,
                     "the stream {} was begun with --{} {}; give another --name for --{} {}",
                     options.name, name, old.dump(), name, value.dump());
  }
  return {};
}

WindowTable TableOf(const StreamOptions& options, const std::string& kind) {
  const std::string counted = kind == "logs" ? kLogLines : kSessionRows;
  if (!options.table.empty()) return {options.table, counted};
  return {options.windowing.window.TableName(counted, options.source.groups), counted};
}

Result<Agreement> Agreed(Checkpoint* checkpoint, const StreamOptions& options) {
  CADENZA_ASSIGN(const std::optional<std::string> stored, checkpoint->Definition());
  if (!stored) {
    if (!options.table.empty()) CADENZA_TRY(checkpoint->CheckTableIsFree(options.table));
    return Agreement{options.source.kind, std::nullopt};
  }
  const json before = json::parse(*stored, nullptr, /*allow_exceptions=*/false);
  if (!before.is_object() || TextOf(before, "kind", "").empty()) {
    return MakeError(ErrorKind::kInput, "not the definition of a stream: {}", *stored);
  }
  // A stream that was begun when all tables of windows counted "sessions" goes on with them.
  WindowTable table{TextOf(before, "table", ""), TextOf(before, "counts", kSessionRows)};
  WindowTable asked = table;
  if (!options.table.empty()) asked.name = options.table;
  CADENZA_TRY(CheckDefinition(*stored, options, asked));
  return Agreement{TextOf(before, "kind", ""), std::move(table)};
}

lake::Model WindowModel(const StreamOptions& options, const WindowTable& table) {
  lake::Model model = *lake::FindModel(table.counted == kLogLines ? "events_5m" : "sessions_5m");
  if (model.name == table.name && options.source.groups.empty()) return model;
  model.name = table.name;
  model.kind = lake::ModelKind::kWritten;
  model.summary = fmt::format("{} and their distinct customers by windows of {}.", table.counted,
                              options.windowing.window.Text());
  if (!options.source.groups.empty()) {
    model.grain = fmt::format("one row per window and {} that has any",
                              fmt::join(options.source.groups, ", "));
  }
  std::vector<lake::ModelColumn> groups;
  for (const std::string& name : options.source.groups) {
    groups.push_back({name, "VARCHAR", "group; NULL where the row has none"});
  }
  model.columns.insert(model.columns.begin() + kColumnsBefore, groups.begin(), groups.end());
  return model;
}

}  // namespace cadenza::stream
