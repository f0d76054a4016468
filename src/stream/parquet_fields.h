#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "stream/source.h"

namespace cadenza::stream {

/// SQL over the columns of Parquet files: which are the time, the customer and the groups.
struct ParquetFields {
  std::string event_us, customer_id;
  std::string listener_id;  ///< empty where customer_id is it
  std::vector<std::string> groups;

  /// event_us, customer_id, group_1 ..., and the column of ListenerColumn
  std::string List() const;
};

/// kInput naming the file and its columns when one is missing.
Result<ParquetFields> FieldsOf(const std::vector<engine::Column>& columns,
                               const SourceOptions& options, const std::string& file);

}  // namespace cadenza::stream
