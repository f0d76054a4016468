#include "alerts/alert.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "alerts/window_series.h"

namespace cadenza::alerts {
namespace {

/// It stands in headers of HTTP and mail, and a group's name is anything.
std::string Encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool is_plain =
        std::isalnum(static_cast<unsigned char>(c)) || c == '=' || c == '_' || c == '.' || c == '-';
    encoded += is_plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

}  // namespace

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
  std::string id = fmt::format("{}-{}-{}Z", rule, KindName(kind), moment);
  if (!table.empty() && table != kUsualTable) id += '-' + Encoded(table);
  if (!series.empty()) id += '-' + Encoded(series);
  return id;
}

}  // namespace cadenza::alerts
