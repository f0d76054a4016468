#include "lake/metric.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "base/trim.h"
#include "models_embedded.h"

namespace cadenza::lake {
namespace {

void Take(std::string_view key, std::string_view value, Metric* metric) {
  if (key == "title") metric->title = value;
  if (key == "unit") metric->unit = value;
  if (key == "order") metric->order = std::atoi(std::string(value).c_str());
  if (key == "numerator") metric->numerator = value;
  if (key == "denominator") metric->denominator = value;
}

void ReplaceAll(std::string* text, std::string_view what, std::string_view with) {
  for (size_t at = text->find(what); at != std::string::npos;
       at = text->find(what, at + with.size())) {
    text->replace(at, what.size(), with);
  }
}

std::vector<Metric> ParseAllMetrics() {
  std::vector<Metric> metrics;
  for (const EmbeddedModel& embedded : kEmbeddedModels) {
    if (embedded.layer != "metrics") continue;
    Result<Metric> metric = ParseMetric(embedded.text);
    if (!metric.ok()) {
      // They are part of the program: a wrong one is a defect that no caller can repair.
      std::fprintf(stderr, "metrics: %s\n", metric.error().message.c_str());
      std::abort();
    }
    metrics.push_back(std::move(*metric));
  }
  std::ranges::stable_sort(metrics, {}, &Metric::order);
  return metrics;
}

}  // namespace

Result<Metric> ParseMetric(std::string_view text) {
  Metric metric;
  std::string adds_up;
  while (text.starts_with("--")) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = Trim(text.substr(2, end - 2));
    text.remove_prefix(std::min(end + 1, text.size()));
    const size_t colon = line.find(": ");
    if (colon == std::string_view::npos) continue;  // a remark
    const std::string_view key = line.substr(0, colon), value = Trim(line.substr(colon + 2));
    if (metric.name.empty()) {
      metric.name = key;
      metric.summary = value;
    } else {
      if (key == "adds_up") adds_up = value;
      Take(key, value, &metric);
    }
  }
  for (const auto& [key, value] : {std::pair("name", &metric.name),
                                   {"title", &metric.title},
                                   {"unit", &metric.unit},
                                   {"adds_up", &adds_up},
                                   {"numerator", &metric.numerator},
                                   {"denominator", &metric.denominator}}) {
    if (value->empty())
      return MakeError(ErrorKind::kInput, "metric {} has no {}", metric.name, key);
  }
  if (adds_up != "yes" && adds_up != "no") {
    return MakeError(ErrorKind::kInput, "metric {}: adds_up is yes or no: {}", metric.name,
                     adds_up);
  }
  metric.adds_up = adds_up == "yes";
  return metric;
}

const std::vector<Metric>& Metrics() {
  static const std::vector<Metric> metrics = ParseAllMetrics();
  return metrics;
}

const Metric* FindMetric(std::string_view name) {
  const auto found = std::ranges::find(Metrics(), name, &Metric::name);
  return found == Metrics().end() ? nullptr : &*found;
}

std::string ForEachMetric(std::string_view select) {
  std::string all;
  for (const Metric& metric : Metrics()) {
    std::string one(select);
    ReplaceAll(&one, "{metric}", metric.name);
    ReplaceAll(&one, "{order}", std::to_string(metric.order));
    ReplaceAll(&one, "{numerator}", metric.numerator);
    ReplaceAll(&one, "{denominator}", metric.denominator);
    all += (all.empty() ? "" : "\nUNION ALL\n") + one;
  }
  return all;
}

}  // namespace cadenza::lake
