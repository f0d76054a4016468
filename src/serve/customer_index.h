#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "query/session.h"
#include "serve/day.h"
#include "serve/metric_condition.h"

namespace cadenza::serve {

/// Which customers of a window are counted; empty: all.
struct CustomerFilter {
  std::vector<std::string> countries = {};
  std::vector<std::string> plans = {};  ///< paid, free
};

class CustomerNumbers;

/// The customer-days of gold in memory: for each day the customers' numbers and counts, and for
/// each 28 days the sums of all customers, so that any window is counted exactly in milliseconds.
/// Immutable after it was built; thread-safe.
class CustomerIndex {
 public:
  /// Reads customer_days, customer_engagement and paid_spans through the session, which must read
  /// them all. kConflict, with the size, when it would take more memory than allowed.
  static Result<std::shared_ptr<const CustomerIndex>> Build(query::Session* session,
                                                            int64_t bytes_max);

  /// The customers of a window, both days inclusive, by what metrics ask of them.
  std::vector<CustomerClass> Count(Day first, Day last, const CustomerFilter& filter) const;

  /// By customer: whether the filter leaves them. Who pays is told by the window.
  std::vector<bool> Chosen(Day first, Day last, const CustomerFilter& filter) const;
  /// The days of the data, and who came on the d-th of them, by number: one who stands there more
  /// than once stands there in a row.
  Day first_day() const { return first_day_; }
  size_t days() const { return days_.size(); }
  const std::vector<uint32_t>& CustomersOn(size_t d) const { return days_[d].customers; }

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
  Status ReadSpans(query::Session* session, const CustomerNumbers& numbers);
  void SumBlocks();
  void Add(Day day, uint32_t customer, int64_t sessions);
  void AddDays(Day from, Day to, std::vector<uint32_t>* sums) const;
  std::vector<bool> PaidIn(Day first, Day last) const;
  std::vector<bool> Chosen(const std::vector<bool>& paid, const CustomerFilter& filter) const;

  Day first_day_ = 0;
  std::vector<DayEntries> days_;               ///< from first_day_ on
  std::vector<std::vector<uint16_t>> blocks_;  ///< of kBlockDays, from first_day_ on
  std::vector<uint16_t> country_;              ///< by customer: a number in countries_
  std::map<std::string, uint16_t> countries_;
  std::vector<Span> spans_;
};

}  // namespace cadenza::serve
