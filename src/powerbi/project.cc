#include "powerbi/project.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "powerbi/identity.h"
#include "powerbi/json_file.h"
#include "powerbi/report.h"
#include "powerbi/semantic_model.h"

namespace cadenza::powerbi {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSchemas = "https://developer.microsoft.com/json-schemas/fabric/";
constexpr const char* kProjectFile = "Cadenza.pbip";

constexpr const char* kReadMe =
    "A Power BI project, made by `cadenza powerbi`.\n\n"
    "Open Cadenza.pbip in Power BI Desktop. It asks the server that the parameters Server and "
    "Database name\n"
    "(Transform data, Edit parameters); the program that answers there is `cadenza serve --pg`.\n\n"
    "What was checked: the JSON files against Microsoft's published schemas. What was not: Power "
    "BI Desktop itself,\n"
    "the model by Microsoft's reader of TMDL, the DAX of the measures, and the SQL that "
    "DirectQuery sends.\n";

std::string PlatformText(const char* kind) {
  return FileText(
      {{"$schema", std::string(kSchemas) + "gitIntegration/platformProperties/2.0.0/schema.json"},
       {"metadata", {{"type", kind}, {"displayName", "Cadenza"}}},
       {"config", {{"version", "2.0"}, {"logicalId", GuidOf(std::string("item ") + kind)}}}});
}

/// Only what an earlier project may have left.
Status CheckFolder(const fs::path& folder) {
  std::error_code error;
  if (!fs::exists(folder, error)) return {};
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    const bool is_ours = name.starts_with("Cadenza.") || name == "README.md" ||
                         name == ".gitignore" || name == ".git";
    if (!is_ours) {
      return MakeError(ErrorKind::kUsage,
                       "--out has other files in it (it holds nothing but the project): {}",
                       entry.path().string());
    }
  }
  return {};
}

}  // namespace

Result<Files> MakeProject(const Source& source) {
  CADENZA_ASSIGN(Files files, MakeSemanticModel(source));
  const Files report = MakeReport(source);
  files.insert(report.begin(), report.end());
  const std::string schemas = kSchemas;
  files[kProjectFile] =
      FileText({{"$schema", schemas + "pbip/pbipProperties/1.0.0/schema.json"},
                {"version", "1.0"},
                {"artifacts", Json::array({{{"report", {{"path", "Cadenza.Report"}}}}})},
                {"settings", {{"enableAutoRecovery", true}}}});
  files["README.md"] = kReadMe;
  files["Cadenza.Report/.platform"] = PlatformText("Report");
  files["Cadenza.SemanticModel/.platform"] = PlatformText("SemanticModel");
  files["Cadenza.SemanticModel/definition.pbism"] =
      FileText({{"$schema", schemas + "item/semanticModel/definitionProperties/1.0.0/schema.json"},
                {"version", "4.2"},
                {"settings", Json::object()}});
  files["Cadenza.Report/definition.pbir"] =
      FileText({{"$schema", schemas + "item/report/definitionProperties/2.0.0/schema.json"},
                {"version", "4.0"},
                {"datasetReference", {{"byPath", {{"path", "../Cadenza.SemanticModel"}}}}}});
  return files;
}

Status WriteProject(const Files& files, const std::string& folder) {
  const fs::path root(folder);
  CADENZA_TRY(CheckFolder(root));
  std::error_code error;
  for (const char* part : {"Cadenza.Report/definition", "Cadenza.SemanticModel/definition"})
    fs::remove_all(root / part, error);
  for (const auto& [name, text] : files) {
    const fs::path path = root / name;
    fs::create_directories(path.parent_path(), error);
    std::ofstream file(path, std::ios::binary);
    file << text;
    file.close();
    if (!file) return MakeError(ErrorKind::kIo, "cannot write {}", path.string());
  }
  return {};
}

}  // namespace cadenza::powerbi
