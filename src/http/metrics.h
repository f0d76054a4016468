#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cadenza::http {

/// Label names and values of a sample, in the order in which they are written.
using Labels = std::vector<std::pair<std::string, std::string>>;

enum class MetricKind { kCounter, kGauge };

/// Numbers that a service tells about itself, as Prometheus reads them. A metric is declared once,
/// with its help, and then has a value for each set of labels. Thread-safe.
///
/// The text that is written (exposition format 0.0.4):
///   # HELP cadenza_windows_total Windows written.
///   # TYPE cadenza_windows_total counter
///   cadenza_windows_total{table="sessions_5m"} 42
class Metrics {
 public:
  /// kUsage when the name is none that Prometheus takes, a counter's does not end in _total, or it
  /// is declared already as something else.
  Status Declare(const std::string& name, MetricKind kind, const std::string& help);

  /// A counter rises; a negative amount is a programmer's error.
  void Add(const std::string& name, double amount = 1, const Labels& labels = {});
  /// A gauge is set. A counter too, from a count kept elsewhere that does not fall.
  void Set(const std::string& name, double value, const Labels& labels = {});
  /// Forgets the values of all labels.
  void Clear(const std::string& name);

  /// In the order in which they were declared; a metric without values shows its help alone.
  std::string Text() const;

 private:
  struct Metric {
    std::string name;
    MetricKind kind = MetricKind::kGauge;
    std::string help;
    std::map<std::string, double> values;  ///< by labels as written
  };
  Metric* Find(std::string_view name);

  mutable std::mutex mutex_;
  std::vector<Metric> metrics_;
};

/// {a="1",b="with \"quotes\""}, or nothing.
std::string LabelsText(const Labels& labels);

}  // namespace cadenza::http
