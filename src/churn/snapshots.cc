#include "churn/snapshots.h"

#include <chrono>
#include <cmath>
#include <limits>
#include <string_view>
#include <unordered_map>

#include "engine/typed_rows.h"

namespace cadenza::churn {
namespace {

constexpr size_t kFixedColumns = 6;

}  // namespace

Result<Snapshots> ReadSnapshots(engine::Engine* engine, const std::string& select) {
  Snapshots data;
  std::unordered_map<std::string, uint32_t> numbers;
  bool has_columns = false;
  const auto take = [&](const engine::TypedBatch& batch) -> Status {
    if (!has_columns) {
      for (size_t c = kFixedColumns; c < batch.columns.size(); ++c) {
        data.features.push_back(batch.columns[c].name);
      }
      has_columns = true;
    }
    for (size_t row = 0; row < batch.rows; ++row) {
      const std::string user(batch.columns[0].Text(row));
      const auto [known, is_new] = numbers.emplace(user, static_cast<uint32_t>(data.users.size()));
      if (is_new) data.users.push_back(user);
      const auto whole = [&](size_t c) {
        return static_cast<int32_t>(batch.columns[c].whole[row]);
      };
      data.rows.push_back({known->second, whole(1), whole(2) != 0, whole(3), whole(4), whole(5)});
      for (size_t c = kFixedColumns; c < batch.columns.size(); ++c) {
        const auto value = static_cast<float>(batch.columns[c].Number(row));
        data.values.push_back(std::isfinite(value) ? value
                                                   : std::numeric_limits<float>::quiet_NaN());
      }
    }
    return {};
  };
  CADENZA_TRY(engine::ReadTyped(engine, select, take));
  return data;
}

std::vector<std::string> DropConstantFeatures(Snapshots* data) {
  const size_t width = data->features.size();
  std::vector<bool> varies(width, false);
  for (size_t c = 0; c < width; ++c) {
    bool has_first = false, has_unknown = false;
    float first = 0;
    for (size_t row = 0; row < data->size() && !varies[c]; ++row) {
      const float value = data->Values(row)[c];
      if (std::isnan(value)) {
        has_unknown = true;
      } else if (!has_first) {
        has_first = true;
        first = value;
      } else {
        varies[c] = value != first;
      }
    }
    if (has_first && has_unknown) varies[c] = true;
  }
  std::vector<std::string> dropped, kept;
  std::vector<float> values;
  for (size_t c = 0; c < width; ++c) (varies[c] ? kept : dropped).push_back(data->features[c]);
  if (dropped.empty()) return dropped;
  values.reserve(data->size() * kept.size());
  for (size_t row = 0; row < data->size(); ++row) {
    for (size_t c = 0; c < width; ++c) {
      if (varies[c]) values.push_back(data->Values(row)[c]);
    }
  }
  data->features = std::move(kept);
  data->values = std::move(values);
  return dropped;
}

std::string DateText(int32_t days_since_1970) {
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{days_since_1970}}};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

}  // namespace cadenza::churn
