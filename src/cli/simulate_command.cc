#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "cli/command.h"
#include "cli/message_text.h"
#include "cli/progress.h"
#include "simulate/log_files.h"
#include "simulate/song_files.h"

namespace cadenza::cli {
namespace {

using nlohmann::json;

constexpr const char* kExamples = R"help(Examples:
  cadenza simulate --out raw
      30 days of 100 listeners as the course's logs have them: raw/log_data and raw/song_data
  cadenza simulate --out - --no-progress | head -3
      the logs alone, on standard output
Exit code: 0 done, 1 failed, 2 wrong usage.)help";

class SimulateCommand : public Command {
 public:
  void Declare(CLI::App* app) override {
    app_ = app;
    app->footer(kExamples);
    app->add_option("--out", out_, "folder for log_data and song_data, - for standard output");
    app->add_flag("--discard", discard_, "make everything and write nothing, to measure");
    app->add_option("--users", world_.listeners, "listeners at the start")->capture_default_str();
    app->add_option("--days", world_.days, "days")->capture_default_str();
    app->add_option("--seed", world_.seed, "seed")->capture_default_str();
    app->add_option("--songs", world_.songs, "songs")->capture_default_str();
    app->add_option("--profile", world_.profile, "month or churn")->capture_default_str();
    DeclareThreads(app, &threads_);
  }

  Result<int> Execute() override {
    CADENZA_TRY(ApplySettings(app_, {}));
    world_.start_ms = 1541030400000;
    world_.unlisted_songs = world_.songs * 2;
    const Stopwatch watch;
    const simulate::World world(world_);
    if (threads_ == 0) threads_ = static_cast<int>(std::thread::hardware_concurrency());
    simulate::Workers workers(threads_);
    const simulate::Faults faults({}, world_.seed);
    simulate::Simulation simulation(world, faults, &workers);
    const simulate::LineWriter lines(world, simulation.listeners());
    std::unique_ptr<simulate::LogSink> sink = discard_ ? simulate::OpenNullSink() : out_ == "-" ? simulate::OpenStdoutSink() : simulate::OpenFolderSink(out_);
    sink = simulate::InBackground(std::move(sink));
    if (out_ != "-") CADENZA_TRY(simulate::WriteSongFiles(world.catalogue, 1, sink.get()));
    simulate::LogFiles files(world, lines, &workers, sink.get(), {});
    simulate::Hour hour;
    while (simulation.Next(&hour)) CADENZA_TRY(files.Write(hour));
    CADENZA_TRY(files.Finish());
    CADENZA_TRY(sink->Close());
    fmt::print(stderr, "{} rows {} bytes {:.2f} s\n", files.rows(), files.bytes(), watch.seconds());
    return kExitDone;
  }

 private:
  CLI::App* app_ = nullptr;
  simulate::WorldOptions world_;
  std::string out_;
  bool discard_ = false;
  int threads_ = 0;
};

}  // namespace

std::unique_ptr<Command> MakeSimulateCommand() { return std::make_unique<SimulateCommand>(); }

}  // namespace cadenza::cli
