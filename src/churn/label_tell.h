#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "churn/audited_table.h"

namespace cadenza::churn {

/// How many ranges, values and absences of all columns are tried: the bounds allow for that.
size_t CountCandidates(const AuditedTable& table);

/// A range, value or absence of a column that holds positives nearly alone, in words.
std::optional<std::string> FindTell(const AuditedColumn& column, const std::vector<uint8_t>& labels,
                                    size_t candidates);
/// An end of a column, of 5 % of the rows or more, that holds nearly no positive, in words.
std::optional<std::string> FindEmptyEnd(const AuditedColumn& column,
                                        const std::vector<uint8_t>& labels, size_t candidates);

}  // namespace cadenza::churn
