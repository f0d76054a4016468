#include "alerts/alert.h"

#include <fmt/format.h>

#include <algorithm>

#include "alerts/window_series.h"

namespace cadenza::alerts {

std::string_view KindName(AlertKind kind) {
  switch (kind) {
    case AlertKind::kSpike:
      return "spike";
    case AlertKind::kDrop:
      return "drop";
    case AlertKind::kMissing:
      return "missing";
  }
  return "";
}

std::string Alert::Id() const {
  std::string moment = MomentText(opened_ms);
  std::erase_if(moment, [](char c) { return c == '-' || c == ':'; });
  std::ranges::replace(moment, ' ', 'T');
  return fmt::format("{}-{}-{}Z{}{}", rule, KindName(kind), moment, series.empty() ? "" : "-",
                     series);
}

}  // namespace cadenza::alerts
