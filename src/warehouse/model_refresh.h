#pragma once

#include <set>
#include <string>

#include "base/result.h"
#include "lake/model.h"
#include "lake/run.h"

namespace cadenza::warehouse {

/// Stages the rows that are bound under the name of a table's model in place of all that the lake
/// has, where they differ from these or `in_any_case`. True: staged.
Result<bool> StageInPlace(lake::Lake* lake, lake::Run* run, const lake::Model& table,
                          bool in_any_case = false);

/// Computes tables of gold from their models and stages those that differ from what the lake has.
/// What a model reads of gold is computed before it: models name each other in their SQL, and the
/// order follows from that. Everything stays bound under its name. Not thread-safe.
class ModelRefresh {
 public:
  /// `bound`: relations that are there already and have a model's name. Without a run, tables can
  /// be computed only where the lake has the same rows.
  ModelRefresh(lake::Lake* lake, lake::Run* run, std::set<std::string> bound)
      : lake_(lake), run_(run), done_(std::move(bound)) {}

  /// The model and all that it reads.
  Status Compute(const std::string& model);
  /// Binds the relation of another model under a name that models read.
  Status Substitute(const std::string& name, const std::string& model);
  /// Rows of another query in place of a model's.
  Status Bind(const std::string& name, const std::string& select);
  /// Rows that are computed elsewhere, for a table that the program itself writes.
  Status StageRows(const std::string& table, const std::string& select);

  /// No rows, where the lake has the table.
  Status EmptyTable(const std::string& table);

  const std::set<std::string>& changed() const { return changed_; }
  /// The model is bound.
  bool has(const std::string& model) const { return done_.contains(model); }

 private:
  Status ComputeReads(const lake::Model& model);
  Status StageIfDifferent(const lake::Model& model);

  lake::Lake* lake_;
  lake::Run* run_;
  std::set<std::string> done_;
  std::set<std::string> changed_;
};

}  // namespace cadenza::warehouse
