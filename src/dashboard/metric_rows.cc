#include "dashboard/metric_rows.h"

#include <algorithm>

#include "lake/metric.h"
#include "serve/metric_window.h"

namespace cadenza::dashboard {
namespace {

using engine::QuoteText;
using serve::Day;
using serve::MetricQuestion;
using serve::MetricRule;
using serve::MetricValue;

constexpr size_t kPeriodsMax = 3'700;  // ten years of days

std::vector<std::string> ListOf(const std::string& value) {
  return value.empty() ? std::vector<std::string>() : std::vector<std::string>{value};
}

Result<MetricQuestion> QuestionOf(const MetricRowsRequest& request) {
  const auto first = serve::ParseDay(request.from), last = serve::ParseDay(request.to);
  if (!first || !last) {
    return MakeError(ErrorKind::kUsage, "no window of days: {}",
                     request.from + " to " + request.to);
  }
  if (!request.plan.empty() && request.plan != "paid" && request.plan != "free") {
    return MakeError(ErrorKind::kUsage, "plan is paid or free: {}", request.plan);
  }
  MetricQuestion question;
  question.first = *first;
  question.last = *last;
  question.customers = {ListOf(request.country), ListOf(request.plan), ListOf(request.platform),
                        ListOf(request.device)};
  return question;
}

/// 1 May 2025: the same in every land.
std::string DayWords(Day day) {
  constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
  return fmt::format("{} {} {}", static_cast<unsigned>(date.day()),
                     kMonths[static_cast<unsigned>(date.month()) - 1],
                     static_cast<int>(date.year()));
}

std::string ValueSql(const MetricValue& value) {
  const std::string percent =
      serve::PercentJson(serve::HundredthsOf(value.numerator, value.denominator));
  return fmt::format("CAST({} AS DOUBLE), CAST({} AS BIGINT), CAST({} AS BIGINT)", percent,
                     value.numerator, value.denominator);
}

/// The change in points, or NULL; and the window before, or why there is no change.
std::string ChangeSql(const MetricValue& now, const MetricValue& before) {
  const auto value = serve::HundredthsOf(now.numerator, now.denominator);
  const auto earlier = serve::HundredthsOf(before.numerator, before.denominator);
  const std::string days = DayWords(before.first) + " to " + DayWords(before.last);
  std::string why;
  if (!now.is_complete) {
    why = "the data do not cover all days of this window";
  } else if (!before.is_complete) {
    why = "the data do not cover " + days;
  } else if (!value || !earlier) {
    why = "there is nobody to count in " + std::string(value ? days : "this window");
  }
  if (!why.empty()) return "CAST(NULL AS DOUBLE), " + QuoteText(why);
  return fmt::format("CAST({} AS DOUBLE), {}", serve::PercentJson(*value - *earlier),
                     QuoteText("against " + days));
}

std::string Rows(std::vector<std::string> tuples, const char* columns, const char* nothing) {
  if (tuples.empty())
    return fmt::format("SELECT * FROM (VALUES ({})) AS counted({}) WHERE false", nothing, columns);
  std::string list;
  for (const std::string& tuple : tuples) list += (list.empty() ? "(" : ", (") + tuple + ")";
  return fmt::format("SELECT * FROM (VALUES {}) AS counted({})", list, columns);
}

bool SomebodyCame(const std::vector<serve::CustomerClass>& classes) {
  return std::ranges::any_of(classes, [](const serve::CustomerClass& each) {
    return each.sessions > 0 && each.customers > 0;
  });
}

Day PeriodStart(Day day, const std::string& grain) {
  if (grain == "day") return day;
  return grain == "week" ? serve::WeekStart(day) : serve::MonthStart(day);
}

Day NextStart(Day start, const std::string& grain) {
  if (grain == "day") return start + 1;
  return grain == "week" ? start + 7 : serve::NextMonth(start);
}

}  // namespace

Result<std::string> WindowMetricsSql(const MetricRowsRequest& request,
                                     const serve::CustomerIndex* index, query::Session* session) {
  CADENZA_ASSIGN(const MetricQuestion question, QuestionOf(request));
  CADENZA_ASSIGN(const MetricRule rule, MetricRule::Read(session));
  MetricQuestion before = question;
  before.last = question.first - 1;
  before.first = before.last - (question.last - question.first);
  CADENZA_ASSIGN(const auto now_classes, serve::CountCustomers(question, index, session));
  CADENZA_ASSIGN(const auto before_classes, serve::CountCustomers(before, index, session));
  std::vector<std::string> tuples;
  for (const lake::Metric& metric : lake::Metrics()) {
    CADENZA_ASSIGN(const MetricValue now, serve::ValueOf(metric, question, rule, now_classes));
    CADENZA_ASSIGN(const MetricValue earlier, serve::ValueOf(metric, before, rule, before_classes));
    tuples.push_back(fmt::format("{}, {}, {}, {}, {}, {}, {}", metric.order, QuoteText(metric.name),
                                 QuoteText(metric.title), QuoteText(metric.summary), ValueSql(now),
                                 ChangeSql(now, earlier), now.is_complete));
  }
  return Rows(std::move(tuples),
              "place, metric, title, tells, value, numerator, denominator, change, comparison, "
              "is_complete",
              "1, '', '', '', 0.0, 0, 0, 0.0, '', true");
}

Result<std::string> PeriodMetricsSql(const MetricRowsRequest& request,
                                     const serve::CustomerIndex* index, query::Session* session) {
  CADENZA_ASSIGN(const MetricQuestion question, QuestionOf(request));
  CADENZA_ASSIGN(const MetricRule rule, MetricRule::Read(session));
  std::vector<std::string> tuples;
  for (Day start = PeriodStart(question.first, request.grain); start <= question.last;) {
    MetricQuestion period = question;
    period.first = start;
    period.last = NextStart(start, request.grain) - 1;
    start = period.last + 1;
    CADENZA_ASSIGN(const auto classes, serve::CountCustomers(period, index, session));
    // Before the data begin and after they end there is nothing to tell, and not nobody.
    if (!rule.IsComplete(period.first, period.last) && !SomebodyCame(classes)) continue;
    for (const lake::Metric& metric : lake::Metrics()) {
      CADENZA_ASSIGN(const MetricValue value, serve::ValueOf(metric, period, rule, classes));
      tuples.push_back(fmt::format("{}, {}, {}, DATE {}, {}, {}", metric.order,
                                   QuoteText(metric.name), QuoteText(metric.title),
                                   QuoteText(serve::DayText(period.first)), ValueSql(value),
                                   value.is_complete));
    }
    if (tuples.size() > kPeriodsMax * lake::Metrics().size()) {
      return MakeError(ErrorKind::kUsage, "the window has more than {} periods", kPeriodsMax);
    }
  }
  return Rows(std::move(tuples),
              "place, metric, title, period_start, value, numerator, denominator, is_complete",
              "1, '', '', DATE '1970-01-01', 0.0, 0, 0, true");
}

}  // namespace cadenza::dashboard
