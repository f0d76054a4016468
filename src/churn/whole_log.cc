#include "churn/whole_log.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <set>

#include "churn/listener_days.h"
#include "churn/snapshots.h"
#include "lake/model.h"
#include "learn/metrics.h"

namespace cadenza::churn {
namespace {

constexpr const char* kQuantities = "churn_published";
constexpr size_t kRowsLeast = 20;
constexpr double kAgreeing = 0.99;  ///< share of the rows
/// The table's numbers are of single precision.
constexpr double kPrecision = 1e-5;
constexpr size_t kOutcomesLeast = 10;
/// With fewer values than these, another factor than 1 is a coincidence.
constexpr size_t kDistinctLeast = 10;

/// Numbers of listeners, a column each; NaN: none.
struct Quantities {
  std::vector<std::string> names;
  std::map<std::string, size_t> row_of;      ///< by listener
  std::vector<std::vector<double>> columns;  ///< as `names`
  std::vector<uint8_t> cancelled;            ///< with a Cancellation Confirmation
};

double NumberOf(const engine::RowSet& rows, size_t row, size_t column) {
  const auto& cell = rows.rows[row][column];
  return cell ? std::strtod(cell->c_str(), nullptr) : std::nan("");
}

/// Over the events before a day.
Result<Quantities> Compute(engine::Engine* engine, const std::string& before) {
  const lake::Model& model = *lake::FindModel(kQuantities);
  CADENZA_TRY(engine->BindQuery(
      "settled_events",
      fmt::format("SELECT * FROM ({}) AS settled WHERE event_date < DATE {}",
                  lake::FindModel("settled_events")->select, engine::QuoteText(before))));
  CADENZA_ASSIGN(const engine::RowSet rows, engine->Query(model.select));
  Quantities made;
  made.cancelled.resize(rows.rows.size());
  std::vector<size_t> places;
  for (size_t c = 0; c < rows.columns.size(); ++c) {
    const std::string& name = rows.columns[c].name;
    if (name == "user_id") {
      for (size_t r = 0; r < rows.rows.size(); ++r) made.row_of[rows.Text(r, c)] = r;
    } else if (name == "churn") {
      for (size_t r = 0; r < rows.rows.size(); ++r) made.cancelled[r] = rows.Number(r, c) > 0;
    } else if (name != "gender") {
      made.names.push_back(name);
      places.push_back(c);
    }
  }
  for (const size_t place : places) {
    std::vector<double>& column = made.columns.emplace_back();
    column.reserve(rows.rows.size());
    for (size_t r = 0; r < rows.rows.size(); ++r) column.push_back(NumberOf(rows, r, place));
  }
  return made;
}

/// Pairs of what a column of the table says and what a quantity is, of the same listeners.
struct Pairs {
  std::vector<double> said, is;
};

/// By what factor the two agree; nullopt: they do not.
std::optional<double> FactorOf(const Pairs& pairs) {
  std::vector<double> ratios;
  std::set<double> distinct;
  for (size_t i = 0; i < pairs.is.size(); ++i) {
    if (pairs.is[i] != 0) ratios.push_back(pairs.said[i] / pairs.is[i]);
    if (distinct.size() < kDistinctLeast) distinct.insert(pairs.is[i]);
  }
  if (ratios.size() < kRowsLeast || distinct.size() < 2) return std::nullopt;
  std::ranges::nth_element(ratios, ratios.begin() + static_cast<std::ptrdiff_t>(ratios.size() / 2));
  double factor = ratios[ratios.size() / 2];
  if (std::abs(factor - 1) < kPrecision) factor = 1;
  if (factor <= 0 || (factor != 1 && distinct.size() < kDistinctLeast)) return std::nullopt;
  size_t agreeing = 0;
  for (size_t i = 0; i < pairs.is.size(); ++i) {
    const double wanted = factor * pairs.is[i];
    agreeing += std::abs(pairs.said[i] - wanted) <= kPrecision * std::max(std::abs(wanted), 1e-3);
  }
  const bool agrees =
      static_cast<double>(agreeing) >= kAgreeing * static_cast<double>(pairs.is.size());
  return agrees ? std::optional(factor) : std::nullopt;
}

/// Whichever end of the column tells.
double AucOf(const std::vector<double>& values, const std::vector<uint8_t>& labels) {
  const double auc = learn::RocAuc(values, labels);
  return std::max(auc, 1 - auc);
}

/// The rows of the table by what the lake knows of their listeners.
class Comparison {
 public:
  Comparison(const AuditedTable& table, const Quantities& now) : table_(table), now_(now) {
    for (size_t row = 0; row < table.rows(); ++row) {
      const auto found = now.row_of.find(table.ids[row]);
      if (found != now.row_of.end()) known_.emplace_back(row, found->second);
    }
  }

  size_t known() const { return known_.size(); }

