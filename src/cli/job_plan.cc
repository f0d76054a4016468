#include "cli/job_plan.h"

#include <toml++/toml.h>

#include <algorithm>
#include <sstream>

#include "base/nearest_name.h"
#include "base/toml_fault.h"

namespace cadenza::cli {
namespace {

/// All jobs, in their order. A job that reads the lake's own events follows etl.
const std::vector<Job>& AllJobs() {
  static const std::vector<Job> kJobs = {
      {.name = "etl", .arguments = {"etl"}},
      {.name = "kpi", .arguments = {"kpi"}, .after = {"etl"}, .inputs = JobInputs::kLake},
      {.name = "stream", .arguments = {"stream", "--once"}},
      {.name = "churn", .arguments = {"churn"}, .after = {"etl"}, .inputs = JobInputs::kLake},
      {.name = "recommend",
       .arguments = {"recommend"},
       .after = {"etl"},
       .inputs = JobInputs::kLake},
      {.name = "alerts", .arguments = {"alerts", "check"}, .after = {"stream"}},
      {.name = "optimize", .arguments = {"optimize"}, .inputs = JobInputs::kTime},
      {.name = "vacuum", .arguments = {"vacuum"}, .inputs = JobInputs::kTime},
  };
  return kJobs;
}

struct NamedTables {
  std::set<std::string> jobs;
  std::map<std::string, std::string> settings;  ///< of a job, as text
  std::string common;                           ///< keys at the top
  std::set<std::string> with_source;            ///< jobs that read files of their own
};

Status ReadTables(const std::string& path, NamedTables* named) {
  try {
    const toml::table file = toml::parse_file(path);
    for (const auto& [key, node] : file) {
      std::ostringstream text;
      node.visit([&text](const auto& value) { text << value; });
      const std::string name(key.str());
      if (!node.is_table()) {
        named->common += name + " = " + text.str() + "\n";
        if (name == "source") named->with_source.insert("kpi");
        continue;
      }
      named->jobs.insert(name);
      named->settings[name] += text.str() + "\n";
      const toml::table& table = *node.as_table();
      if (table.contains("source") || table.contains("table")) named->with_source.insert(name);
    }
  } catch (const toml::parse_error& error) {
    return MakeError(ErrorKind::kInput, "{}, line {}: {}", path, error.source().begin.line,
                     TomlFault(error.description()));
  }
  return {};
}

/// Windows are judged where a stream makes them; [alerts] alone may only name channels.
bool IsWanted(const Job& job, const std::set<std::string>& tables) {
  if (job.inputs == JobInputs::kTime) return true;
  return tables.contains(job.name) && (job.name != "alerts" || tables.contains("stream"));
}

}  // namespace

std::vector<std::string> JobNames() {
  std::vector<std::string> names;
  for (const Job& job : AllJobs()) names.push_back(job.name);
  return names;
}

Result<std::vector<Job>> PlanJobs(const std::vector<std::string>& settings_files,
                                  const std::vector<std::string>& named) {
  NamedTables tables;
  for (const std::string& path : settings_files) {
    if (!path.ends_with(".cfg")) CADENZA_TRY(ReadTables(path, &tables));
  }
  const std::vector<std::string> known = JobNames();
  for (const std::string& name : named) {
    if (std::ranges::count(known, name) == 0) {
      return MakeError(ErrorKind::kUsage, "--jobs takes {}, not: {}{}", fmt::join(known, ", "),
                       name, DidYouMean(NearestName(name, known)));
    }
  }
  std::vector<Job> plan;
  for (Job job : AllJobs()) {
    const bool wanted =
        named.empty() ? IsWanted(job, tables.jobs) : std::ranges::count(named, job.name) > 0;
    if (!wanted) continue;
    if (tables.with_source.contains(job.name)) {
      job.inputs = JobInputs::kItsOwn;
      job.after.clear();
    }
    job.settings = tables.common + tables.settings[job.name];
    plan.push_back(std::move(job));
  }
  return plan;
}

}  // namespace cadenza::cli
