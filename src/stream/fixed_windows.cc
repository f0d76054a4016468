#include "stream/fixed_windows.h"

#include "stream/relations.h"

namespace cadenza::stream {
namespace {

/// Windows of the batch that are to be written, with whether the state has rows of them.
constexpr const char* kChanged = "stream_changed";

}  // namespace

std::string FixedWindows::InWindows(const std::string& relation, const std::string& pane_us) const {
  const WindowSpec& window = settings_.window;
  if (!window.hops()) {
    return fmt::format("SELECT *, {0} AS window_start_us, {0} + {1} AS window_end_us FROM {2}",
                       pane_us, window.size_us, relation);
  }
  // From the last window that begins at or before the pane, back to the first that holds all of it.
  return fmt::format(
      "SELECT *, window_start_us + {1} AS window_end_us FROM (SELECT *, unnest(range({0} // {2} * "
      "{2}, {0} + {3} - {1} - 1, -{2})) AS window_start_us FROM {4}) AS hops",
      pane_us, window.size_us, window.slide_us, window.pane_us(), relation);
}

std::string FixedWindows::Replaces() const {
  return "b.window_start = n.window_start" + SameGroups("b", "n");
}

/// Once; from then on they are followed.
Status FixedWindows::ReadOpenWindows(const Watermark& before) {
  if (knows_open_windows_) return {};
  CADENZA_ASSIGN(
      const engine::RowSet rows,
      engine_->Query(fmt::format(
          "SELECT DISTINCT window_start_us FROM ({}) AS w WHERE window_end_us > {}",
          InWindows(
              fmt::format("(SELECT DISTINCT window_start FROM {} WHERE epoch_us(window_end) > "
                          "{}) AS s",
                          kStateBefore, before.us - settings_.window.size_us),
              "epoch_us(window_start)"),
          before.us)));
  for (size_t r = 0; r < rows.rows.size(); ++r) open_.insert(rows.Number(r));
  knows_open_windows_ = true;
  return {};
}

/// Counts what is behind the watermark; what is too late to be corrected leaves the batch.
Status FixedWindows::FindLate(const Watermark& before, BatchEffect* effect) {
  const WindowSpec& window = settings_.window;
  const std::string arrived = InWindows(kArrived, "pane_us");
  CADENZA_ASSIGN(
      const engine::RowSet late,
      engine_->Query(fmt::format("SELECT CAST(coalesce(sum(events), 0) AS BIGINT) FROM ({}) AS w "
                                 "WHERE window_end_us <= {}",
                                 arrived, before.us)));
  effect->late_rows = late.Number();
  const std::string times = fmt::format(
      "(SELECT *, event_us // {0} * {0} AS pane_us FROM {1}) AS r", window.pane_us(), kRowsAgain);
  CADENZA_TRY(engine_->BindQuery(
      kLateRows,
      fmt::format(
          "SELECT window_start_us, window_end_us, event_us, customer_id{}, _file, _offset, "
          "window_end_us > {} AS corrected FROM ({}) AS w WHERE {}",
          Groups(), CutOff(before), InWindows(times, "pane_us"),
          effect->late_rows > 0 ? fmt::format("window_end_us <= {}", before.us) : "false")));
  const int64_t cut_off = CutOff(before);
  if (effect->late_rows == 0 || cut_off == Watermark::kNone) return {};
  return engine_->Execute(fmt::format("DELETE FROM {} WHERE pane_us // {} * {} + {} <= {}",
                                      kArrived, window.slide_us, window.slide_us, window.size_us,
                                      cut_off));
}

std::string FixedWindows::OpenList() const {
  std::string list;
  for (const int64_t start : open_) list += fmt::format("{}({})", list.empty() ? "" : ", ", start);
  return list.empty() ? "(CAST(NULL AS BIGINT))" : list;
}

/// Final ones that the batch touched or the watermark passed; open ones where they are asked for.
Status FixedWindows::ChooseWindows(const Watermark& before, const Watermark& after, bool flush) {
  const int64_t size_us = settings_.window.size_us;
  const std::string arrived = InWindows(kArrived, "pane_us");
  const bool updates = flush || settings_.mode == OutputMode::kUpdate;
  CADENZA_TRY(engine_->Materialize(
      "stream_open", fmt::format("SELECT CAST(start_us AS BIGINT) AS window_start_us FROM (VALUES "
                                 "{}) AS v(start_us) WHERE start_us IS NOT NULL",
                                 OpenList())));
  CADENZA_TRY(engine_->Materialize(
      kChanged,
      fmt::format("SELECT window_start_us, bool_or(in_state) AS in_state FROM (SELECT DISTINCT "
                  "window_start_us, window_end_us <= {0} OR window_start_us IN (FROM stream_open) "
                  "AS in_state FROM ({1}) AS w WHERE window_end_us > {2} AND ({3} OR window_end_us "
                  "<= {4}) UNION ALL SELECT window_start_us, true FROM stream_open WHERE {5} OR "
                  "window_start_us + {6} <= {4}) AS c GROUP BY window_start_us",
                  before.us, arrived, CutOff(before), updates, after.us, flush, size_us)));
  CADENZA_ASSIGN(
      const engine::RowSet known,
      engine_->Query(fmt::format("SELECT count(*), min(window_start_us), max(window_start_us) FROM "
                                 "{} WHERE in_state",
                                 kChanged)));
  changed_in_state_ = known.Number(0, 0);
  first_us_ = known.Number(0, 1);
  end_us_ = known.Number(0, 2) + size_us;
  CADENZA_ASSIGN(const engine::RowSet opened,
                 engine_->Query(fmt::format("SELECT DISTINCT window_start_us FROM ({}) AS w WHERE "
                                            "window_end_us > {}",
                                            arrived, after.us)));
  for (size_t r = 0; r < opened.rows.size(); ++r) open_.insert(opened.Number(r));
  std::erase_if(open_, [&](int64_t start) { return start + size_us <= after.us; });
  return {};
}

/// The state's rows of the changed windows, as those of kArrived.
std::string FixedWindows::RowsOfState() const {
  return fmt::format(
      "(SELECT epoch_us(window_start) AS pane_us{}, customer_id, events FROM {} WHERE window_start "
      ">= make_timestamptz({}) AND window_start < make_timestamptz({})) AS s",
      Groups(), kStateBefore, first_us_, end_us_);
}

/// A pane's customers are distinct already: where a window is one pane that only this batch has,
/// they need not be looked at again.
std::string FixedWindows::WindowRows() const {
  const std::string columns =
      fmt::format("window_start_us, window_end_us{}, customer_id, events", Groups());
  const auto of_windows = [&](const std::string& relation, const char* in_state) {
    return fmt::format(
        "SELECT {} FROM ({}) AS w SEMI JOIN (FROM {} WHERE {}) AS c USING "
        "(window_start_us)",
        columns, InWindows(relation, "pane_us"), kChanged, in_state);
  };
  const std::string sums = fmt::format(
      "SELECT window_start_us, window_end_us{0}, sum(events) AS sessions, count(customer_id) AS "
      "customers FROM ({{}}) AS w GROUP BY window_start_us, window_end_us{0}",
      Groups());
  const std::string distinct = fmt::format(
      "SELECT window_start_us, window_end_us{0}, customer_id, sum(events) AS events FROM "
      "({{}}) AS d GROUP BY window_start_us, window_end_us{0}, customer_id",
      Groups());
  const bool one_pane = !settings_.window.hops();
  std::string rows;
  if (one_pane) {
    rows = fmt::format(fmt::runtime(sums), of_windows(kArrived, "NOT in_state"));
    if (changed_in_state_ == 0) return rows;
    rows += " UNION ALL ";
  }
  std::string pieces = of_windows(kArrived, one_pane ? "in_state" : "true");
  if (changed_in_state_ > 0) pieces += " UNION ALL " + of_windows(RowsOfState(), "in_state");
  return rows + fmt::format(fmt::runtime(sums), fmt::format(fmt::runtime(distinct), pieces));
}

Result<BatchEffect> FixedWindows::Advance(const Watermark& before, bool flush, int64_t now_us) {
  BatchEffect effect;
  CADENZA_TRY(ReadOpenWindows(before));
  CADENZA_TRY(engine_->Materialize(
      kArrived,
      fmt::format(
          "SELECT event_us // {0} * {0} AS pane_us, event_us // {0} * {0} + {0} AS end_us{1}, "
          "customer_id, count(*) AS events, max(event_us) AS last_us FROM {2} GROUP BY "
          "pane_us{1}, customer_id",
          settings_.window.pane_us(), Groups(), kRows)));
  CADENZA_ASSIGN(
      const engine::RowSet untimed,
      engine_->Query(fmt::format("SELECT count(*) FROM {} WHERE pane_us IS NULL", kArrived)));
  effect.may_have_untimed = untimed.Number() > 0;
  if (effect.may_have_untimed) {
    CADENZA_TRY(engine_->Execute(fmt::format("DELETE FROM {} WHERE pane_us IS NULL", kArrived)));
  }
  CADENZA_ASSIGN(effect.watermark, FollowTime(before, now_us, &effect));
  CADENZA_TRY(FillDelays(InWindows(kArrived, "pane_us"), before, &effect));
  CADENZA_TRY(FindLate(before, &effect));
  CADENZA_TRY(ChooseWindows(before, effect.watermark, flush));
  effect.has_open_windows = !open_.empty();
  CADENZA_TRY(MakeWindows(WindowRows(), &effect));
  return effect;
}

}  // namespace cadenza::stream
