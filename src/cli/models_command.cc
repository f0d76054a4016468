#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/message_text.h"
#include "cli/own_model_flags.h"
#include "cli/s3_flags.h"
#include "engine/sql_text.h"
#include "lake/model_graph.h"
#include "warehouse/own_models.h"

namespace cadenza::cli {
namespace {

using nlohmann::json;

constexpr const char* kModelsExamples = R"help(Examples:
  cadenza models
      the tables of the program: which job computes each, how it follows, what it is made of
  cadenza models --lake lake --models ./models
      with the models of your own: those of the folder, checked, and those that the lake keeps
  cadenza models --mermaid > models.mmd
      the graph, for a Markdown page
  cadenza models new favourites
      writes ./models/favourites.sql, a commented beginning; --models names another folder
  cadenza refresh --lake lake --models ./models
      computes your own models

A model of your own is one .sql file: a header (summary, grain, refresh, columns), then a SELECT over
tables of the lake. docs/MODELS.md shows one from the file to the answer.
Exit code: 0 done, 1 failed, 2 wrong usage or a wrong model, 130 interrupted.)help";

/// {0}: the name.
constexpr const char* kModelBeginning =
    R"sql(-- {0}: what the table tells, in one sentence.
-- grain: one row per listener
-- refresh: whole
-- The lines above are the header: `grain` says what one row is, `refresh: whole` that the table is
-- computed again when what it reads has changed. `partition: a, b` may stand here as well. A line
-- like this one is a remark.
-- columns:
--   user_id VARCHAR: listener
--   plays BIGINT: songs played
-- Each column has its type (BIGINT, INTEGER, DOUBLE, VARCHAR, BOOLEAN, DATE, TIMESTAMP WITH TIME
-- ZONE) and its meaning. A SELECT follows that gives these columns. It may read every table of the
-- lake (`cadenza tables`) and your other models, and has to be SQL that DuckDB and Spark both know.
-- Audits lie beside it in audits/: queries that return no rows when the data is sound, with the
-- header lines `-- name: sentence` and `-- table: {0}`.

SELECT user_id, count(*) AS plays
FROM songplays
WHERE user_id IS NOT NULL
GROUP BY user_id
)sql";

/// A node of the graph as it is shown.
struct Node {
  std::string layer, name, job, refresh, summary, origin;
  std::vector<std::string> reads;
};

std::string RefreshName(const lake::Model& model) {
  if (model.kind == lake::ModelKind::kWritten) return "written";
  constexpr auto kNames =
      std::to_array<const char*>({"", "appended", "months", "whole", "catalogue"});
  return kNames.at(static_cast<size_t>(model.refresh));
}

std::string JobName(const lake::Model& model) {
  return model.job_option.empty() ? model.job : model.job + " " + model.job_option;
}

std::vector<Node> ProgramNodes() {
  std::vector<Node> nodes;
  for (const lake::Model& model : lake::Models()) {
    if (!model.is_table()) continue;
    Node node{model.layer, model.name, JobName(model), RefreshName(model), model.summary, "", {}};
    for (const lake::Model* read : lake::TablesRead(model)) node.reads.push_back(read->name);
    nodes.push_back(std::move(node));
  }
  return nodes;
}

class ModelsCommand : public Command {
 public:
  void Declare(CLI::App* app) override {
    app_ = app;
    app->footer(kModelsExamples);
    app->add_option("action", action_, "new: write a commented beginning of a model")
        ->check(CLI::IsMember({"new"}))
        ->type_name("ACTION");
    app->add_option("name", name_, "of the new model")->type_name("NAME");
    app->add_option("--lake", lake_, "a lake, whose own models are shown too")->type_name("FOLDER");
    DeclareList(app, "--models", &folders_, "folder with models of your own (*.sql)")
        ->type_name("FOLDER");
    app->add_flag("--json", json_, "print JSON");
    app->add_flag("--mermaid", mermaid_, "print the graph as a Mermaid flowchart");
    DeclareList(app, "--config", &configs_, "settings: .toml")->type_name("FILE");
    s3_.Declare(app);
  }

  Result<int> Execute() override {
    CADENZA_TRY(ApplySettings(app_, configs_));
    if (action_ == "new") return New();
    if (json_ && mermaid_) {
      return MakeError(ErrorKind::kUsage, "--json and --mermaid are two ways to say the same");
    }
    std::vector<Node> nodes = ProgramNodes();
    CADENZA_TRY(AddOwn(&nodes));
    if (json_) {
      PrintGraphJson(nodes);
    } else if (mermaid_) {
      PrintMermaid(nodes);
    } else {
      PrintText(nodes);
    }
    return kExitDone;
  }

