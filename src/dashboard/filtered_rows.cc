#include "dashboard/filtered_rows.h"

#include <map>
#include <set>

#include "engine/sql_text.h"
#include "lake/metric_sql.h"
#include "lake/model_graph.h"

namespace cadenza::dashboard {
namespace {

using engine::QuoteText;

struct WindowDays {
  std::string first, last;  ///< SQL of dates
};

WindowDays DaysOf(const FilteredRequest& request) {
  return {"DATE " + QuoteText(request.from), "DATE " + QuoteText(request.to)};
}

std::string SessionCondition(const FilteredRequest& request) {
  std::string condition;
  if (!request.platform.empty()) condition += " AND days.platform = " + QuoteText(request.platform);
  if (!request.device.empty()) condition += " AND days.device = " + QuoteText(request.device);
  return condition;
}

std::string PlanCondition(const FilteredRequest& request) {
  if (request.plan.empty()) return "";
  return fmt::format(" AND paid.customer_id IS {} NULL", request.plan == "paid" ? "NOT" : "");
}

std::string CountryCondition(const FilteredRequest& request) {
  if (request.country.empty()) return "";
  return " AND coalesce(customers.country, 'unknown') = " + QuoteText(request.country);
}

const char* DaysTable(const FilteredRequest& request) {
  return request.asks_for_sessions() ? "session_days" : "customer_days";
}

std::string PaidSql(const FilteredRequest& request) {
  const WindowDays days = DaysOf(request);
  return lake::PaidCustomersSql(days.first, days.last);
}

/// The days of customers in the window that the filters let through, of customer_days or
/// session_days, joined to what filters ask of.
std::string DaysInWindow(const FilteredRequest& request, const char* table) {
  const WindowDays days = DaysOf(request);
  return fmt::format(
      "gold.{} AS days JOIN gold.customer_engagement AS customers ON customers.customer_id = "
      "days.customer_id LEFT JOIN ({}) AS paid ON paid.customer_id = days.customer_id WHERE "
      "days.session_date BETWEEN {} AND {}{}",
      table, PaidSql(request), days.first, days.last,
      CountryCondition(request) + SessionCondition(request) + PlanCondition(request));
}

std::string DayCountsSql(const FilteredRequest& request) {
  return "SELECT days.session_date AS date, CAST(sum(days.sessions) AS BIGINT) AS sessions, "
         "count(DISTINCT days.customer_id) AS listeners FROM " +
         DaysInWindow(request, DaysTable(request)) + " GROUP BY days.session_date";
}

/// Who is engaged and who pays is told by all sessions of the customer in the window.
std::string SegmentsSql(const FilteredRequest& request, const char* segment, const char* table) {
  const WindowDays days = DaysOf(request);
  return SegmentPercentsSql(fmt::format(
      "SELECT segment, count(*) AS listeners, sum(sessions) AS sessions, count(CASE WHEN "
      "is_engaged THEN 1 END) AS engaged, count(CASE WHEN is_paid THEN 1 END) AS paid FROM (SELECT "
      "{} AS segment, days.customer_id, sum(days.sessions) AS sessions, bool_or(paid.customer_id "
      "IS NOT NULL) AS is_paid FROM {} GROUP BY 1, 2) AS each JOIN (SELECT customer_id, "
      "sum(sessions) >= any_value(engaged_sessions) AS is_engaged FROM gold.customer_days CROSS "
      "JOIN ({}) AS rule WHERE session_date BETWEEN {} AND {} GROUP BY customer_id) AS habits ON "
      "habits.customer_id = each.customer_id GROUP BY segment",
      segment, DaysInWindow(request, table), lake::EngagedSessionsSql(days.first, days.last),
      days.first, days.last));
}

/// The plays of the event log in the window. Who pays is told by the log's levels, and the platform
/// and the device by what the browser said when it played.
std::string PlaysSql(const FilteredRequest& request) {
  const WindowDays days = DaysOf(request);
  const std::string start = fmt::format("CAST({} AS TIMESTAMP WITH TIME ZONE)", days.first);
  const std::string end = fmt::format("CAST({} + 1 AS TIMESTAMP WITH TIME ZONE)", days.last);
  std::string conditions;
  if (!request.plan.empty()) {
    conditions += fmt::format(
        " AND plays.user_id {} IN (SELECT levels.user_id FROM silver.user_levels AS levels WHERE "
        "lower(levels.level) NOT LIKE '%free%' AND levels.valid_from < {} AND (levels.valid_to IS "
        "NULL OR levels.valid_to >= {}) AND levels.user_id IS NOT NULL)",
        request.plan == "paid" ? "" : "NOT", end, start);
  }
  if (!request.platform.empty()) {
    conditions += " AND coalesce(agent_platform(plays.user_agent), 'unknown') = " +
                  QuoteText(request.platform);
  }
  if (!request.device.empty()) {
    conditions +=
        " AND coalesce(agent_device(plays.user_agent), 'unknown') = " + QuoteText(request.device);
  }
  return fmt::format(
      "SELECT plays.* FROM silver.songplays AS plays WHERE plays.start_time >= {} AND "
      "plays.start_time < {}{}",
      start, end, conditions);
}

/// The customers that the filters let through, as customer_engagement has them, in the window of
/// the request. One who came on no such platform or device is not among them.
std::string CustomersSql(const FilteredRequest& request) {
  const WindowDays days = DaysOf(request);
  return fmt::format(
      "SELECT customers.customer_id, customers.country, customers.signup_date, seen.customer_id IS "
      "NOT NULL AS is_active, paid.customer_id IS NOT NULL AS is_paid FROM "
      "gold.customer_engagement AS customers LEFT JOIN (SELECT DISTINCT days.customer_id FROM "
      "gold.{0} AS days WHERE days.session_date BETWEEN {1} AND {2}{3}) AS seen ON "
      "seen.customer_id = customers.customer_id LEFT JOIN ({4}) AS paid ON paid.customer_id = "
      "customers.customer_id WHERE true{5}{6}",
      DaysTable(request), days.first, days.last, SessionCondition(request), PaidSql(request),
      CountryCondition(request) + PlanCondition(request),
      request.asks_for_sessions() ? " AND seen.customer_id IS NOT NULL" : "");
}

/// Leaves the rows of customers of the country and plan, of a table `days` by customer.
std::string OfCustomers(const FilteredRequest& request) {
  if (request.country.empty() && request.plan.empty()) return "";
  return fmt::format(
      " SEMI JOIN (SELECT customers.customer_id FROM gold.customer_engagement AS customers LEFT "
      "JOIN ({}) AS paid ON paid.customer_id = customers.customer_id WHERE true{}) AS chosen ON "
      "chosen.customer_id = days.customer_id",
      PaidSql(request), CountryCondition(request) + PlanCondition(request));
}

/// The days of these customers, of all the data: who came before the window is not new in it.
std::string AllDaysSql(const FilteredRequest& request) {
  const std::string of_customers = OfCustomers(request);
  if (!request.asks_for_sessions()) {
    return "SELECT days.customer_id, days.session_date, days.sessions, days.duration_ms FROM "
           "gold.customer_days AS days" +
           of_customers;
  }
  return fmt::format(
      "SELECT days.customer_id, days.session_date, CAST(sum(days.sessions) AS BIGINT) AS sessions, "
      "CAST(NULL AS BIGINT) AS duration_ms FROM gold.session_days AS days{} WHERE true{} GROUP BY "
      "days.customer_id, days.session_date",
      of_customers, SessionCondition(request));
}

/// What a model reads that is another one under filters, or that no table of the lake has.
std::map<std::string, std::string> GivenRows(const FilteredRequest& request) {
  return {
      {"customer_days", AllDaysSql(request)},
      {"customer_engagement", CustomersSql(request)},
      {"customer_plays", "SELECT days.* FROM gold.customer_plays AS days" + OfCustomers(request)},
      {"engagement_customers", "SELECT customer_id, country, signup_date FROM customer_engagement"},
      {"observed_days", "SELECT date AS day FROM gold.days"},
      {"data_span", kDataSpan},
  };
}

/// The one row of settings, for the window of the request.
std::string SettingsSql(const FilteredRequest& request) {
  return fmt::format(
      "SELECT window_start, window_end, CAST(window_start AS TIMESTAMP WITH TIME ZONE) AS "
      "window_start_time, CAST(window_end + 1 AS TIMESTAMP WITH TIME ZONE) AS window_end_time, "
      "(SELECT max(day_number) FROM gold.retention) AS retention_days FROM (SELECT {} AS "
      "window_start, {} AS window_end) AS given",
      DaysOf(request).first, DaysOf(request).last);
}

class ModelSteps {
 public:
  explicit ModelSteps(const FilteredRequest& request)
      : grain_(QuoteText(request.grain)),
        given_(GivenRows(request)),
        sql_("WITH kpi_settings AS (" + SettingsSql(request) + ")") {}

