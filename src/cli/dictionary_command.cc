#include <array>

#include "cli/command.h"
#include "lake/model.h"

namespace cadenza::cli {
namespace {

constexpr const char* kExamples = R"help(Examples:
  cadenza dictionary > docs/data_dictionary.md
      the same for every lake; `cadenza describe` shows a table as it is in one)help";

constexpr const char* kBeginning = R"text(# Data dictionary

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

void PrintLayer(const Layer& layer) {
  bool begun = false;
  for (const lake::Model& model : lake::Models()) {
    if (!model.is_table() || model.layer != layer.name) continue;
    if (!begun) fmt::print("\n## Layer {}: {}\n", layer.name, layer.summary);
    begun = true;
    PrintTableSection(model);
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
    app->footer(kExamples);
  }

  Result<int> Execute() override {
    CADENZA_TRY(ApplySettings(app_, {}));
    fmt::print("{}", kBeginning);
    for (const Layer& layer : kLayers) PrintLayer(layer);
    PrintAudits();
    return kExitDone;
  }

 private:
  CLI::App* app_ = nullptr;
};

}  // namespace

std::unique_ptr<Command> MakeDictionaryCommand() { return std::make_unique<DictionaryCommand>(); }

}  // namespace cadenza::cli
