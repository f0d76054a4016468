#include "serve/metric_routes.h"

#include <algorithm>
#include <mutex>

#include "http/reply.h"
#include "serve/index_keeper.h"
#include "serve/metric_window.h"
#include "serve/service.h"

namespace cadenza::serve {
namespace {

using http::JsonText;

constexpr size_t kPeriodsMax = 3'700;  // ten years of days

/// What somebody asked of a metric.
struct MetricRequest {
  MetricQuestion question;
  std::string grain;  ///< empty: the window as one
  bool with_previous = false;
};

Error BadParameter(const char* name, const char* what, const std::string& value) {
  return MakeError(ErrorKind::kUsage, "{} is {}: {}", name, what, value);
}

/// All values of the name, each of which may be a list with commas.
std::vector<std::string> ListOf(const http::Request& request, const char* name) {
  std::vector<std::string> values;
  for (const auto& [key, text] : request.target.query) {
    if (key != name) continue;
    for (size_t at = 0; at <= text.size();) {
      const size_t comma = std::min(text.find(',', at), text.size());
      if (comma > at) values.push_back(text.substr(at, comma - at));
      at = comma + 1;
    }
  }
  return values;
}

Status ReadDay(const http::Request& request, const char* name, Day* day) {
  const std::optional<std::string> text = request.Query(name);
  if (!text) return {};
  const std::optional<Day> parsed = ParseDay(*text);
  if (!parsed) return BadParameter(name, "a day such as 2025-07-01", *text);
  *day = *parsed;
  return {};
}

Result<MetricRequest> ReadRequest(const http::Request& request, const MetricRule& rule) {
  MetricRequest asked;
  asked.question.first = rule.window_first;
  asked.question.last = rule.window_last;
  CADENZA_TRY(ReadDay(request, "from", &asked.question.first));
  CADENZA_TRY(ReadDay(request, "to", &asked.question.last));
  if (asked.question.first > asked.question.last) {
    return BadParameter("from", "not after to", DayText(asked.question.first));
  }
  asked.question.customers.countries = ListOf(request, "country");
  asked.question.customers.plans = ListOf(request, "plan");
  for (const std::string& plan : asked.question.customers.plans) {
    if (plan != "paid" && plan != "free") return BadParameter("plan", "paid or free", plan);
  }
  asked.question.customers.platforms = ListOf(request, "platform");
  asked.question.customers.devices = ListOf(request, "device");
  asked.grain = request.Query("grain").value_or("");
  if (!asked.grain.empty() && asked.grain != "day" && asked.grain != "week" &&
      asked.grain != "month") {
    return BadParameter("grain", "day, week or month", asked.grain);
  }
  const std::string compare = request.Query("compare").value_or("");
  if (!compare.empty() && compare != "previous") {
    return BadParameter("compare", "previous", compare);
  }
  asked.with_previous = !compare.empty();
  return asked;
}

Day NextStart(Day day, const std::string& grain) {
  if (grain == "day") return day + 1;
  return grain == "week" ? WeekStart(day) + 7 : NextMonth(MonthStart(day));
}

/// The periods of the window; those at its ends may be cut.
Result<std::vector<MetricQuestion>> Periods(const MetricRequest& asked) {
  std::vector<MetricQuestion> periods;
  if (asked.grain.empty()) return std::vector{asked.question};
  for (Day day = asked.question.first; day <= asked.question.last;) {
    if (periods.size() == kPeriodsMax) {
      return MakeError(ErrorKind::kUsage, "the window has more than {} periods", kPeriodsMax);
    }
    const Day next = NextStart(day, asked.grain);
    MetricQuestion period = asked.question;
    period.first = day;
    period.last = std::min(next - 1, asked.question.last);
    periods.push_back(std::move(period));
    day = next;
  }
  return periods;
}

/// True when the period was not cut by the window's ends.
bool IsWhole(const MetricQuestion& period, const std::string& grain) {
  if (grain.empty() || grain == "day") return true;
  const Day start = grain == "week" ? WeekStart(period.first) : MonthStart(period.first);
  return period.first == start && period.last + 1 == NextStart(start, grain);
}

std::string ValueJson(const MetricValue& value, const std::string& more) {
  return fmt::format(
      R"({{"from":"{}","to":"{}","numerator":{},"denominator":{},"value":{},"is_complete":{}{}}})",
      DayText(value.first), DayText(value.last), value.numerator, value.denominator,
      PercentJson(HundredthsOf(value.numerator, value.denominator)), value.is_complete, more);
}

/// The window of equal length before: a change only where the data cover both.
std::string ComparisonJson(const MetricValue& now, const MetricValue& before) {
  const auto value = HundredthsOf(now.numerator, now.denominator);
  const auto earlier = HundredthsOf(before.numerator, before.denominator);
  const bool is_comparable = now.is_complete && before.is_complete && value && earlier;
  return fmt::format(R"(,"previous":{},"change":{},"is_comparable":{})", ValueJson(before, ""),
                     is_comparable ? PercentJson(*value - *earlier) : "null", is_comparable);
}

std::string DefinitionJson(const lake::Metric& metric) {
  return fmt::format(
      R"("metric":{},"title":{},"unit":{},"tells":{},"adds_up":{},"numerator_condition":{},"denominator_condition":{})",
      JsonText(metric.name), JsonText(metric.title), JsonText(metric.unit),
      JsonText(metric.summary), metric.adds_up, JsonText(metric.numerator),
      JsonText(metric.denominator));
}

class MetricRoute {
 public:
  MetricRoute(Service* service, const IndexKeeper* indexes)
      : service_(service), indexes_(indexes) {}

