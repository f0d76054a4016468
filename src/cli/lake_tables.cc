#include "cli/lake_tables.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <regex>

namespace cadenza::cli {
namespace {

bool IsWordCharacter(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

/// True when the text has the name as a word of its own, in any case.
bool Mentions(const std::string& text, const std::string& name) {
  const auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
  auto at = text.begin();
  while (true) {
    at = std::search(at, text.end(), name.begin(), name.end(), same);
    if (at == text.end()) return false;
    const bool starts = at == text.begin() || !IsWordCharacter(*(at - 1));
    const auto end = at + static_cast<std::ptrdiff_t>(name.size());
    if (starts && (end == text.end() || !IsWordCharacter(*end))) return true;
    ++at;
  }
}

Status Bind(lake::Lake* lake, const lake::Model& model, const lake::TableState& state,
            const std::string& name) {
  engine::Engine& engine = lake->engine();
  CADENZA_TRY(engine.BindFiles(name, state.Relation()));
  if (name != model.name) return {};
  CADENZA_TRY(engine.Execute("CREATE SCHEMA IF NOT EXISTS " + model.layer));
  return engine.Execute(fmt::format("CREATE OR REPLACE VIEW {}.{} AS FROM main.{}", model.layer,
                                    engine::QuoteName(name), engine::QuoteName(name)));
}

Result<lake::TableState> StateAt(lake::Lake* lake, const lake::Model& model,
                                 const std::string& kind, const std::string& value) {
  if (kind == "version") {
    if (value.empty() || !std::ranges::all_of(value, [](char c) { return std::isdigit(c); })) {
      return MakeError(ErrorKind::kUsage, "not a version: {}", value);
    }
    return lake->LoadVersion(model, std::strtoll(value.c_str(), nullptr, 10));
  }
  CADENZA_ASSIGN(const engine::RowSet ms,
                 lake->engine().Query("SELECT epoch_ms(CAST(" + engine::QuoteText(value) +
                                      " AS TIMESTAMP WITH TIME ZONE))"));
  Result<lake::TableState> state = lake->LoadAsOf(model, ms.Number());
  if (!state.ok() && state.error().kind == ErrorKind::kNotFound) {
    return MakeError(ErrorKind::kNotFound, "{} did not exist yet at {}", model.name, value);
  }
  return state;
}

}  // namespace

Result<lake::Lake> OpenExistingLake(const std::string& root, engine::Engine* engine) {
  if (root.empty()) return MakeError(ErrorKind::kUsage, "--lake is missing: where is the lake?");
  CADENZA_ASSIGN(lake::Lake lake, lake::Lake::Open(root, engine));
  if (lake.manifest().run == 0) {
    return MakeError(ErrorKind::kNotFound, "there is no lake in {} (cadenza etl makes one)", root);
  }
  return lake;
}

Result<const lake::Model*> FindTable(const std::string& name) {
  const size_t dot = name.find('.');
  const lake::Model* model =
      lake::FindModel(dot == std::string::npos ? name : name.substr(dot + 1));
  const bool right_layer =
      model && (dot == std::string::npos || model->layer == name.substr(0, dot));
  if (model && model->is_table() && right_layer) return model;
  std::string names;
  for (const lake::Model& other : lake::Models()) {
    if (other.is_table()) names += (names.empty() ? "" : ", ") + other.name;
  }
  return MakeError(ErrorKind::kUsage, "no such table (there are {}): {}", names, name);
}

Result<std::string> BindTablesOf(const std::string& sql, lake::Lake* lake) {
  static const std::regex kTravel(
      R"((?:(\w+)\.)?\b(\w+)\s+at\s*\(\s*(version|timestamp)\s*=>\s*(?:'([^']*)'|(\d+))\s*\))",
      std::regex::icase);
  std::string resolved;
  std::string rest = sql;
  std::smatch match;
  while (std::regex_search(rest, match, kTravel)) {
    const lake::Model* model = lake::FindModel(match[2].str());
    if (!model || !model->is_table()) {
      resolved += rest.substr(0, match.position() + match.length());
      rest = match.suffix();
      continue;
    }
    std::string kind = match[3].str();
    std::ranges::transform(kind, kind.begin(), [](unsigned char c) { return std::tolower(c); });
    const std::string value = match[4].matched ? match[4].str() : match[5].str();
    const std::string name = fmt::format("{} at {} {}", model->name, kind, value);
    CADENZA_ASSIGN(const lake::TableState state, StateAt(lake, *model, kind, value));
    CADENZA_TRY(Bind(lake, *model, state, name));
    resolved +=
        match.prefix().str() + engine::QuoteName(name) + " AS " + engine::QuoteName(model->name);
    rest = match.suffix();
  }
  resolved += rest;
  for (const lake::Model& model : lake::Models()) {
    if (!model.is_table() || !Mentions(resolved, model.name)) continue;
    CADENZA_ASSIGN(const lake::TableState state, lake->Load(model));
    if (state.exists) CADENZA_TRY(Bind(lake, model, state, model.name));
  }
  return resolved;
}

}  // namespace cadenza::cli
