#include "alerts/check.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <thread>

#include "alerts/alert_tables.h"
#include "alerts/lake_windows.h"
#include "alerts/published_rule.h"
#include "base/clock.h"
#include "lake/run.h"

namespace cadenza::alerts {
namespace {

constexpr const char* kRelation = "alert_windows";
/// Silence is looked at for so long: it is told once, at its beginning.
constexpr int64_t kSilenceMaxMs = 14 * kDayMs;
constexpr int64_t kRecordWaitMs = 10'000;

Pacing WithClock(Pacing pacing) {
  if (!pacing.now_ms) pacing.now_ms = NowMs;
  if (!pacing.sleep_ms) {
    pacing.sleep_ms = [](int64_t ms) {
      std::this_thread::sleep_for(std::chrono::milliseconds(ms));
    };
  }
  return pacing;
}

std::string BareTable(const std::string& table) {
  return table.starts_with("gold.") ? table.substr(5) : table;
}

/// What was sent has to be known, or it would be sent again. Waits a while for other runs where
/// nothing else is asked for.
Status Record(lake::Lake* lake, const std::vector<DeliveryRecord>& records,
              const std::function<bool()>& keep_waiting) {
  const int64_t until_ms = NowMs() + kRecordWaitMs;
  const std::function<bool()> a_while = [until_ms] { return NowMs() < until_ms; };
  CADENZA_ASSIGN(
      const std::unique_ptr<lake::Run> run,
      lake::Run::Begin(lake, lake->manifest().format, keep_waiting ? keep_waiting : a_while));
  CADENZA_TRY(StageDeliveries(lake, run.get(), records));
  return run->Commit();
}

/// What a check finds before it writes anything.
struct Findings {
  CheckPoints before, after;
  std::vector<Alert> alerts;
  std::vector<Delivery> due;
  int64_t judged_windows = 0;
  int64_t learning_series = 0;

  bool IsNews() const { return !alerts.empty() || !due.empty() || after != before; }
};

class Checking {
 public:
  Checking(lake::Lake* lake, const CheckOptions& options,
           std::span<const std::unique_ptr<Channel>> channels)
      : lake_(lake),
        options_(options),
        channels_(channels),
        pacing_(WithClock(options.pacing)),
        table_(options.table.empty() ? UsualWindows(lake->manifest()) : BareTable(options.table)),
        now_ms_(pacing_.now_ms()) {}

  Result<Findings> Find() {
    Findings found;
    CADENZA_ASSIGN(found.before, ReadCheckPoints(lake_));
    found.after = found.before;
    CADENZA_TRY(BindLakeWindows(lake_, table_, kRelation));
    SeriesOptions series = options_.series;
    series.from_ms = ReadFrom(found.before);
    CADENZA_ASSIGN(const std::vector<Series> all, ReadSeries(&lake_->engine(), kRelation, series));
    SeasonalOptions shared = options_.seasonal;
    shared.alarms_per_week /= static_cast<double>(std::max<size_t>(1, all.size()));
    for (const Series& one : all) {
      if (options_.with_published) JudgePublished(one, &found);
      if (options_.with_seasonal) JudgeSeasonal(one, shared, &found);
    }
    for (Alert& alert : found.alerts) alert.table = table_;
    CADENZA_TRY(DropKnown(&found.alerts));
    CADENZA_TRY(PlanFor(&found));
    return found;
  }

  Result<CheckSummary> Run() {
    Findings found;
    std::unique_ptr<lake::Run> run;
    while (true) {
      CADENZA_TRY(lake_->Refresh());
      CADENZA_ASSIGN(found, Find());
      if (!found.IsNews()) return SummaryOf(found);
      const std::string seen = StateOfTables();
      CADENZA_ASSIGN(run, lake::Run::Begin(lake_, lake_->manifest().format, options_.keep_waiting));
      // Another check may have been quicker; what it found is not to be found again.
      if (StateOfTables() == seen) break;
      run.reset();
    }
    std::vector<DeliveryRecord> claims;
    for (const Delivery& due : found.due) claims.push_back(ClaimOf(due, now_ms_));
    if (found.after != found.before) {
      CADENZA_TRY(StageCheckPoints(lake_, run.get(), found.after, now_ms_));
    }
    CADENZA_TRY(StageAlerts(lake_, run.get(), found.alerts, table_, now_ms_));
    CADENZA_TRY(StageDeliveries(lake_, run.get(), claims));
    CADENZA_TRY(run->Commit());
    CheckSummary summary = SummaryOf(found);
    summary.run = run->number();
    run.reset();
    CADENZA_TRY(DeliverAll(found.due, &summary));
    return summary;
  }

