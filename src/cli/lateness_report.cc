#include "cli/lateness_report.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/message_text.h"
#include "query/lake_tables.h"
#include "stream/window.h"

namespace cadenza::cli {
namespace {

using nlohmann::json;

Status CheckIsStream(lake::Lake* lake, const std::string& stream) {
  if (stream.empty()) return {};
  CADENZA_ASSIGN(const engine::RowSet streams,
                 lake->engine().Query("SELECT DISTINCT stream FROM stream_batches ORDER BY ALL"));
  std::vector<std::string> names;
  for (size_t r = 0; r < streams.rows.size(); ++r) names.push_back(streams.Text(r));
  if (std::ranges::count(names, stream) > 0) return {};
  return MakeError(ErrorKind::kNotFound, "no such stream (there are {}): {}",
                   fmt::join(names, ", "), stream);
}

}  // namespace

Result<int> ReportLateness(lake::Lake* lake, const std::string& stream, bool is_json) {
  const std::string of_stream = stream.empty() ? "true" : "stream = " + engine::QuoteText(stream);
  CADENZA_ASSIGN(
      const std::string query,
      query::BindTablesOf(
          fmt::format("SELECT stream, delay_seconds, late, events, round(100.0 * late / events, "
                      "3) AS percent FROM (SELECT stream, delay_seconds, CAST(sum(late) AS "
                      "BIGINT) AS late FROM stream_lateness GROUP BY ALL) JOIN (SELECT stream, "
                      "CAST(sum(events) AS BIGINT) AS events FROM stream_batches GROUP BY ALL) "
                      "USING (stream) WHERE {} ORDER BY ALL",
                      of_stream),
          lake));
  if (!lake->manifest().tables.contains("stream_lateness")) {
    return MakeError(ErrorKind::kNotFound, "no stream has run into this lake: {}", lake->root());
  }
  CADENZA_TRY(CheckIsStream(lake, stream));
  CADENZA_ASSIGN(const engine::RowSet rows, lake->engine().Query(query));
  if (is_json) {
    json list = json::array();
    for (size_t r = 0; r < rows.rows.size(); ++r) {
      list.push_back({{"stream", rows.Text(r, 0)},
                      {"delay_seconds", rows.Number(r, 1)},
                      {"late", rows.Number(r, 2)},
                      {"events", rows.Number(r, 3)}});
    }
    PrintJson(list);
    return kExitDone;
  }
  if (rows.rows.empty()) {
    fmt::print("No event came behind an earlier batch: no watermark would have lost any.\n");
    return kExitDone;
  }
  fmt::print("Events that a watermark of this delay would have met too late:\n\n");
  fmt::print("  {:<24} {:>8} {:>12} {:>12} {:>9}\n", "stream", "delay", "late", "of", "percent");
  for (size_t r = 0; r < rows.rows.size(); ++r) {
    const int64_t delay = rows.Number(r, 1);
    fmt::print("  {:<24} {:>8} {:>12} {:>12} {:>9}\n", rows.Text(r, 0),
               delay == 0 ? "0s" : stream::DurationText(delay * 1'000'000), rows.Number(r, 2),
               rows.Number(r, 3), rows.Text(r, 4));
  }
  return kExitDone;
}

}  // namespace cadenza::cli
