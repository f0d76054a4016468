#include "cli/simulation_job.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <thread>

#include "base/clock.h"
#include "cli/command.h"
#include "cli/message_text.h"
#include "simulate/engagement_files.h"
#include "simulate/song_files.h"
#include "simulate/truth.h"
#include "storage/s3/object_store_s3.h"

namespace cadenza::cli {
namespace {

using simulate::FileSink;
using simulate::kDayMs;
using simulate::kHourMs;

using SharedClient = std::shared_ptr<s3::Client>;
using SinkPointer = std::unique_ptr<FileSink>;

constexpr size_t kPutsAtOnce = 32;

bool IsOnS3(const std::string& folder) { return folder.starts_with("s3://"); }

Result<SinkPointer> OpenSink(const std::string& folder, const SharedClient& client,
                             size_t puts_at_once = kPutsAtOnce) {
  if (folder.empty()) return simulate::OpenNullSink();
  if (!IsOnS3(folder)) return simulate::OpenFolderSink(folder);
  CADENZA_ASSIGN(std::unique_ptr<ObjectStore> store, s3::OpenStore(client, folder));
  return simulate::OpenStoreSink(std::move(store), puts_at_once);
}

Result<SinkPointer> OpenLogSink(const SimulationRequest& request, const SharedClient& client) {
  if (request.out == "-") return simulate::OpenStdoutSink();
  // At a pace a file has to be there when its time is over, not when a queue is through.
  if (request.pace > 0) return OpenSink(request.out, client, 1);
  CADENZA_ASSIGN(SinkPointer sink, OpenSink(request.out, client));
  return simulate::InBackground(std::move(sink));
}

Status CheckNew(const std::string& folder, const SharedClient& client,
                std::initializer_list<const char*> names) {
  if (folder.empty() || folder == "-") return {};
  std::unique_ptr<ObjectStore> store = OpenLocalStore(folder);
  if (IsOnS3(folder)) {
    CADENZA_ASSIGN(store, s3::OpenStore(client, folder));
  }
  for (const char* name : names) {
    CADENZA_ASSIGN(const std::vector<ObjectInfo> found, store->List(name));
    if (found.empty()) continue;
    return MakeError(ErrorKind::kUsage, "there is one already, give a new folder: {}/{}", folder,
                     name);
  }
  return {};
}

Status WaitFor(const Stopwatch& since, double seconds) {
  while (since.seconds() < seconds) {
    if (InterruptGuard::Pending()) return MakeError(ErrorKind::kInterrupted, "interrupted");
    const double left = std::min(seconds - since.seconds(), 0.1);
    std::this_thread::sleep_for(std::chrono::duration<double>(std::max(left, 0.0)));
  }
  return {};
}

void LeaveOutBefore(int64_t moment_ms, simulate::Hour* hour) {
  if (hour->start_ms >= moment_ms) return;
  for (auto& part : hour->parts) {
    std::erase_if(part, [&](const simulate::Event& event) { return event.arrival_ms < moment_ms; });
  }
}

/// As much again as so far, for the days that are still to come.
int64_t BytesInTheEnd(const simulate::WorldOptions& world, int64_t now_ms, int64_t bytes) {
  const auto lived = static_cast<double>(now_ms - world.start_ms);
  return static_cast<int64_t>(static_cast<double>(bytes) * world.days * kDayMs / lived);
}

size_t SongPartitions(const simulate::Catalogue& catalogue) {
  std::set<std::pair<int, uint32_t>> partitions;
  for (const simulate::Song& song : catalogue.songs()) {
    if (song.listed) partitions.emplace(song.year, song.artist);
  }
  return partitions.size();
}

}  // namespace

Status CheckFoldersAreNew(const SimulationRequest& request, const SharedClient& client) {
  CADENZA_TRY(CheckNew(request.out, client, {"log_data", "song_data"}));
  CADENZA_TRY(CheckNew(request.truth, client, {"truth_users", "expected_ledger.jsonl"}));
  return CheckNew(request.engagement, client, {"sessions", "customers"});
}

Result<SimulationSummary> RunSimulation(const SimulationRequest& request,
                                        const SharedClient& client, simulate::Workers* workers,
                                        const std::function<void(int64_t, int64_t)>& progress) {
  const simulate::World world(request.world);
  const simulate::Faults faults(request.logs.faults, world.options.seed);
  simulate::Simulation simulation(world, faults, workers);
  const simulate::LineWriter lines(world, simulation.listeners());

  CADENZA_ASSIGN(const SinkPointer sink, OpenLogSink(request, client));
  CADENZA_ASSIGN(const SinkPointer truth_sink, OpenSink(request.truth, client));
  CADENZA_ASSIGN(const SinkPointer engagement_sink, OpenSink(request.engagement, client));
  if (request.makes_logs() && request.out != "-") {
    CADENZA_TRY(simulate::WriteSongFiles(world.catalogue, request.songs_a_file, sink.get()));
  }
  const Stopwatch since;
  simulate::LogFileOptions log_options = request.logs;
  if (request.pace > 0) {
    const int64_t begin_ms = std::max(request.from_ms, world.options.start_ms);
    log_options.before_end = [&, begin_ms](int64_t end_ms) {
      return WaitFor(since, static_cast<double>(end_ms - begin_ms) / 1000 / request.pace);
    };
  }
  simulate::LogFiles files(world, lines, workers, sink.get(), log_options);
  simulate::Truth truth(world, truth_sink.get());
  simulate::EngagementFiles engagement(world, simulation.listeners(), engagement_sink.get());

  simulate::Hour hour;
  while (simulation.Next(&hour)) {
    if (InterruptGuard::Pending()) return MakeError(ErrorKind::kInterrupted, "interrupted");
    if (simulation.now_ms() <= request.from_ms) continue;
    LeaveOutBefore(request.from_ms, &hour);
    if (request.makes_logs()) CADENZA_TRY(files.Write(hour));
    if (!request.engagement.empty()) CADENZA_TRY(engagement.Write(hour));
    if (!request.truth.empty()) CADENZA_TRY(truth.Note(simulation));
    progress(files.bytes(), BytesInTheEnd(world.options, simulation.now_ms(), files.bytes()));
  }
  CADENZA_TRY(files.Finish());
  CADENZA_TRY(sink->Close());
  if (!request.engagement.empty()) CADENZA_TRY(engagement.Finish());
  CADENZA_TRY(engagement_sink->Close());
  if (!request.truth.empty()) CADENZA_TRY(truth.Finish(simulation, files.ledger()));
  CADENZA_TRY(truth_sink->Close());

  SimulationSummary summary;
  summary.listeners = static_cast<int64_t>(simulation.listeners().size());
  summary.cancelled = std::ranges::count_if(
      simulation.listeners(),
      [](const simulate::Listener& x) { return x.cancelled_ms != simulate::kNever; });
  summary.lines = files.rows();
  summary.bytes = files.bytes();
  summary.files = files.ledger().size();
  for (const simulate::FileLedger& file : files.ledger()) summary.ledger.Add(file);
  summary.song_partitions = SongPartitions(world.catalogue);
  summary.sessions = engagement.sessions();
  summary.events = engagement.events();
  return summary;
}

nlohmann::json SummaryJson(const SimulationRequest& request, const SimulationSummary& summary,
                           double seconds) {
  const bool logs = request.makes_logs();
  const int songs = logs ? request.world.songs : 0;
  return {{"status", "done"},
          {"seed", request.world.seed},
          {"days", request.world.days},
          {"users", summary.listeners},
          {"activity", request.world.activity},
          {"cancelled", summary.cancelled},
          {"log_files", summary.files},
          {"log_lines", summary.lines},
          {"log_bytes", summary.bytes},
          {"good_lines", summary.ledger.lines[0]},
          {"duplicate_lines", summary.ledger.lines[1]},
          {"quarantined_lines", summary.ledger.lines[2]},
          {"songs", songs},
          {"song_files", (songs + request.songs_a_file - 1) / request.songs_a_file},
          {"song_partitions", summary.song_partitions},
          {"engagement_sessions", summary.sessions},
          {"engagement_events", summary.events},
          {"seconds", seconds}};
}

std::string SummaryText(const SimulationRequest& request, const SimulationSummary& summary,
                        double seconds) {
  std::string text =
      fmt::format("{} of {}, {} cancelled, in {:.1f} s\n\n", Counted(request.world.days, "day"),
                  Counted(summary.listeners, "listener"), summary.cancelled, seconds);
  if (request.makes_logs()) {
    const auto lines = static_cast<double>(summary.lines);
    text += fmt::format("  logs        {}, {:.1f} MB, {} ({:.2f} million/s)\n",
                        Counted(static_cast<int64_t>(summary.files), "file"),
                        static_cast<double>(summary.bytes) / 1e6, Counted(summary.lines, "line"),
                        lines / 1e6 / std::max(seconds, 1e-3));
    const simulate::FileLedger& ledger = summary.ledger;
    if (ledger.lines[0] < summary.lines) {
      text += fmt::format("              {} good, {} duplicate, {} to be quarantined",
                          ledger.lines[0], ledger.lines[1], ledger.lines[2]);
      const int64_t lost = summary.lines - ledger.all_lines();
      text += lost > 0 ? fmt::format(", {} cut off\n", lost) : "\n";
    }
    const int files = (request.world.songs + request.songs_a_file - 1) / request.songs_a_file;
    text += fmt::format("  songs       {}, {}\n", Counted(files, "file"),
                        Counted(request.world.songs, "song"));
  }
  if (!request.engagement.empty()) {
    text += fmt::format("  engagement  {} sessions, {} events in {}\n", summary.sessions,
                        summary.events, request.engagement);
  }
  if (!request.truth.empty()) text += fmt::format("  truth       in {}\n", request.truth);
  if (request.out.empty()) return text;
  return text + fmt::format("\nNext: cadenza etl --songs {} --logs {} --out lake\n",
                            ShellWord(request.out + "/song_data"),
                            ShellWord(request.out + "/log_data"));
}

}  // namespace cadenza::cli