 private:
  CheckSummary SummaryOf(const Findings& found) const {
    CheckSummary summary;
    summary.table = table_;
    summary.judged_windows = found.judged_windows;
    summary.learning_series = found.learning_series;
    summary.alerts = found.alerts;
    return summary;
  }

  /// From where windows are read: what the rules look back to from the first that is not judged.
  std::optional<int64_t> ReadFrom(const CheckPoints& points) const {
    // All series of a rule are at the same place, but those that have no windows any more.
    std::map<std::string, int64_t> latest;
    for (const auto& [key, point] : points) {
      if (key.windows_table != table_ || !IsAsked(key.rule)) continue;
      latest[key.rule] = std::max(latest[key.rule], point.judged_until_ms);
    }
    std::optional<int64_t> first;
    for (const auto& [rule, until_ms] : latest)
      first = std::min(first.value_or(until_ms), until_ms);
    if (!first) return std::nullopt;
    const int64_t days = *first / kDayMs - options_.seasonal.baseline.history_days - 4;
    return days * kDayMs;
  }

  bool IsAsked(const std::string& rule) const {
    if (rule == SeasonalRule::kName) return options_.with_seasonal;
    return options_.with_published && rule == PublishedRule::NameOf(!options_.exclude_current);
  }

  CheckPoint* PointOf(const Series& series, const char* rule, Findings* found) const {
    return &found->after[{table_, rule, series.name}];
  }

  static void Advance(const Series& series, const IncidentState& state, CheckPoint* point) {
    const int64_t until_ms = series.final_ms + series.step_ms;
    if (until_ms > point->judged_until_ms) point->judged_until_ms = until_ms;
    point->state = state;
  }

  void JudgePublished(const Series& series, Findings* found) const {
    const bool with_current = !options_.exclude_current;
    CheckPoint* point = PointOf(series, PublishedRule::NameOf(with_current), found);
    PublishedRule rule(&series, with_current, point->state);
    for (size_t i = series.IndexFrom(point->judged_until_ms); i < series.windows.size(); ++i) {
      if (!series.IsFinal(i)) continue;
      found->judged_windows += rule.Judge(i, &found->alerts).has_value();
    }
    Advance(series, rule.state(), point);
  }

  void JudgeSeasonal(const Series& read, const SeasonalOptions& shared, Findings* found) const {
    const Series series = WithSilence(read);
    CheckPoint* point = PointOf(series, SeasonalRule::kName, found);
    SeasonalRule rule(&series, shared, point->state);
    std::vector<Alert>* alerts = &found->alerts;
    bool knows_enough = true;
    for (size_t i = series.IndexFrom(point->judged_until_ms); i < read.windows.size(); ++i) {
      if (!series.IsFinal(i)) continue;
      knows_enough = rule.Judge(i, alerts);
      found->judged_windows += knows_enough;
    }
    found->learning_series += !knows_enough;
    if (options_.with_provisional) {
      // The final window will be judged again, so the rule is not to remember this.
      SeasonalRule early(&series, shared, rule.state());
      for (size_t i = 0; i < read.windows.size(); ++i) {
        if (!series.IsFinal(i) && series.windows[i].is_there) early.JudgeEarly(i, alerts);
      }
    }
    for (size_t i = read.windows.size(); i < series.windows.size(); ++i) {
      rule.JudgeSilence(i, alerts);
    }
    Advance(series, rule.state(), point);
  }

  /// With empty windows behind the last one, as far as they should be there by now.
  Series WithSilence(const Series& read) const {
    Series series = read;
    if (options_.silent_after_ms == 0 || series.windows.empty()) return series;
    const int64_t offset_ms = series.windows.back().local_ms - series.windows.back().start_ms;
    const int64_t until_ms =
        std::min(now_ms_ - options_.silent_after_ms, series.end_ms() + kSilenceMaxMs);
    while (series.end_ms() + series.size_ms <= until_ms) {
      const int64_t next_ms = series.end_ms();
      series.windows.push_back({next_ms, next_ms + offset_ms, 0, -1, false, false});
    }
    return series;
  }

  Status DropKnown(std::vector<Alert>* alerts) const {
    if (alerts->empty()) return {};
    const int64_t first_ms =
        std::ranges::min_element(*alerts, {}, &Alert::window_start_ms)->window_start_ms;
    CADENZA_ASSIGN(const std::set<std::string> known, ReadAlertKeys(lake_, first_ms));
    std::erase_if(*alerts, [&](const Alert& alert) {
      return known.contains(fmt::format("{}/{}:{}", table_, alert.Id(), alert.State()));
    });
    std::ranges::sort(*alerts, {}, &Alert::Order);
    return {};
  }

