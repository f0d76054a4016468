#include "engagement/engaged_batch.h"

#include <algorithm>
#include <cstdlib>
#include <limits>

namespace cadenza::engagement {
namespace {

constexpr int64_t kBatchCustomers = 100'000;
constexpr int64_t kBatchesToLearnFrom = 2;

}  // namespace

Result<CustomerBatches> CustomerBatches::Open(engine::Engine* engine, const std::string& relation) {
  CustomerBatches batches(engine, relation);
  CADENZA_ASSIGN(const engine::RowSet count, engine->Query("SELECT count(*) FROM " + relation));
  batches.customers_ = count.Number();
  batches.count_ =
      std::max<int64_t>(1, (batches.customers_ + kBatchCustomers - 1) / kBatchCustomers);
  return batches;
}

Result<CustomerBatch> CustomerBatches::Read(int64_t batch) const {
  CADENZA_ASSIGN(
      const engine::RowSet rows,
      engine_->Query(fmt::format(
          // Spark's hashes have a sign.
          "SELECT * FROM {} WHERE abs(xxhash64(customer_id, '') % {}) = {} ORDER BY customer_id",
          relation_, count_, batch)));
  CustomerBatch customers;
  for (size_t c = 2; c < rows.columns.size(); ++c) {
    customers.data.features.push_back(rows.columns[c].name);
  }
  std::vector<double> values(customers.data.features.size());
  for (const auto& row : rows.rows) {
    for (size_t c = 0; c < values.size(); ++c) {
      const auto& text = row[c + 2];
      values[c] =
          text ? std::strtod(text->c_str(), nullptr) : std::numeric_limits<double>::quiet_NaN();
    }
    customers.ids.push_back(row[0].value_or(""));
    customers.data.Add(values, row[1] == "true");
  }
  return customers;
}

Result<SplitCustomers> CustomerBatches::ReadSplit() const {
  SplitCustomers split;
  for (int64_t batch = 0; batch < std::min(count_, kBatchesToLearnFrom); ++batch) {
    CADENZA_ASSIGN(const CustomerBatch customers, Read(batch));
    for (learn::Dataset* part : {&split.train, &split.validate, &split.test}) {
      part->features = customers.data.features;
    }
    for (size_t row = 0; row < customers.ids.size(); ++row) {
      learn::Dataset* part = &split.train;
      switch (learn::PartOf(customers.ids[row])) {
        case learn::Part::kTrain:
          break;
        case learn::Part::kValidate:
          part = &split.validate;
          break;
        case learn::Part::kTest:
          part = &split.test;
          break;
      }
      part->Add(customers.data.Row(row), customers.data.labels[row] == 1);
    }
  }
  return split;
}

}  // namespace cadenza::engagement
