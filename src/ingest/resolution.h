#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "ingest/ledger.h"
#include "lake/model.h"

namespace cadenza::ingest {

/// What makes two rows of a bronze table one.
struct BronzeKey {
  std::vector<std::string> columns;  ///< SQL expressions; NULL equals NULL
  std::string content;               ///< SQL expression: text of the rest
};
const BronzeKey& KeyOf(Source source);

/// The relation that holds what ResolveRows selects.
inline constexpr const char* kResolvedRows = "bronze_resolved";

/// SQL: the rows of bronze_before and bronze_staged that match, each with is_new, with copy (1: it
/// is the one that is kept of its equals) and with conflict_now. The same on every engine.
std::string ResolveRows(Source source, const std::string& where);
/// SQL: the columns of a kept row, with the flag of now.
std::string KeptColumns(const lake::Model& model);
/// SQL condition: the event is of one of these days (yyyy-mm-dd; at least one).
std::string OnDays(const std::set<std::string>& days);

/// What kResolvedRows comes to.
struct Resolution {
  std::set<std::string> rewritten_days;  ///< on which earlier rows change; "" for the catalogue
  std::set<std::string> appended_days;   ///< others on which rows are new
  int64_t rows_added = 0;
  int64_t duplicates = 0;
  int64_t conflicts = 0;  ///< of all days that were looked at
};
/// Reads kResolvedRows, and moves the lines that are not kept to the duplicates of the ledger,
/// which must hold this run's entries already.
Result<Resolution> ReadResolution(engine::Engine* engine, Source source,
                                  const std::set<std::string>& files_read, Ledger* ledger);

}  // namespace cadenza::ingest
