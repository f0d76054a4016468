#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cadenza::churn {

/// What a feature model may read. Each of them ends at the cut-off.
enum class FeatureSource {
  kHistory,  ///< `history`: the days before the cut-off, with their age
  kTotals,   ///< `totals`: their sums, from the first event on
  kProfile,  ///< `profile`: what the first event told
};

struct FeatureColumn {
  std::string name;
  std::string type;  ///< BIGINT: 0 where the model has no row of a listener; DOUBLE: unknown there
  std::string comment;
};

/// Columns that tell of one thing, and how to say it. In the text, {a|b} is `a` where the value is
/// above the usual one and `b` elsewhere; {column} is its value, {usual} the usual one.
struct FeatureFamily {
  std::vector<std::string> columns;
  std::string text;

  /// The column whose value the text shows; the first one where it shows none.
  std::string shown() const;
};

/// A .sql file of features: a SELECT of user_id, cut_off and columns of numbers.
struct FeatureModel {
  std::string name;
  std::string summary;
  std::string file;
  FeatureSource source = FeatureSource::kHistory;
  int days = 0;  ///< of history, before the cut-off; 0: all
  std::vector<FeatureColumn> columns;
  std::vector<FeatureFamily> families;
  std::string select;
};

/// The grammar of a file: a header, one `-- ` line each, then the SELECT.
///   <name>: <summary>
///   kind: feature
///   reads: history 30 days | history all | totals | profile
///   columns: lines of `  <column> BIGINT|DOUBLE: <comment>`
///   words: lines of `  <column>[, <column>...]: <text>`
/// kInput with file and line where it is not followed, and where the SELECT could see what comes
/// after the cut-off: see CheckFeatureSql.
Result<FeatureModel> ParseFeatureModel(const std::string& file, std::string_view text);

/// Those that the program carries, in the order of their names.
Result<std::vector<FeatureModel>> OwnFeatureModels();
/// And those of a folder (*.sql). kInput when a column has the name of another.
Result<std::vector<FeatureModel>> FeatureModelsWith(const std::string& folder);

/// A hash of all that decides what the features are.
std::string HashOf(const std::vector<FeatureModel>& models);

}  // namespace cadenza::churn
