#pragma once

#include <string_view>
#include <vector>

#include "engine/sql_text.h"

namespace cadenza::engine {

/// Goes through a query and knows where a relation can stand: after FROM and JOIN, and after a
/// comma between relations. Each bracket is a query of its own.
class RelationPlaces {
 public:
  explicit RelationPlaces(const SqlText& sql) : sql_(sql) {}

  /// To be asked for each token in turn.
  bool IsRelation(size_t at);

 private:
  struct Level {
    bool in_from = false;
    bool is_function_with_from = false;  ///< extract(year FROM ...)
  };
  /// a IS DISTINCT FROM b has no relation.
  bool IsFrom(size_t at) const;

  const SqlText& sql_;
  std::vector<Level> levels_{1};
  bool expected_ = false;
};

}  // namespace cadenza::engine