  http::Reply Answer(const http::Request& request) const {
    const lake::Metric* metric = lake::FindMetric(request.Parameter("name"));
    if (!metric) {
      return http::ErrorReply(404, "no_such_metric",
                              "no such metric: " + request.Parameter("name"));
    }
    const std::shared_ptr<const LoadedRun> run = service_->runs().newest();
    return Service::AnswerOnce(*run, request,
                               [&] { return Json(*metric, *run, request, run->as_of); });
  }

 private:
  Result<std::string> Json(const lake::Metric& metric, const LoadedRun& run,
                           const http::Request& request, const AsOf& as_of) const {
    CADENZA_ASSIGN(const MetricRule rule, RuleOf(run));
    CADENZA_ASSIGN(const MetricRequest asked, ReadRequest(request, rule));
    const std::shared_ptr<const CustomerIndex> index = indexes_->IndexOf(run);
    const bool by_sql = !index || !index->CanTell(asked.question.first, asked.question.last,
                                                  asked.question.customers);
    // The sums of all customers tell of nobody: every role may know them.
    std::unique_ptr<query::Session> session;
    if (by_sql) {
      CADENZA_ASSIGN(session, service_->OpenSession(run, Role::kOwner));
    }
    std::string values;
    CADENZA_ASSIGN(const std::vector<MetricQuestion> periods, Periods(asked));
    for (const MetricQuestion& period : periods) {
      CADENZA_ASSIGN(MetricValue value, Value(metric, period, rule, index.get(), session.get()));
      value.is_complete = value.is_complete && IsWhole(period, asked.grain);
      std::string more;
      if (asked.with_previous) {
        MetricQuestion before = period;
        before.last = period.first - 1;
        before.first = before.last - (period.last - period.first);
        CADENZA_ASSIGN(const MetricValue earlier,
                       Value(metric, before, rule, index.get(), session.get()));
        more = ComparisonJson(value, earlier);
      }
      values += (values.empty() ? "" : ",") + ValueJson(value, more);
    }
    const std::string why = index ? "platforms and devices are not in the index" : indexes_->Why();
    return fmt::format(
        R"({{{},"as_of":{},"from":"{}","to":"{}","grain":{},"counted_by":"{}","why":{},"values":[{}]}})",
        DefinitionJson(metric), AsOfJson(as_of), DayText(asked.question.first),
        DayText(asked.question.last), asked.grain.empty() ? "null" : JsonText(asked.grain),
        by_sql ? "sql" : "index", by_sql ? JsonText(why) : "null", values);
  }

  /// Read once a run.
  Result<MetricRule> RuleOf(const LoadedRun& run) const {
    const std::lock_guard lock(mutex_);
    if (rule_run_ == run.as_of.run) return rule_;
    CADENZA_ASSIGN(const auto session, service_->OpenSession(run, Role::kOwner));
    CADENZA_ASSIGN(rule_, MetricRule::Read(session.get()));
    rule_run_ = run.as_of.run;
    return rule_;
  }

  static Result<MetricValue> Value(const lake::Metric& metric, const MetricQuestion& question,
                                   const MetricRule& rule, const CustomerIndex* index,
                                   query::Session* session) {
    CADENZA_ASSIGN(const std::vector<CustomerClass> classes,
                   CountCustomers(question, index, session));
    return ValueOf(metric, question, rule, classes);
  }

  Service* service_;
  const IndexKeeper* indexes_;
  mutable std::mutex mutex_;
  mutable int64_t rule_run_ = -1;
  mutable MetricRule rule_;
};

http::Reply ListMetrics(Service* service, const http::Request& request) {
  return service->Answer(request, [](query::Session*, const AsOf& as_of) {
    std::string list;
    for (const lake::Metric& metric : lake::Metrics()) {
      list += (list.empty() ? "{" : ",{") + DefinitionJson(metric) + "}";
    }
    return Result<std::string>(
        fmt::format(R"({{"as_of":{},"metrics":[{}]}})", AsOfJson(as_of), list));
  });
}

}  // namespace

void MountMetrics(Service* service, const IndexKeeper* indexes) {
  const auto route = std::make_shared<MetricRoute>(service, indexes);
  service->Mount({.path = "/api/v1/metrics",
                  .handler = [service](const http::Request& r) { return ListMetrics(service, r); },
                  .summary = "The metrics and what they mean."});
  service->Mount(
      {.path = "/api/v1/metrics/{name}",
       .handler = [route](const http::Request& request) { return route->Answer(request); },
       .summary = "A metric in any window of days, exactly.",
       .parameters = {
           {"name", "e.g. paid_share", R"({"type":"string"})", true},
           {"from", "first day; default: that of kpi_summary",
            R"({"type":"string","format":"date"})"},
           {"to", "last day, inclusive", R"({"type":"string","format":"date"})"},
           {"grain", "a value for each", R"({"type":"string","enum":["day","week","month"]})"},
           {"country", "of the customer; several with commas"},
           {"plan", "paid or free in the window", R"({"type":"string"})"},
           {"platform", "of the session; several with commas"},
           {"device", "of the session; several with commas"},
           {"compare", "with the window of equal length before",
            R"({"type":"string","enum":["previous"]})"}}});
}

}  // namespace cadenza::serve
