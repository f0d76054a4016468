#include "cli/stream_summary.h"

#include "cli/message_text.h"

namespace cadenza::cli {

using nlohmann::json;

json StreamJson(const stream::StreamSummary& summary, const std::string& lake,
                const std::string& engine) {
  const double rate =
      summary.busy_seconds > 0 ? static_cast<double>(summary.events) / summary.busy_seconds : 0;
  const json open = summary.open_windows ? json(*summary.open_windows) : json();
  return {{"status", summary.stopped ? "stopped" : "done"},
          {"stream", summary.stream},
          {"lake", lake},
          {"table", summary.table},
          {"batches", summary.batches},
          {"last_batch", summary.last_batch},
          {"files", summary.files},
          {"events", summary.events},
          {"late", summary.late},
          {"quarantined", summary.quarantined},
          {"rescued", summary.rescued},
          {"windows", summary.windows},
          {"watermark", summary.watermark_text},
          {"max_event_time", summary.max_event_text},
          {"events_per_second", rate},
          {"engine", engine},
          {"open_windows", open},
          {"damaged", summary.damaged},
          {"seconds", summary.seconds}};
}

void PrintStream(const stream::StreamSummary& summary, const std::string& lake, bool has_name) {
  if (summary.batches == 0) {
    fmt::print("Nothing new: the stream {} is as batch {} left it.\n", summary.stream,
               summary.last_batch);
    return;
  }
  const std::string table = summary.table.substr(summary.table.find('.') + 1);
  fmt::print("{} {}: {}, {}, {} events; {} late, {} quarantined; watermark {}\n",
             summary.stopped ? "Stopped" : "Done with", has_name ? summary.stream : table,
             fmt::format("{} {}", summary.batches, summary.batches == 1 ? "batch" : "batches"),
             Counted(summary.files, "file"), summary.events, summary.late, summary.quarantined,
             summary.watermark_text);
  if (summary.open_windows) {
    fmt::print("{} on the cluster, to be written when the watermark has passed.\n",
               *summary.open_windows == 1
                   ? "1 window is open"
                   : fmt::format("{} windows are open", *summary.open_windows));
  }
  fmt::print(
      "Next: cadenza sql --lake {} \"select * from {} order by window_start desc limit 12\"\n",
      ShellWord(lake), table);
}

void TellAllBad(const stream::StreamSummary& summary) {
  fmt::print(stderr, "warning: none of {} lines is an event; {}\n", summary.quarantined,
             summary.first_bad_file.empty()
                 ? "the cluster does not keep them: the same stream without --engine spark does"
                 : fmt::format("all are in quarantine (ops.quarantine says why), the first from {}",
                               summary.first_bad_file));
}

}  // namespace cadenza::cli
