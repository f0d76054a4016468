#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "serve/json_rows.h"

namespace cadenza::serve {

/// Writes the rows of a result in one of the forms that clients ask for, piece by piece:
///   json    {"as_of":…,"columns":[…],"rows":[[…]],"is_cut":false,"notes":[]}
///   ndjson  {"n":1,"name":"a"}            an object a line
///   csv     RFC 4180, with a header; NULL is empty, an empty text is ""
class ResultText {
 public:
  /// `as_of`: JSON. Names that columns share get a number, as objects have each name once.
  ResultText(std::string format, std::string as_of, std::vector<engine::Column> columns);

  /// What goes before the rows.
  std::string Begin() const;
  std::string Row(const std::vector<std::optional<std::string>>& values);
  std::string End(bool is_cut) const;

 private:
  std::string format_, as_of_;
  std::vector<engine::Column> columns_;
  JsonRows json_;
  int64_t rows_ = 0;
};

/// text/csv for csv, …
std::string ContentTypeOf(const std::string& format);

}  // namespace cadenza::serve
