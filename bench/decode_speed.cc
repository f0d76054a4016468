// Prints how many bytes of event logs a CPU-second decodes: decode_speed FILE...
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

#include "decode/event_decoder.h"
#include "storage/source_file.h"

namespace cadenza::decode {
namespace {

constexpr int kRounds = 5;

class IgnoredFindings final : public BlockFindings {
 public:
  void OnBom(int64_t) override {}
  void OnQuarantined(QuarantinedLine) override {}
};

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct Pass {
  LineCounts counts;
  int64_t touched = 0;  ///< so that no work can be left out by the compiler
};

Status DecodeFile(const std::string& path, const EventDecoderOptions& options, Pass* pass) {
  SourceFile source;
  source.name = path;
  source.container = path;
  CADENZA_ASSIGN(auto range, OpenRange(source));
  IgnoredFindings findings;
  const int64_t size = range->size_bytes();
  cadenza::decode::BlockBuffer buffer;
  auto blocks = BlockReader::OverRange(std::move(range), 0, size, {}, &findings, &buffer);
  EventDecoder decoder(options);
  EventRow row;
  LineBlock block;
  while (true) {
    CADENZA_ASSIGN(const bool more, blocks->Next(&block));
    if (!more) return {};
    decoder.Begin(block, &pass->counts);
    while (decoder.Next(&row)) {
      pass->touched += row.present + row.integer[static_cast<size_t>(EventColumn::kTsMs)];
      for (const auto& text : row.text) pass->touched += static_cast<int64_t>(text.size());
    }
  }
}

Status Measure(std::string_view name, std::span<char*> paths, const EventDecoderOptions& options) {
  double best = 0;
  Pass pass;
  for (int round = 0; round < kRounds; ++round) {
    pass = Pass();
    const double before = CpuSeconds();
    for (const char* path : paths) CADENZA_TRY(DecodeFile(path, options, &pass));
    best = std::max(best,
                    static_cast<double>(pass.counts.total_bytes()) / 1e9 / (CpuSeconds() - before));
  }
  fmt::print("{:<20} {:.3f} GB per CPU-second ({} good, {} bad lines, checksum {})\n", name, best,
             pass.counts.good_lines, pass.counts.quarantined_lines, pass.touched);
  return {};
}

uint32_t Bit(EventColumn column) { return 1U << static_cast<unsigned>(column); }

Status Run(std::span<char*> paths) {
  EventDecoderOptions all;
  EventDecoderOptions three;
  three.wanted = Bit(EventColumn::kLength) | Bit(EventColumn::kTsMs) | Bit(EventColumn::kUserId);
  three.want_rescued = false;
  CADENZA_TRY(Measure("18 columns, rescued", paths, all));
  return Measure("3 columns", paths, three);
}

}  // namespace
}  // namespace cadenza::decode

int main(int argc, char** argv) {
  const auto status =
      cadenza::decode::Run(std::span<char*>(argv, static_cast<size_t>(argc)).subspan(1));
  if (status.ok()) return 0;
  fmt::print(stderr, "{}\n", status.error().message);
  return 1;
}
