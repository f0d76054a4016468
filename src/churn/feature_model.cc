#include "churn/feature_model.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "base/digest.h"
#include "base/trim.h"
#include "churn/firewall.h"
#include "feature_models_embedded.h"

namespace cadenza::churn {
namespace {

/// Reads the header of one file, line by line.
class HeaderReader {
 public:
  HeaderReader(FeatureModel* model, std::string_view text) : model_(model), text_(text) {}

  Status Read() {
    while (text_.starts_with("--")) {
      ++line_;
      const size_t end = std::min(text_.find('\n'), text_.size());
      std::string_view line = text_.substr(2, end - 2);
      if (line.starts_with(' ')) line.remove_prefix(1);
      text_.remove_prefix(std::min(end + 1, text_.size()));
      CADENZA_TRY(Line(line));
    }
    return {};
  }

  Error At(std::string_view why, std::string_view value) const {
    return MakeError(ErrorKind::kInput, "{}:{}: {}: {}", model_->file, line_, why, Trim(value));
  }
  std::string_view rest() const { return text_; }
  int lines() const { return line_; }
  bool has_kind() const { return has_kind_; }
  bool has_reads() const { return has_reads_; }

 private:
  Status Line(std::string_view line) {
    const size_t colon = line.find(':');
    if (model_->name.empty()) {
      if (colon == line.npos) return At("a model begins with `-- name: summary`, not", line);
      model_->name = Trim(line.substr(0, colon));
      model_->summary = Trim(line.substr(colon + 1));
      return {};
    }
    if (line.starts_with("  ") && section_ == "columns") return Column(line);
    if (line.starts_with("  ") && section_ == "words") return Words(line);
    if (colon == line.npos) return {};  // a remark
    section_ = line.substr(0, colon);
    const std::string_view value = Trim(line.substr(colon + 1));
    if (section_ == "kind") {
      has_kind_ = true;
      if (value != "feature") return At("the kind of such a model is feature, not", value);
    }
    return section_ == "reads" ? Reads(value) : Status();
  }

  Status Reads(std::string_view value) {
    has_reads_ = true;
    if (value == "history all") return {};
    if (value == "totals" || value == "profile") {
      model_->source = value == "totals" ? FeatureSource::kTotals : FeatureSource::kProfile;
      return {};
    }
    int days = 0;
    const std::string text(value);
    int read = 0;
    if (std::sscanf(text.c_str(), "history %5d days%n", &days, &read) == 1 && days > 0 &&
        static_cast<size_t>(read) == text.size()) {
      model_->days = days;
      return {};
    }
    return At("reads is `history N days`, `history all`, `totals` or `profile`, not", value);
  }

  Status Column(std::string_view line) {
    const std::string_view text = Trim(line);
    const size_t space = text.find(' '), colon = text.find(": ");
    if (space == text.npos || colon == text.npos || space > colon) {
      return At("not `column TYPE: comment`", line);
    }
    FeatureColumn column{std::string(text.substr(0, space)),
                         std::string(Trim(text.substr(space, colon - space))),
                         std::string(Trim(text.substr(colon + 2)))};
    if (column.type != "BIGINT" && column.type != "DOUBLE") {
      return At("a feature is BIGINT or DOUBLE, not", column.type);
    }
    model_->columns.push_back(std::move(column));
    return {};
  }

  Status Words(std::string_view line) {
    const size_t colon = line.find(": ");
    if (colon == line.npos) return At("not `columns: words`", line);
    FeatureFamily family;
    family.text = Trim(line.substr(colon + 2));
    std::string_view list = line.substr(0, colon);
    while (!list.empty()) {
      const size_t comma = std::min(list.find(','), list.size());
      family.columns.emplace_back(Trim(list.substr(0, comma)));
      list.remove_prefix(std::min(comma + 1, list.size()));
      if (std::ranges::count(model_->columns, family.columns.back(), &FeatureColumn::name) == 0) {
        return At("words for a column that the model does not have", family.columns.back());
      }
    }
    model_->families.push_back(std::move(family));
    return {};
  }

