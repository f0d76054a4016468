#include "engagement/gold_refresh.h"

#include <cctype>

#include "lake/table_rows.h"

namespace cadenza::engagement {
namespace {

/// The words of an SQL text, without those in texts and comments.
std::set<std::string> WordsOf(const std::string& sql) {
  std::set<std::string> words;
  std::string word;
  bool in_text = false, in_comment = false;
  for (size_t at = 0; at <= sql.size(); ++at) {
    const char c = at < sql.size() ? sql[at] : ' ';
    if (in_comment) {
      in_comment = c != '\n';
      continue;
    }
    if (c == '\'') in_text = !in_text;
    if (!in_text && c == '-' && at + 1 < sql.size() && sql[at + 1] == '-') in_comment = true;
    const bool is_word = std::isalnum(static_cast<unsigned char>(c)) || c == '_';
    if (is_word && !in_text) {
      word += c;
    } else if (!word.empty()) {
      words.insert(std::move(word));
      word.clear();
    }
  }
  return words;
}

}  // namespace

std::vector<std::string> ModelsRead(const lake::Model& model) {
  std::vector<std::string> read;
  const std::set<std::string> words = WordsOf(model.select);
  for (const lake::Model& other : lake::Models()) {
    if (other.layer == "gold" && &other != &model && words.contains(other.name)) {
      read.push_back(other.name);
    }
  }
  return read;
}

Status GoldRefresh::Compute(const std::string& name) {
  if (!done_.insert(name).second) return {};
  const lake::Model& model = *lake::FindModel(name);
  for (const std::string& other : ModelsRead(model)) CADENZA_TRY(Compute(other));
  if (model.kind == lake::ModelKind::kView) return lake_->engine().BindQuery(name, model.select);
  CADENZA_TRY(lake_->engine().Materialize(name, model.select));
  return model.is_table() ? StageIfDifferent(model) : Status();
}

Status GoldRefresh::Substitute(const std::string& name, const std::string& model) {
  const lake::Model& other = *lake::FindModel(model);
  for (const std::string& read : ModelsRead(other)) CADENZA_TRY(Compute(read));
  done_.insert(name);
  return lake_->engine().BindQuery(name, other.select);
}

Status GoldRefresh::Bind(const std::string& name, const std::string& select) {
  done_.insert(name);
  return lake_->engine().Materialize(name, select);
}

Status GoldRefresh::StageRows(const std::string& table, const std::string& select) {
  CADENZA_TRY(lake_->engine().Materialize(table, select));
  return StageIfDifferent(*lake::FindModel(table));
}

Status GoldRefresh::EmptyTable(const std::string& table) {
  const lake::Model& model = *lake::FindModel(table);
  CADENZA_ASSIGN(const lake::TableState before, lake_->Load(model));
  if (!before.exists) return {};
  return StageRows(table, engine::EmptySelect(model.engine_columns()));
}

Status GoldRefresh::StageIfDifferent(const lake::Model& model) {
  engine::Engine& engine = lake_->engine();
  CADENZA_ASSIGN(const lake::TableState before, lake_->Load(model));
  const std::string rows = lake::TypedRows(model, model.name);
  if (before.exists) {
    CADENZA_ASSIGN(const bool differs, lake::DifferFromTable(&engine, rows, before));
    if (!differs) return {};
  }
  lake::TableChange change;
  change.remove_all = before.exists;
  if (engine.commits_tables()) {
    change.select = rows;
  } else {
    CADENZA_ASSIGN(change.added, engine.Write(run_->Request(model, model.partition_columns, rows)));
  }
  run_->Stage(model, before, model.partition_columns, std::move(change));
  changed_.insert(model.name);
  return {};
}

}  // namespace cadenza::engagement
