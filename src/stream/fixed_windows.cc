#include "stream/fixed_windows.h"

#include "engine/row_counter.h"
#include "stream/relations.h"

namespace cadenza::stream {
namespace {

/// Windows of the batch that are to be written, with whether the state has rows of them.
constexpr const char* kChanged = "stream_changed";
/// What kArrived is a view of: as counted by the engine, or a table of our own.
constexpr const char* kCounted = "stream_counted";
constexpr const char* kOwnCounts = "stream_own_counts";
/// What the counter knows of the panes.
constexpr const char* kCountedSums = "stream_counted_sums";
/// kArrived without the customers: pane_us, end_us, group_1 ..., events, customers.
/// Small, so that all questions about windows are asked of it.
constexpr const char* kPanes = "stream_panes";

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

/// By the engine's count where it can: a batch that takes too much of its memory is grouped by a
/// query, which spills.
Result<Arrivals> FixedWindows::Collect(BatchEffect* effect) {
  const int64_t pane_us = settings_.window.pane_us();
  Arrivals arrivals;
  std::optional<engine::RowTotals> totals;
  engine::RowCounter* counter = engine::CounterOf(engine_);
  if (counter) {
    CADENZA_ASSIGN(totals, counter->CountRows(kCounted,
                                              fmt::format("SELECT event_us{}, customer_id FROM {}",
                                                          Groups(), kRows),
                                              static_cast<size_t>(settings_.groups) + 1, pane_us));
  }
  effect->state_is_ordered = totals.has_value();
  std::string texts;
  for (int g = 1; g <= settings_.groups; ++g) texts += fmt::format(", text_{0} AS group_{0}", g);
  if (totals) {
    arrivals.events = totals->rows - totals->without_number;
    arrivals.last_us = totals->greatest.value_or(0);
    effect->counted = kCounted;
    CADENZA_TRY(engine_->Drop(kOwnCounts));
    arrived_ = fmt::format(
        "SELECT number AS pane_us, number + {} AS end_us{}, text_{} AS customer_id, rows AS events "
        "FROM {}",
        pane_us, texts, settings_.groups + 1, kCounted);
    effect->may_have_untimed = totals->without_number > 0;
  } else {
    CADENZA_TRY(engine_->Materialize(
        kOwnCounts,
        fmt::format("SELECT event_us // {0} * {0} AS pane_us, event_us // {0} * {0} + {0} AS "
                    "end_us{1}, customer_id, count(*) AS events, max(event_us) AS last_us FROM {2} "
                    "WHERE event_us IS NOT NULL GROUP BY pane_us{1}, customer_id",
                    pane_us, Groups(), counter ? kRowsAgain : kRows)));  // read by the counter
    arrived_ = fmt::format("SELECT * FROM {}", kOwnCounts);
  }
  CADENZA_TRY(engine_->BindQuery(kArrived, arrived_));
  if (!totals) {
    CADENZA_ASSIGN(arrivals, SumArrived());
  }
  CADENZA_TRY(engine_->Materialize(
      kPanes, totals ? fmt::format("SELECT number AS pane_us, number + {} AS end_us{}, rows AS "
                                   "events, texts AS customers FROM {}",
                                   pane_us, texts, kCountedSums)
                     : fmt::format("SELECT pane_us, end_us{0}, CAST(sum(events) AS BIGINT) AS "
                                   "events, count(customer_id) AS customers FROM {1} GROUP BY "
                                   "pane_us, end_us{0}",
                                   Groups(), kArrived)));
  return arrivals;
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
  const std::string arrived = InWindows(kPanes, "pane_us");
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
  const std::string too_late = fmt::format("pane_us // {} * {} + {} <= {}", window.slide_us,
                                           window.slide_us, window.size_us, cut_off);
  CADENZA_ASSIGN(const engine::RowSet dropped,
                 engine_->Query(fmt::format("SELECT count(*) FROM {} WHERE {}", kPanes, too_late)));
  if (dropped.Number() == 0) return {};
  effect->counted.clear();
  CADENZA_TRY(engine_->Execute(fmt::format("DELETE FROM {} WHERE {}", kPanes, too_late)));
  return engine_->BindQuery(
      kArrived, fmt::format("SELECT * FROM ({}) AS a WHERE NOT ({})", arrived_, too_late));
}

std::string FixedWindows::OpenList() const {
  std::string list;
  for (const int64_t start : open_) list += fmt::format("{}({})", list.empty() ? "" : ", ", start);
  return list.empty() ? "(CAST(NULL AS BIGINT))" : list;
}

/// Final ones that the batch touched or the watermark passed; open ones where they are asked for.
Status FixedWindows::ChooseWindows(const Watermark& before, const Watermark& after, bool flush) {
  const int64_t size_us = settings_.window.size_us;
  const std::string arrived = InWindows(kPanes, "pane_us");
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
  const auto of_windows = [&](const std::string& relation, const char* values,
                              const char* in_state) {
    return fmt::format(
        "SELECT window_start_us, window_end_us{}, {} FROM ({}) AS w SEMI JOIN (FROM {} WHERE {}) "
        "AS c USING (window_start_us)",
        Groups(), values, InWindows(relation, "pane_us"), kChanged, in_state);
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
    rows = of_windows(kPanes, "events AS sessions, customers", "NOT in_state");
    if (changed_in_state_ == 0) return rows;
    rows += " UNION ALL ";
  }
  std::string pieces = of_windows(kArrived, "customer_id, events", one_pane ? "in_state" : "true");
  if (changed_in_state_ > 0) {
    pieces += " UNION ALL " + of_windows(RowsOfState(), "customer_id, events", "in_state");
  }
  return rows + fmt::format(fmt::runtime(sums), fmt::format(fmt::runtime(distinct), pieces));
}

Result<BatchEffect> FixedWindows::Advance(const Watermark& before, bool flush, int64_t now_us) {
  BatchEffect effect;
  CADENZA_TRY(ReadOpenWindows(before));
  CADENZA_ASSIGN(const Arrivals arrivals, Collect(&effect));
  effect.watermark = FollowTime(before, arrivals, now_us, &effect);
  CADENZA_TRY(FillDelays(InWindows(kPanes, "pane_us"), before, &effect));
  CADENZA_TRY(FindLate(before, &effect));
  CADENZA_TRY(ChooseWindows(before, effect.watermark, flush));
  effect.has_open_windows = !open_.empty();
  CADENZA_TRY(MakeWindows(WindowRows(), &effect));
  return effect;
}

}  // namespace cadenza::stream
