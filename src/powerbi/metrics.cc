#include "powerbi/metrics.h"

#include <algorithm>

#include "base/trim.h"
#include "powerbi_metrics.h"

namespace cadenza::powerbi {
namespace {

/// paid_share becomes Paid share.
std::string TitleOf(std::string_view name) {
  std::string title(name);
  std::ranges::replace(title, '_', ' ');
  if (!title.empty() && title[0] >= 'a' && title[0] <= 'z')
    title[0] = static_cast<char>(title[0] - 32);
  return title;
}

}  // namespace

Result<Metric> ParseMetric(std::string_view name, std::string_view text) {
  Metric metric;
  metric.name = name;
  metric.title = TitleOf(name);
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.starts_with("-- ")) continue;
    line.remove_prefix(3);
    const size_t colon = line.find(':');
    if (colon == line.npos) continue;
    const std::string_view key = line.substr(0, colon), value = Trim(line.substr(colon + 1));
    if (key == "title") metric.title = value;
    if (key == "tells" || key == name) metric.tells = value;
    if (key == "numerator") metric.numerator = value;
    if (key == "denominator") metric.denominator = value;
    if (key == "order") metric.order = value;
  }
  if (metric.numerator.empty())
    return MakeError(ErrorKind::kInput, "a metric without a numerator: {}", name);
  return metric;
}

Result<std::vector<Metric>> CarriedMetrics() {
  std::vector<Metric> metrics;
  for (std::string_view rest = kMetricFiles; !rest.empty();) {
    // name, new line, text, form feed
    const size_t end = std::min(rest.find('\f'), rest.size());
    const std::string_view file = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const size_t line = std::min(file.find('\n'), file.size());
    if (Trim(file.substr(0, line)).empty()) continue;
    CADENZA_ASSIGN(Metric metric, ParseMetric(Trim(file.substr(0, line)), file.substr(line)));
    metrics.push_back(std::move(metric));
  }
  std::ranges::stable_sort(metrics, {}, &Metric::order);
  return metrics;
}

}  // namespace cadenza::powerbi
