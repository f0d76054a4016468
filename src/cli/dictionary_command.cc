#include <array>
#include <optional>

#include "cli/command.h"
#include "cli/s3_flags.h"
#include "query/lake_tables.h"

namespace cadenza::cli {
namespace {

constexpr const char* kDictionaryExamples = R"help(Examples:
  cadenza dictionary > docs/data_dictionary.md
      the same for every lake; `cadenza describe` shows a table as it is in one
  cadenza dictionary --lake lake > lake_dictionary.md
      with the tables that this lake alone has: windows of streams, models of your own)help";

constexpr const char* kDictionaryBeginning = R"text(# Data dictionary

Every table of a lake, by layer, and the audits of a run. Made by `cadenza dictionary` from the headers of
`models/`; change it there. All times are UTC.
)text";

struct Layer {
  const char* name;
  const char* summary;
};
constexpr auto kLayers = std::to_array<Layer>({
    {"bronze", "as delivered, typed"},
    {"silver", "the star schema"},
    {"gold", "what is made of the star schema"},
    {"ops", "what the program says about its work"},
});

/// Text for a cell of a Markdown table.
std::string Cell(const std::string& text) {
  std::string cell;
  for (const char c : text) cell += c == '|' ? std::string("\\|") : std::string(1, c);
  return cell;
}

std::string Sentence(std::string text) {
  if (!text.empty() && text.back() != '.') text += '.';
  return text;
}

std::string Names(const std::vector<std::string>& list) {
  std::string names;
  for (const std::string& name : list) names += (names.empty() ? "`" : ", `") + name + "`";
  return names;
}

void PrintTableSection(const lake::Model& model) {
  fmt::print("\n### {}\n\n{}\n\n", model.name, Sentence(model.summary));
  fmt::print("- Grain: {}\n", Sentence(model.grain));
  if (!model.partition_columns.empty()) {
    fmt::print("- Partition: {}\n", Names(model.partition_columns));
  }
  fmt::print("\n| column | type | meaning |\n|---|---|---|\n");
  for (const lake::ModelColumn& column : model.columns) {
    fmt::print("| `{}` | {} | {} |\n", column.name, column.type, Cell(column.comment));
  }
}

void PrintLayer(const Layer& layer, const std::vector<const lake::Model*>& tables) {
  bool begun = false;
  for (const lake::Model* model : tables) {
    if (model->layer != layer.name) continue;
    if (!begun) fmt::print("\n## Layer {}: {}\n", layer.name, layer.summary);
    begun = true;
    PrintTableSection(*model);
  }
}

void PrintAudits() {
  fmt::print(
      "\n## Checks of each run\n\nRows that break a sentence fail the run before its commit; those "
      "of a "
      "warning are reported.\n\n| audit | table | what has to hold | when not "
      "|\n|---|---|---|---|\n");
  for (const lake::Model& model : lake::Models()) {
    if (model.kind != lake::ModelKind::kAudit) continue;
    fmt::print("| `{}` | {} | {} | {} |\n", model.name, model.audited_table,
               Cell(Sentence(model.summary)), model.is_warning ? "warning" : "failure");
  }
}

class DictionaryCommand : public Command {
 public:
  void Declare(CLI::App* app) override {
    app_ = app;
    app->footer(kDictionaryExamples);
    app->add_option("--lake", lake_, "a lake, whose own tables are listed too")
        ->type_name("FOLDER");
    s3_.Declare(app);
  }

  Result<int> Execute() override {
    CADENZA_TRY(ApplySettings(app_, {}));
    engine::DuckDbOptions options;
    options.s3 = s3_.MakeClient();
    std::unique_ptr<engine::Engine> engine;
    std::optional<lake::Lake> lake;
    std::vector<const lake::Model*> tables;
    if (lake_.empty()) {
      for (const lake::Model& model : lake::Models()) {
        if (model.is_table()) tables.push_back(&model);
      }
    } else {
      CADENZA_ASSIGN(engine, engine::OpenDuckDb(options));
      CADENZA_ASSIGN(lake, query::OpenExistingLake(lake_, engine.get(), options.s3));
      tables = lake->tables();
    }
    fmt::print("{}", kDictionaryBeginning);
    for (const Layer& layer : kLayers) PrintLayer(layer, tables);
    PrintAudits();
    return kExitDone;
  }

 private:
  CLI::App* app_ = nullptr;
  std::string lake_;
  S3Flags s3_;
};

}  // namespace

std::unique_ptr<Command> MakeDictionaryCommand() { return std::make_unique<DictionaryCommand>(); }

}  // namespace cadenza::cli
