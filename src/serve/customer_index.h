#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "query/session.h"
#include "serve/customer_counts.h"
#include "serve/metric_condition.h"
#include "serve/session_index.h"

namespace cadenza::serve {

/// The customer-days of gold in memory: for each day the customers' numbers and counts, for each 28
/// days the sums of all customers, and the sessions by platform and device, so that any window is
/// counted exactly in milliseconds. Immutable after it was built; thread-safe.
class CustomerIndex {
 public:
  /// Reads customer_days, customer_engagement, paid_spans and, where there is such a table,
  /// session_days through the session, which must read them all. kConflict, with the size, when it
  /// would take more memory than allowed; without the sessions where only they do not fit.
  /// `only`: no other days are read.
  static Result<std::shared_ptr<const CustomerIndex>> Build(
      query::Session* session, int64_t bytes_max, const std::optional<DaySpan>& only = {});

  /// Whether a window was read, with what the filter asks for. Nothing else may be asked below.
  bool CanTell(Day first, Day last, const CustomerFilter& filter) const {
    const bool is_read = !only_ || (first >= only_->first && last <= only_->last);
    return is_read && (knows_sessions() || !filter.asks_for_sessions());
  }
  /// Platforms and devices: CountSegments may be asked for those.
  bool knows_sessions() const { return sessions_.has_value(); }
  /// All days of the data were read: VisitEntries tells of all that a customer did.
  bool is_whole() const { return !only_; }

  /// The customers of a window, both days inclusive, by what metrics ask of them.
  std::vector<CustomerClass> Count(Day first, Day last, const CustomerFilter& filter) const;
  /// The days of the window with sessions, in order.
  std::vector<DayCount> CountDays(Day first, Day last, const CustomerFilter& filter) const;
  /// Segments with listeners, by name. `engaged_sessions`: from how many in the window on one is
  /// engaged.
  std::vector<SegmentCount> CountSegments(Dimension dimension, Day first, Day last,
                                          const CustomerFilter& filter,
                                          int64_t engaged_sessions) const;

  /// Whom and what a filter leaves. Who pays is told by the window.
  struct Selection {
    std::vector<bool> customers, paid;  ///< by customer
    bool by_session = false;
    std::vector<bool> agents;  ///< by agent of the sessions, where by_session
  };
  Selection Select(Day first, Day last, const CustomerFilter& filter) const;

  /// visit(customer, sessions) for the entries of the d-th day of the data that the selection
  /// leaves. A customer may come several times; in a row where it is not by session.
  template <class Visit>
  void VisitEntries(size_t d, const Selection& selection, const Visit& visit) const {
    if (selection.by_session) {
      VisitAgents(d, selection, [&](uint32_t customer, uint8_t sessions, SessionIndex::Agent) {
        visit(customer, sessions);
      });
      return;
    }
    const DayEntries& entries = days_[d];
    for (size_t e = 0; e < entries.customers.size(); ++e) {
      if (selection.customers[entries.customers[e]]) {
        visit(entries.customers[e], entries.sessions[e]);
      }
    }
  }

  /// The days of the data.
  Day first_day() const { return first_day_; }
  size_t days() const { return days_.size(); }

  int64_t bytes() const;
  size_t customers() const { return country_.size(); }

 private:
  static constexpr Day kBlockDays = 28;
  struct DayEntries {
    std::vector<uint32_t> customers;
    std::vector<uint8_t> sessions;
  };
  struct Span {
    uint32_t customer;
    int64_t start_us, end_us;
  };

  Result<CustomerNumbers> ReadCustomers(query::Session* session);
  Status ReadDays(query::Session* session, const CustomerNumbers& numbers, int64_t bytes_max);
  Status ReserveDays(query::Session* session);
  /// A condition of SQL on session_date.
  std::string DayCondition() const;
  /// The platforms or devices that a customer came on, a bit each, by customer; their sessions are
  /// added to the segments.
  std::vector<uint64_t> CountSessions(Dimension dimension, Day first, Day last,
                                      const Selection& selection,
                                      std::vector<SegmentCount>* segments) const;
  Status ReadSpans(query::Session* session, const CustomerNumbers& numbers);
  void SumBlocks();
  void Add(Day day, uint32_t customer, int64_t sessions);
  void AddDays(Day from, Day to, std::vector<uint32_t>* sums) const;
  /// Sessions by customer: all, and those that a selection leaves of whom it leaves.
  std::vector<uint32_t> SumAll(Day first, Day last) const;
  std::vector<uint32_t> Sum(Day first, Day last, const Selection& selection) const;
  /// A window as numbers of days of the data, the end not included.
  Day StartOf(Day first) const { return std::max<Day>(first - first_day_, 0); }
  Day EndOf(Day last) const {
    return std::min<Day>(last - first_day_ + 1, static_cast<Day>(days_.size()));
  }
  /// visit(customer, sessions, agent)
  template <class Visit>
  void VisitAgents(size_t d, const Selection& selection, const Visit& visit) const {
    const SessionIndex::DayEntries& entries = sessions_->On(d);
    for (size_t e = 0; e < entries.customers.size(); ++e) {
      const SessionIndex::Agent agent = entries.agents[e];
      if (!selection.agents[agent] || !selection.customers[entries.customers[e]]) continue;
      visit(entries.customers[e], entries.sessions[e], agent);
    }
  }
  std::vector<bool> PaidIn(Day first, Day last) const;
  std::vector<bool> Chosen(const std::vector<bool>& paid, const CustomerFilter& filter) const;

  std::optional<DaySpan> only_;
  Day first_day_ = 0;
  std::vector<DayEntries> days_;               ///< from first_day_ on
  std::vector<std::vector<uint16_t>> blocks_;  ///< of kBlockDays, from first_day_ on
  std::vector<uint16_t> country_;              ///< by customer: a number in countries_
  std::map<std::string, uint16_t> countries_;
  std::vector<Span> spans_;
  std::optional<SessionIndex> sessions_;
};

}  // namespace cadenza::serve