  std::string Of(const lake::Model& model) {
    AddWhatItReads(model);
    return sql_ + " " + model.select;
  }

 private:
  /// Each step stands before those that read it.
  void AddWhatItReads(const lake::Model& model) {
    for (const lake::Model* read : lake::ModelsRead(model)) {
      if (!added_.insert(read->name).second) continue;
      if (const auto given = given_.find(read->name); given != given_.end()) {
        if (read->name == "engagement_customers") AddGiven("customer_engagement");
        Add(read->name, given->second);
      } else if (!read->is_table()) {
        AddWhatItReads(*read);
        Add(read->name, OfTheGrain(*read));
      }
    }
  }
  /// A step that tells of days, weeks and months tells of those that are asked for: a constant, so
  /// that the engine leaves the work on the others undone.
  std::string OfTheGrain(const lake::Model& step) const {
    if (!engine::SqlText(step.select).Mentions("period")) return step.select;
    return "SELECT * FROM (" + step.select + "\n) AS every_period WHERE period = " + grain_;
  }
  void AddGiven(const std::string& name) {
    if (added_.insert(name).second) Add(name, given_.at(name));
  }
  void Add(const std::string& name, const std::string& select) {
    sql_ += ", " + name + " AS (" + select + "\n)";
  }

  const std::string grain_;
  const std::map<std::string, std::string> given_;
  std::set<std::string> added_;
  std::string sql_;
};

}  // namespace

const std::vector<FilteredRelation>& FilteredRelations() {
  using Names = std::vector<std::string>;
  static const Names of_sessions = {"customer_days", "session_days", "customer_engagement",
                                    "paid_spans", "kpi_window"};
  static const Names of_days = {"customer_days", "session_days", "customer_engagement",
                                "paid_spans",    "days",         "retention"};
  static const Names of_plans = {
      "customer_days", "session_days", "customer_engagement", "paid_spans",
      "days",          "retention",    "held_spans",          "subscription_changes"};
  static const Names of_listening = {"customer_plays", "customer_engagement", "paid_spans", "days"};
  static const Names of_customers = {"from", "to", "country", "plan"};
  static const Names of_agents = {"from", "to", "plan", "platform", "device"};
  static const Names all = {"from", "to", "country", "plan", "platform", "device"};
  static const std::vector<FilteredRelation> relations = {
      {"filtered_day_counts", "", false, of_sessions, {}, all},
      {"filtered_countries", "", false, of_sessions, {}, all},
      {"filtered_platforms", "", false, of_sessions, {}, all},
      {"filtered_devices", "", false, of_sessions, {}, all},
      {"filtered_retention", "retention", false, {"retention"}, of_days, all},
      {"filtered_stickiness", "stickiness", false, {"stickiness"}, of_days, all},
      {"filtered_lifecycle", "lifecycle", false, {"lifecycle"}, of_days, all},
      {"filtered_listening", "listening", false, {"listening"}, of_listening, of_customers},
      {"filtered_plays", "", false, {"songplays"}, {"user_levels"}, of_agents},
      {"filtered_conversion", "conversion_trend", false, {"conversion_trend"}, of_plans, all},
      {"filtered_funnel", "subscription_funnel", true, {"subscription_funnel"}, of_plans, all},
  };
  return relations;
}

std::string SegmentPercentsSql(const std::string& select) {
  return "SELECT segment, CAST(listeners AS BIGINT) AS listeners, CAST(sessions AS "
         "BIGINT) AS sessions, CAST(engaged AS BIGINT) AS engaged_listeners, CAST(paid AS BIGINT) "
         "AS paid_listeners, half_up_percent(engaged, listeners) AS engaged_percent, "
         "half_up_percent(paid, listeners) AS paid_percent FROM (" +
         select + ") AS segments_counted";
}

bool IsComputed(const FilteredRelation& relation, const FilteredRequest& request) {
  return relation.table.empty() || request.has_filters() ||
         (relation.is_of_window && request.has_window);
}

std::string FilteredSql(const FilteredRelation& relation, const FilteredRequest& request) {
  if (!IsComputed(relation, request)) return "SELECT * FROM gold." + relation.table;
  if (relation.name == "filtered_plays") return PlaysSql(request);
  if (relation.name == "filtered_countries") {
    return SegmentsSql(request, "coalesce(customers.country, 'unknown')", DaysTable(request));
  }
  if (relation.name == "filtered_platforms") {
    return SegmentsSql(request, "days.platform", "session_days");
  }
  if (relation.name == "filtered_devices") {
    return SegmentsSql(request, "days.device", "session_days");
  }
  if (relation.name == "filtered_day_counts") return DayCountsSql(request);
  return ModelSteps(request).Of(*lake::FindModel(relation.table));
}

}  // namespace cadenza::dashboard
