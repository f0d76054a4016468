#include "http/metrics.h"

#include <algorithm>
#include <cassert>
#include <cctype>
#include <cmath>

namespace cadenza::http {
namespace {

bool IsName(std::string_view name) {
  const auto fits = [](unsigned char c) { return std::isalnum(c) || c == '_' || c == ':'; };
  return !name.empty() && !std::isdigit(static_cast<unsigned char>(name.front())) &&
         std::ranges::all_of(name, fits);
}

/// In a help text a quote stands for itself, in a label's value it does not.
std::string Escaped(std::string_view text, bool with_quotes) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\n') {
      escaped += "\\n";
      continue;
    }
    if (c == '\\' || (with_quotes && c == '"')) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string NumberText(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  return fmt::format("{}", value);
}

}  // namespace

std::string LabelsText(const Labels& labels) {
  std::string text;
  for (const auto& [name, value] : labels) {
    text += fmt::format("{}{}=\"{}\"", text.empty() ? "" : ",", name, Escaped(value, true));
  }
  return text.empty() ? text : "{" + text + "}";
}

Metrics::Metric* Metrics::Find(std::string_view name) {
  const auto found = std::ranges::find(metrics_, name, &Metric::name);
  return found == metrics_.end() ? nullptr : &*found;
}

Status Metrics::Declare(const std::string& name, MetricKind kind, const std::string& help) {
  if (!IsName(name)) return MakeError(ErrorKind::kUsage, "no name of a metric: {}", name);
  if (kind == MetricKind::kCounter && !name.ends_with("_total")) {
    return MakeError(ErrorKind::kUsage, "the name of a counter ends in _total, not: {}", name);
  }
  const std::scoped_lock lock(mutex_);
  const Metric* known = Find(name);
  if (!known) {
    metrics_.push_back({name, kind, help, {}});
    return {};
  }
  if (known->kind == kind && known->help == help) return {};
  return MakeError(ErrorKind::kUsage, "a metric is declared twice: {}", name);
}

void Metrics::Add(const std::string& name, double amount, const Labels& labels) {
  const std::scoped_lock lock(mutex_);
  Metric* metric = Find(name);
  assert(metric && amount >= 0);
  if (metric) metric->values[LabelsText(labels)] += amount;
}

void Metrics::Set(const std::string& name, double value, const Labels& labels) {
  const std::scoped_lock lock(mutex_);
  Metric* metric = Find(name);
  assert(metric);
  if (metric) metric->values[LabelsText(labels)] = value;
}

void Metrics::Clear(const std::string& name) {
  const std::scoped_lock lock(mutex_);
  if (Metric* metric = Find(name)) metric->values.clear();
}

std::string Metrics::Text() const {
  const std::scoped_lock lock(mutex_);
  std::string text;
  for (const Metric& metric : metrics_) {
    text +=
        fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", metric.name, Escaped(metric.help, false),
                    metric.kind == MetricKind::kCounter ? "counter" : "gauge");
    for (const auto& [labels, value] : metric.values) {
      text += fmt::format("{}{} {}\n", metric.name, labels, NumberText(value));
    }
  }
  return text;
}

}  // namespace cadenza::http