  FeatureModel* model_;
  std::string_view text_;
  std::string section_;
  int line_ = 0;
  bool has_kind_ = false, has_reads_ = false;
};

const char* RelationOf(FeatureSource source) {
  switch (source) {
    case FeatureSource::kHistory:
      return "history";
    case FeatureSource::kTotals:
      return "totals";
    case FeatureSource::kProfile:
      return "profile";
  }
  return "";
}

/// A column without words speaks for itself.
void AddMissingWords(FeatureModel* model) {
  for (const FeatureColumn& column : model->columns) {
    const bool has_words = std::ranges::any_of(model->families, [&](const FeatureFamily& family) {
      return std::ranges::count(family.columns, column.name) > 0;
    });
    if (has_words) continue;
    model->families.push_back(
        {{column.name},
         column.name + " is {above|below} the usual: {" + column.name + "}, others {usual}"});
  }
}

Status CheckNames(const std::vector<FeatureModel>& models) {
  std::map<std::string, const FeatureModel*> seen;
  for (const FeatureModel& model : models) {
    for (const FeatureColumn& column : model.columns) {
      const auto [other, is_new] = seen.emplace(column.name, &model);
      if (is_new) continue;
      return MakeError(ErrorKind::kInput, "{}: another feature, of {}, is called so: {}",
                       model.file, other->second->file, column.name);
    }
  }
  return {};
}

}  // namespace

std::string FeatureFamily::shown() const {
  for (const std::string& column : columns) {
    if (text.find("{" + column + "}") != text.npos) return column;
  }
  return columns.front();
}

Result<FeatureModel> ParseFeatureModel(const std::string& file, std::string_view text) {
  FeatureModel model;
  model.file = file;
  HeaderReader header(&model, text);
  CADENZA_TRY(header.Read());
  if (model.name.empty()) return header.At("a model without header", text.substr(0, 40));
  if (!header.has_kind()) return header.At("the header has no line", "kind: feature");
  if (!header.has_reads()) return header.At("the header has no line", "reads: history 30 days");
  if (model.columns.empty()) return header.At("the header lists no column in", model.name);
  model.select = header.rest();
  CADENZA_TRY(CheckFeatureSql(file, header.lines() + 1, model.select, RelationOf(model.source)));
  AddMissingWords(&model);
  return model;
}

Result<std::vector<FeatureModel>> OwnFeatureModels() {
  std::vector<FeatureModel> models;
  for (const EmbeddedFeatureModel& embedded : kEmbeddedFeatureModels) {
    CADENZA_ASSIGN(FeatureModel model,
                   ParseFeatureModel(std::string(embedded.file), embedded.text));
    models.push_back(std::move(model));
  }
  CADENZA_TRY(CheckNames(models));
  return models;
}

Result<std::vector<FeatureModel>> FeatureModelsWith(const std::string& folder) {
  CADENZA_ASSIGN(std::vector<FeatureModel> models, OwnFeatureModels());
  if (folder.empty()) return models;
  std::error_code error;
  std::vector<std::filesystem::path> files;
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    if (at->path().extension() == ".sql") files.push_back(at->path());
  }
  if (error) {
    return MakeError(ErrorKind::kNotFound, "--features: {}: {}", error.message(), folder);
  }
  if (files.empty()) return MakeError(ErrorKind::kNotFound, "--features: no *.sql in {}", folder);
  std::ranges::sort(files);
  for (const std::filesystem::path& path : files) {
    std::ifstream file(path, std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    if (!file) return MakeError(ErrorKind::kIo, "cannot read {}", path.string());
    CADENZA_ASSIGN(FeatureModel model, ParseFeatureModel(path.string(), text));
    models.push_back(std::move(model));
  }
  CADENZA_TRY(CheckNames(models));
  return models;
}

std::string HashOf(const std::vector<FeatureModel>& models) {
  std::string all;
  for (const FeatureModel& model : models) {
    all += fmt::format("{}\n{} {}\n{}\n", model.name, RelationOf(model.source), model.days,
                       model.select);
    for (const FeatureColumn& column : model.columns) all += column.name + " " + column.type + "\n";
  }
  return ToHex(Sha256(all));
}

}  // namespace cadenza::churn
