#include "cli/log_comparison.h"

#include <algorithm>
#include <cstdlib>
#include <map>

#include "engine/engine.h"
#include "simulate/faults.h"
#include "simulate/file_sink.h"
#include "simulate/plot.h"

namespace cadenza::cli {
namespace {

int64_t Members(const simulate::LogFigures& figures) {
  return std::ranges::count_if(figures.listeners(), [](const simulate::ListenerFigures& x) {
    return x.member && x.events > 0;
  });
}

Result<simulate::LogFigures> ReadLog(const std::string& path) {
  CADENZA_ASSIGN(const std::unique_ptr<engine::Engine> engine, engine::OpenDuckDb({}));
  // Visitors have no id: each session of theirs counts as a listener of its own.
  CADENZA_ASSIGN(
      const engine::RowSet rows,
      engine->Query(fmt::format(
          "SELECT coalesce(user_id, 'session ' || session_id), user_id IS NOT NULL, session_id, "
          "ts_ms, page, level, length FROM read_events({}) WHERE _error IS NULL ORDER BY 1, 3, 4",
          engine::QuoteText(path))));
  simulate::LogFigures figures;
  std::map<std::string, size_t> keys;
  for (const auto& row : rows.rows) {
    const size_t key = keys.emplace(row[0].value_or(""), keys.size()).first->second;
    std::optional<double> length;
    if (row[6]) length = std::strtod(row[6]->c_str(), nullptr);
    figures.Add(key, row[1] == "true", std::atoll(row[2].value_or("0").c_str()),
                std::atoll(row[3].value_or("0").c_str()), row[4].value_or(""), row[5].value_or(""),
                length);
  }
  if (figures.events() > 0) return figures;
  return MakeError(ErrorKind::kInput, "no events to compare with: {}", path);
}

}  // namespace

Result<LogComparison> CompareWithLog(const std::string& path, const simulate::WorldOptions& options,
                                     simulate::Workers* workers) {
  CADENZA_ASSIGN(const simulate::LogFigures real, ReadLog(path));
  const simulate::World world(options);
  const simulate::Faults faults({}, options.seed);
  simulate::Simulation simulation(world, faults, workers);
  simulate::LogFigures made;
  simulate::Hour hour;
  while (simulation.Next(&hour)) made.Add(hour, world);
  LogComparison found;
  found.real_path = path;
  found.real_events = real.events();
  found.made_events = made.events();
  found.real_listeners = static_cast<size_t>(Members(real));
  found.made_listeners = static_cast<size_t>(Members(made));
  found.figures = simulate::Compare(real, made);
  return found;
}

std::string ComparisonText(const LogComparison& comparison) {
  std::string text = fmt::format(
      "real: {} events of {} users in {}; simulated: {} events of {} users\n\n"
      "  {:26} {:>4}  {:>8}  {:>5}  {:>18}\n",
      comparison.real_events, comparison.real_listeners, comparison.real_path,
      comparison.made_events, comparison.made_listeners, "figure", "", "distance", "limit",
      "real with itself");
  for (const simulate::Comparison& figure : comparison.figures) {
    text += fmt::format("  {:26} {:>4}  {:8.4f}  {:>5}  {:8.4f} to {:6.4f}{}\n", figure.title,
                        figure.of_shares ? "TV" : "KS", figure.distance,
                        figure.limit ? fmt::format("{:.2f}", *figure.limit) : "",
                        figure.spread_median, figure.spread_95,
                        figure.limit && figure.distance > *figure.limit ? "  over the limit" : "");
  }
  return text +
         "\nKS: greatest difference of the cumulative shares; TV: half the sum of the differences "
         "of the shares.\nreal with itself: its listeners drawn again with replacement, 200 times; "
         "median to 95 %.\n";
}

nlohmann::json ComparisonJson(const LogComparison& comparison) {
  nlohmann::json figures = nlohmann::json::array();
  for (const simulate::Comparison& figure : comparison.figures) {
    figures.push_back({{"figure", figure.name},
                       {"measure", figure.of_shares ? "tv" : "ks"},
                       {"distance", figure.distance},
                       {"limit", figure.limit ? nlohmann::json(*figure.limit) : nlohmann::json()},
                       {"spread_median", figure.spread_median},
                       {"spread_95", figure.spread_95}});
  }
  return {{"status", "done"},
          {"real_events", comparison.real_events},
          {"real_users", comparison.real_listeners},
          {"simulated_events", comparison.made_events},
          {"simulated_users", comparison.made_listeners},
          {"figures", figures}};
}

Status WritePlots(const LogComparison& comparison, const std::string& folder) {
  const std::unique_ptr<simulate::FileSink> sink = simulate::OpenFolderSink(folder);
  for (const simulate::Comparison& figure : comparison.figures) {
    CADENZA_TRY(sink->Begin(figure.name + ".svg"));
    CADENZA_TRY(sink->Append(simulate::Plot(figure)));
    CADENZA_TRY(sink->End());
  }
  return {};
}

}  // namespace cadenza::cli
