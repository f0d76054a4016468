#include "stream/session_windows.h"

#include "stream/relations.h"

namespace cadenza::stream {
namespace {

constexpr const char* kSessions = "stream_sessions";  ///< the sessions to be written

/// "PARTITION BY group_1, group_2", or nothing.
std::string PartitionBy(const std::string& groups) {
  return groups.empty() ? "" : "PARTITION BY " + groups.substr(2) + " ";
}

}  // namespace

std::string SessionWindows::Replaces() const {
  return "b.window_start >= n.window_start AND b.window_end <= n.window_end" + SameGroups("b", "n");
}

std::string SessionWindows::StillNeeded(const Watermark& watermark) const {
  std::string young = WindowOperator::StillNeeded(watermark);
  if (!oldest_needed_us_) return young;
  return fmt::format("({} OR epoch_us(window_start) >= {})", young, *oldest_needed_us_);
}

/// A piece ends one gap after its last event. Events of the same time are in one piece, hence
/// RANGE.
Status SessionWindows::CutIntoPieces(const Watermark& before) {
  const std::string groups = Groups();
  const std::string over = PartitionBy(groups) + "ORDER BY event_us";
  return engine_->Materialize(
      kArrived,
      fmt::format(
          "SELECT pane_us, end_us{0}, customer_id, count(*) AS events, max(event_us) AS last_us "
          "FROM "
          "(SELECT *, min(event_us) OVER p AS pane_us, max(event_us) OVER p + {1} AS end_us FROM "
          "(SELECT *, sum(begins) OVER ({3} RANGE UNBOUNDED PRECEDING) AS piece FROM (SELECT *, "
          "CASE "
          "WHEN event_us - lag(event_us) OVER ({3}) < {1} THEN 0 ELSE 1 END AS begins FROM {2} "
          "WHERE "
          "event_us > {4}) AS steps) AS numbered WINDOW p AS (PARTITION BY piece{0})) AS pieces "
          "GROUP BY pane_us, "
          "end_us{0}, customer_id",
          groups, settings_.window.size_us, kRows, over,
          CutOff(before) - settings_.window.size_us));
}

Status SessionWindows::FindLate(const Watermark& before, BatchEffect* effect) {
  const int64_t gap_us = settings_.window.size_us;
  const std::string late = fmt::format("event_us + {} <= {}", gap_us, before.us);
  // Rows that are dropped are in no piece: they have to be looked for among all.
  const bool drops = CutOff(before) != Watermark::kNone;
  CADENZA_ASSIGN(const engine::RowSet old,
                 engine_->Query(fmt::format("SELECT count(*) FROM {} WHERE pane_us + {} <= {}",
                                            kArrived, gap_us, before.us)));
  const bool may_be_late = drops || old.Number() > 0;
  const std::string rows = fmt::format(
      "SELECT event_us AS window_start_us, event_us + {} AS window_end_us, event_us, "
      "customer_id{}, "
      "_file, _offset, event_us + {} > {} AS corrected FROM {} WHERE {}",
      gap_us, Groups(), gap_us, CutOff(before), kRowsAgain, may_be_late ? late : "false");
  CADENZA_TRY(engine_->BindQuery(kLateRows, rows));
  if (!may_be_late) return {};
  CADENZA_ASSIGN(const engine::RowSet count,
                 engine_->Query(fmt::format("SELECT count(*), count(*) FILTER (NOT corrected) FROM "
                                            "{}",
                                            kLateRows)));
  effect->late_rows = count.Number(0, 0);
  effect->rows += count.Number(0, 1);
  return {};
}

/// Pieces that overlap are one session.
Status SessionWindows::JoinPieces(const Watermark& before, const Watermark& after, bool flush,
                                  BatchEffect* effect) {
  const std::string groups = Groups();
  const std::string partition = PartitionBy(groups);
  CADENZA_TRY(engine_->Materialize(
      "stream_pieces",
      fmt::format("SELECT pane_us, end_us{0}, bool_or(is_new) AS is_new FROM (SELECT pane_us, "
                  "end_us{0}, true AS is_new FROM {1} UNION ALL SELECT epoch_us(window_start), "
                  "epoch_us(window_end){0}, false FROM {2}) AS all_pieces GROUP BY pane_us, "
                  "end_us{0}",
                  groups, kArrived, kStateBefore)));
  const bool updates = flush || settings_.mode == OutputMode::kUpdate;
  CADENZA_TRY(engine_->Materialize(
      "stream_joined",
      fmt::format(
          "SELECT min(pane_us) AS window_start_us, max(end_us) AS window_end_us{0}, "
          "bool_or(is_new) "
          "AS is_new FROM (SELECT *, sum(begins) OVER ({1}ORDER BY pane_us, end_us ROWS UNBOUNDED "
          "PRECEDING) AS session FROM (SELECT *, CASE WHEN pane_us < max(end_us) OVER ({1}ORDER BY "
          "pane_us, end_us ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) THEN 0 ELSE 1 END AS "
          "begins FROM stream_pieces) AS steps) AS numbered GROUP BY session{0}",
          groups, partition)));
  CADENZA_TRY(engine_->Materialize(
      kSessions,
      fmt::format(
          "SELECT window_start_us, window_end_us{0} FROM stream_joined WHERE (is_new AND "
          "({1} OR window_end_us <= {2})) OR (window_end_us > {3} AND ({4} OR window_end_us "
          "<= {2}))",
          groups, updates, after.us, before.us, flush)));
  CADENZA_ASSIGN(const engine::RowSet open,
                 engine_->Query(fmt::format("SELECT count(*) FILTER (window_end_us > {}), "
                                            "min(window_start_us) FILTER (window_end_us > {}) "
                                            "FROM stream_joined",
                                            after.us, CutOff(after))));
  effect->has_open_windows = open.Number() > 0;
  oldest_needed_us_ = open.rows[0][1] ? std::optional(open.Number(0, 1)) : std::nullopt;
  CADENZA_TRY(engine_->Drop("stream_pieces"));
  return engine_->Drop("stream_joined");
}

std::string SessionWindows::WindowRows() const {
  const std::string groups = Groups();
  return fmt::format(
      "SELECT window_start_us, window_end_us{0}, sum(events) AS sessions, count(customer_id) AS "
      "customers FROM (SELECT n.window_start_us, n.window_end_us{1}, b.customer_id, sum(b.events) "
      "AS "
      "events FROM (SELECT pane_us, end_us{0}, customer_id, events FROM {2} UNION ALL SELECT "
      "epoch_us(window_start), epoch_us(window_end){0}, customer_id, events FROM {3}) AS b JOIN "
      "{4} "
      "AS n ON b.pane_us >= n.window_start_us AND b.end_us <= n.window_end_us{5} GROUP BY "
      "n.window_start_us, n.window_end_us{1}, b.customer_id) AS d GROUP BY window_start_us, "
      "window_end_us{0}",
      groups, Groups("n."), kArrived, kStateBefore, kSessions, SameGroups("b", "n"));
}

Result<BatchEffect> SessionWindows::Advance(const Watermark& before, bool flush, int64_t now_us) {
  BatchEffect effect;
  CADENZA_TRY(CutIntoPieces(before));
  CADENZA_ASSIGN(const Arrivals arrivals, SumArrived());
  effect.watermark = FollowTime(before, arrivals, now_us, &effect);
  CADENZA_TRY(FillDelays(fmt::format("SELECT end_us AS window_end_us, events FROM {}", kArrived),
                         before, &effect));
  CADENZA_TRY(FindLate(before, &effect));
  CADENZA_TRY(JoinPieces(before, effect.watermark, flush, &effect));
  CADENZA_TRY(MakeWindows(WindowRows(), &effect));
  return effect;
}

}  // namespace cadenza::stream
