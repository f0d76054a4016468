#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace cadenza::powerbi {

/// The table with one row a customer, and the one with a row for each of his days with sessions.
inline constexpr const char* kCustomers = "customer_engagement";
inline constexpr const char* kCustomerDays = "customer_days";

/// A condition on one customer in DAX: `sessions > 0 AND is_paid` becomes
/// `[Sessions] > 0 && customer_engagement[is_paid] = TRUE ()`. It knows sessions, is_paid, whole
/// numbers, comparisons, AND, OR, NOT, TRUE and brackets; kInput for anything else.
Result<std::string> ConditionInDax(std::string_view condition);

/// The number of customers that meet it, in the filters of where it stands.
Result<std::string> CountInDax(std::string_view condition);

}  // namespace cadenza::powerbi