  /// The quantity that a column is, the one of the same unit first.
  std::optional<WholeLogColumn> Find(const AuditedColumn& column, size_t* quantity) const {
    std::optional<WholeLogColumn> best;
    for (size_t q = 0; q < now_.names.size(); ++q) {
      Pairs pairs;
      for (const auto& [row, listener] : known_) {
        const double is = now_.columns[q][listener];
        if (std::isnan(column.values[row]) || std::isnan(is)) continue;
        pairs.said.push_back(column.values[row]);
        pairs.is.push_back(is);
      }
      if (pairs.said.size() < std::max(kRowsLeast, known_.size() / 10)) continue;
      const std::optional<double> factor = FactorOf(pairs);
      if (!factor || (best && *factor != 1)) continue;
      if (best && best->factor == 1) continue;
      best = WholeLogColumn{column.name, now_.names[q], *factor, 0.5, {}};
      *quantity = q;
    }
    if (best) best->auc = LabelAuc(column);
    return best;
  }

 private:
  double LabelAuc(const AuditedColumn& column) const {
    std::vector<double> values;
    std::vector<uint8_t> labels;
    for (size_t row = 0; row < table_.rows(); ++row) {
      if (std::isnan(column.values[row])) continue;
      values.push_back(column.values[row]);
      labels.push_back(table_.labels[row]);
    }
    return AucOf(values, labels);
  }

  const AuditedTable& table_;
  const Quantities& now_;
  std::vector<std::pair<size_t, size_t>> known_;  ///< row of the table, row of the quantities
};

/// Who had not cancelled at the cut-off, and whether they did in the days after.
struct Risk {
  std::vector<size_t> rows;  ///< of the quantities then
  std::vector<uint8_t> cancels;
};

Result<Risk> RiskAt(engine::Engine* engine, const Quantities& then, const std::string& cut_off,
                    const std::string& end) {
  CADENZA_TRY(engine->BindQuery("settled_events", lake::FindModel("settled_events")->select));
  CADENZA_ASSIGN(const engine::RowSet cancelled,
                 engine->Query(fmt::format(
                     "SELECT DISTINCT user_id FROM settled_events WHERE page = 'Cancellation "
                     "Confirmation' AND event_date >= DATE {} AND event_date < DATE {}",
                     engine::QuoteText(cut_off), engine::QuoteText(end))));
  std::set<std::string> leaving;
  for (size_t r = 0; r < cancelled.rows.size(); ++r) leaving.insert(cancelled.Text(r));
  Risk risk;
  for (const auto& [listener, row] : then.row_of) {
    if (then.cancelled[row]) continue;
    risk.rows.push_back(row);
    risk.cancels.push_back(leaving.contains(listener) ? 1 : 0);
  }
  return risk;
}

}  // namespace

Result<WholeLogCheck> FindWholeLogColumns(lake::Lake* lake, const AuditedTable& table, int days) {
  if (table.ids.empty()) {
    return MakeError(ErrorKind::kUsage,
                     "--id is missing: by which column does the lake know the listeners?");
  }
  engine::Engine* engine = &lake->engine();
  ListenerDays log(lake, nullptr);
  CADENZA_TRY(log.BindEvents());
  const std::string end = DateText(log.span().end);
  WholeLogCheck check;
  check.days = days;
  check.cut_off = DateText(log.span().end - days);
  CADENZA_ASSIGN(const Quantities now, Compute(engine, "9999-12-31"));
  const Comparison comparison(table, now);
  check.known = static_cast<int64_t>(comparison.known());
  if (comparison.known() < kRowsLeast) {
    return MakeError(ErrorKind::kInput, "of {} listeners of the table the lake knows {}: {}",
                     table.rows(), comparison.known(), lake->root());
  }
  std::vector<size_t> quantities;
  for (const AuditedColumn& column : table.columns) {
    size_t quantity = 0;
    if (!column.categories.empty()) continue;
    if (const auto found = comparison.Find(column, &quantity)) {
      check.columns.push_back(*found);
      quantities.push_back(quantity);
    }
  }
  if (check.columns.empty()) return check;
  CADENZA_ASSIGN(const Quantities then, Compute(engine, check.cut_off));
  CADENZA_ASSIGN(const Risk risk, RiskAt(engine, then, check.cut_off, end));
  check.at_risk = static_cast<int64_t>(risk.rows.size());
  check.cancelled = std::ranges::count(risk.cancels, uint8_t{1});
  const auto outcomes = static_cast<size_t>(check.cancelled);
  if (outcomes < kOutcomesLeast || risk.rows.size() - outcomes < kOutcomesLeast) return check;
  for (size_t c = 0; c < check.columns.size(); ++c) {
    std::vector<double> values;
    for (const size_t row : risk.rows) values.push_back(then.columns[quantities[c]][row]);
    check.columns[c].auc_before = AucOf(values, risk.cancels);
  }
  return check;
}

}  // namespace cadenza::churn