  Status PlanFor(Findings* found) const {
    if (channels_.empty()) return {};
    const int64_t from_ms = now_ms_ - options_.deliver_within_ms;
    CADENZA_ASSIGN(std::vector<Alert> recent, ReadAlerts(lake_, from_ms));
    recent.insert(recent.end(), found->alerts.begin(), found->alerts.end());
    std::vector<Notice> notices;
    for (const Alert& alert : recent) {
      if (alert.window_end_ms >= from_ms) notices.push_back(NoticeOf(alert, lake_->root()));
    }
    CADENZA_ASSIGN(const std::vector<DeliveryRecord> records,
                   ReadDeliveries(lake_, from_ms - options_.deliver_within_ms));
    found->due = PlanDeliveries(notices, channels_, records, now_ms_);
    return {};
  }

  /// What the findings rest on, to see whether somebody else wrote meanwhile.
  std::string StateOfTables() const {
    std::string text;
    for (const char* table : {"alert_checks", "sessions_alerts", "deliveries"}) {
      const auto entry = lake_->manifest().tables.find(table);
      if (entry == lake_->manifest().tables.end()) continue;
      text += fmt::format("{}={};", table, entry->second.run);
      text += fmt::format("{},{};", entry->second.version, entry->second.rows);
    }
    return text;
  }

  Status DeliverAll(std::span<const Delivery> due, CheckSummary* summary) {
    std::set<std::string> silent_channels;
    for (const Delivery& delivery : due) {
      const std::string& channel = delivery.channel->name();
      const bool is_tried = !silent_channels.contains(channel);
      std::vector<DeliveryRecord> records = is_tried
                                                ? Deliver(delivery, options_.delivery, pacing_)
                                                : std::vector{PutOff(delivery, pacing_.now_ms())};
      const DeliveryRecord& last = records.back();
      if (last.result == DeliveryResult::kFailed) silent_channels.insert(channel);
      if (last.result != DeliveryResult::kDelivered) {
        summary->warnings.push_back(
            fmt::format("{} was not delivered to {}: {}", last.alert_id, channel, last.detail));
      }
      summary->deliveries.insert(summary->deliveries.end(), records.begin(), records.end());
    }
    if (summary->deliveries.empty()) return {};
    return Record(lake_, summary->deliveries, options_.keep_waiting);
  }

  lake::Lake* lake_;
  const CheckOptions& options_;
  std::span<const std::unique_ptr<Channel>> channels_;
  Pacing pacing_;
  std::string table_;
  int64_t now_ms_;
};

}  // namespace

Result<CheckSummary> Check(lake::Lake* lake, const CheckOptions& options) {
  CADENZA_ASSIGN(const std::vector<std::unique_ptr<Channel>> channels,
                 OpenChannels(options.delivery));
  return Checking(lake, options, channels).Run();
}

CheckSummary NotifyFailure(lake::Lake* lake, const JobFailure& failure,
                           const DeliveryOptions& delivery, const Pacing& pacing) {
  CheckSummary summary;
  const Pacing clock = WithClock(pacing);
  auto channels = OpenChannels(delivery);
  if (!channels.ok()) {
    summary.warnings.push_back(channels.error().message);
    return summary;
  }
  for (const std::unique_ptr<Channel>& channel : *channels) {
    std::vector<DeliveryRecord> records =
        Deliver({NoticeOf(failure), channel.get(), 1}, delivery, clock);
    summary.deliveries.insert(summary.deliveries.end(), records.begin(), records.end());
    DeliveryRecord& last = summary.deliveries.back();
    last.next_attempt_ms = 0;  // no later check knows of it
    if (last.result == DeliveryResult::kDelivered) continue;
    summary.warnings.push_back(
        fmt::format("the failure was not told to {}: {}", last.channel, last.detail));
  }
  // A job that failed before there was a lake is not to make one.
  if (!lake || lake->manifest().run == 0 || summary.deliveries.empty()) return summary;
  Status recorded = lake->Refresh();
  if (recorded.ok()) recorded = Record(lake, summary.deliveries, {});
  if (!recorded.ok()) {
    summary.warnings.push_back("the deliveries are not recorded: " + recorded.error().message);
  }
  return summary;
}

}  // namespace cadenza::alerts
