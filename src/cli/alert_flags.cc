#include "cli/alert_flags.h"

#include <algorithm>

#include "cli/command.h"
#include "cli/flag_values.h"
#include "cli/number_checks.h"

namespace cadenza::cli {

void AlertFlags::Declare(CLI::App* app) {
  DeclareWindows(app);
  DeclareRules(app);
  DeclareCheck(app);
  delivery_.Declare(app);
}

void AlertFlags::DeclareWindows(CLI::App* app) {
  app->add_option(
      "--table", options_.table,
      "the table of windows in the lake's gold layer; default: sessions_5m, or events_5m "
      "where the lake has only that one");
  app->add_option("--by", options_.series.group_column,
                  "a series for each value of this column; they share the budget")
      ->type_name("COLUMN");
  app->add_option("--timezone", options_.series.zone, "whose clocks make the time of day")
      ->type_name("ZONE")
      ->capture_default_str();
}

void AlertFlags::DeclareRules(CLI::App* app) {
  DeclareList(app, "--rule", &rules_,
              "published or seasonal; default: both in replay, seasonal in check")
      ->check(CLI::IsMember({"published", "seasonal"}))
      ->type_name("RULE");
  app->add_flag("--exclude-current", options_.exclude_current,
                "the published rule compares with the 12 windows before this one; as published "
                "this one is among the 12");
  app->add_option("--alarms-per-week", options_.seasonal.alarms_per_week,
                  "false alarms that the seasonal rule may raise, at most")
      ->check(Positive())
      ->type_name("N")
      ->capture_default_str();
  app->add_option("--history-days", options_.seasonal.baseline.history_days,
                  "days before that tell what is usual; whole weeks of them are taken")
      ->check(CLI::Range(14, 3660))
      ->type_name("N")
      ->capture_default_str();
  app->add_option("--min-history-days", options_.seasonal.baseline.min_history_days,
                  "the seasonal rule is silent before there are so many")
      ->check(CLI::Range(14, 3660))
      ->type_name("N")
      ->capture_default_str();
  app->add_flag("--provisional", options_.with_provisional,
                "also windows that are not final, of which spikes alone are told");
}

void AlertFlags::DeclareCheck(CLI::App* app) {
  app->add_option("--silent-after", silent_after_,
                  "check: no window that is younger than this is missing data; 0 = never. The "
                  "stream's watermark has to fit in")
      ->type_name("TIME")
      ->capture_default_str();
  app->add_option("--deliver-within", deliver_within_,
                  "check: alerts of windows before are recorded and not delivered")
      ->type_name("TIME")
      ->capture_default_str();
  app->add_option("--now", now_, "check as at this time (UTC), to judge the past as it came")
      ->type_name("TIME");
  app->add_flag("--no-wait", no_wait_,
                "check: fail when another run is writing to the lake; else waits without limit");
}

bool AlertFlags::IsAsked(const std::string& rule) const {
  const std::string kind = rule.starts_with("published") ? "published" : rule;
  if (!rules_.empty() && std::ranges::count(rules_, kind) == 0) return false;
  return !options_.exclude_current || rule != "published";
}

Result<alerts::CheckOptions> AlertFlags::Options() const {
  alerts::CheckOptions options = options_;
  options.with_published = std::ranges::count(rules_, "published") > 0;
  options.with_seasonal = rules_.empty() || std::ranges::count(rules_, "seasonal") > 0;
  options.silent_after_ms = 0;
  if (silent_after_ != "0") {
    CADENZA_ASSIGN(options.silent_after_ms, ParseSpan("--silent-after", silent_after_));
  }
  CADENZA_ASSIGN(options.deliver_within_ms, ParseSpan("--deliver-within", deliver_within_));
  CADENZA_ASSIGN(options.delivery, delivery_.Options());
  if (!now_.empty()) {
    CADENZA_ASSIGN(const int64_t now_ms, ParseMoment("--now", now_));
    options.pacing.now_ms = [now_ms] { return now_ms; };
  }
  const auto& baseline = options.seasonal.baseline;
  if (options.with_seasonal && baseline.min_history_days > baseline.history_days) {
    return MakeError(
        ErrorKind::kUsage,
        "--min-history-days {} is more than --history-days {}: the seasonal rule would "
        "never judge",
        baseline.min_history_days, baseline.history_days);
  }
  if (!no_wait_) options.keep_waiting = [] { return !InterruptGuard::Pending(); };
  return options;
}

Result<alerts::CheckOptions> AlertSettings(const CLI::App& job,
                                           const std::vector<std::string>& configs) {
  // The command itself is not asked: what was given as flags is of the job, not of the alerts.
  CLI::App app("", "alerts");
  AlertFlags flags;
  flags.Declare(&app);
  CADENZA_TRY(ApplySettings(&app, configs, job.get_parent()));
  return flags.Options();
}

}  // namespace cadenza::cli