 private:
  Result<int> New() {
    const std::string folder = folders_.empty() ? "models" : folders_.front();
    const bool is_plain =
        engine::Lower(name_) == name_ && !name_.empty() &&
        name_.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
    if (!is_plain) {
      return MakeError(ErrorKind::kUsage,
                       "a new model needs a name of small letters, digits and _, not: {}", name_);
    }
    if (const lake::Model* taken = lake::FindModel(name_)) {
      return MakeError(ErrorKind::kUsage, "the name is taken by {}.{}", taken->layer, taken->name);
    }
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    const std::string path = folder + "/" + name_ + ".sql";
    if (std::filesystem::exists(path, error)) {
      return MakeError(ErrorKind::kUsage, "the file is there already: {}", path);
    }
    std::ofstream file(path, std::ios::binary);
    file << fmt::format(kModelBeginning, name_);
    if (!file.flush()) return MakeError(ErrorKind::kIo, "cannot write {}", path);
    fmt::print("{}\nNext: edit it, then cadenza refresh --lake LAKE --models {}\n", path,
               ShellWord(folder));
    return kExitDone;
  }

  Status AddOwn(std::vector<Node>* nodes) {
    if (lake_.empty() && folders_.empty()) return {};
    engine::DuckDbOptions options;
    options.s3 = s3_.MakeClient();
    CADENZA_ASSIGN(const std::unique_ptr<engine::Engine> engine, engine::OpenDuckDb(options));
    // A lake that is not there yet has no tables of its own, and the folder can be checked anyway.
    CADENZA_ASSIGN(lake::Lake lake, lake::Lake::Open(lake_.empty() ? "/nonexistent-lake" : lake_,
                                                     engine.get(), options.s3));
    if (folders_.empty()) CADENZA_TRY(lake.CheckIsThere());
    CADENZA_ASSIGN(const warehouse::OwnModels own, warehouse::OwnModels::Read(folders_, &lake));
    for (const warehouse::OwnModel& model : own.models()) {
      nodes->push_back({model.model.layer, model.model.name, "refresh", RefreshName(model.model),
                        model.model.summary, model.origin.empty() ? "the lake" : model.origin,
                        own.Reads(model.model.name)});
    }
    return {};
  }

  static void PrintText(const std::vector<Node>& nodes) {
    fmt::print("{:<28} {:<20} {:<10} {}\n", "table", "job", "follows", "made of");
    for (const Node& node : nodes) {
      const std::string reads = fmt::format("{}", fmt::join(node.reads, ", "));
      fmt::print("{:<28} {:<20} {:<10} {}{}\n", node.layer + "." + node.name,
                 node.job.empty() ? "-" : node.job, node.refresh, reads.empty() ? "-" : reads,
                 node.origin.empty() ? "" : "  (" + node.origin + ")");
    }
  }

  static void PrintGraphJson(const std::vector<Node>& nodes) {
    json list = json::array();
    for (const Node& node : nodes) {
      json object = {{"layer", node.layer},     {"table", node.name},  {"job", node.job},
                     {"refresh", node.refresh}, {"reads", node.reads}, {"holds", node.summary}};
      if (!node.origin.empty()) object["origin"] = node.origin;
      list.push_back(std::move(object));
    }
    PrintJson(list);
  }

  static void PrintMermaid(const std::vector<Node>& nodes) {
    fmt::print("flowchart LR\n");
    for (const char* layer : {"bronze", "silver", "gold"}) {
      fmt::print("  subgraph {}\n", layer);
      for (const Node& node : nodes) {
        if (node.layer == layer) fmt::print("    {}\n", node.name);
      }
      fmt::print("  end\n");
    }
    for (const Node& node : nodes) {
      for (const std::string& read : node.reads) fmt::print("  {} --> {}\n", read, node.name);
    }
  }

  CLI::App* app_ = nullptr;
  std::string action_, name_, lake_;
  std::vector<std::string> folders_, configs_;
  bool json_ = false, mermaid_ = false;
  S3Flags s3_;
};

}  // namespace

std::unique_ptr<Command> MakeModelsCommand() { return std::make_unique<ModelsCommand>(); }

}  // namespace cadenza::cli
