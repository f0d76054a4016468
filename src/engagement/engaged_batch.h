#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "learn/dataset.h"

namespace cadenza::engagement {

struct CustomerBatch {
  std::vector<std::string> ids;
  learn::Dataset data;
};

/// Customers by the part that they belong to for ever.
struct SplitCustomers {
  learn::Dataset train, validate, test;
};

/// A relation (customer_id, is_engaged, features...) in batches by a hash of the customer, which
/// bounds the memory. Customers of a batch are in the order of their ids.
class CustomerBatches {
 public:
  static Result<CustomerBatches> Open(engine::Engine* engine, const std::string& relation);

  int64_t customers() const { return customers_; }
  int64_t count() const { return count_; }
  Result<CustomerBatch> Read(int64_t batch) const;
  /// The first batches, enough to learn from.
  Result<SplitCustomers> ReadSplit() const;

 private:
  CustomerBatches(engine::Engine* engine, std::string relation)
      : engine_(engine), relation_(std::move(relation)) {}

  engine::Engine* engine_;
  std::string relation_;
  int64_t customers_ = 0;
  int64_t count_ = 1;
};

}  // namespace cadenza::engagement
