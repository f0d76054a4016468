#pragma once

#include <string>

#include "base/result.h"
#include "engine/engine.h"
#include "report/chart_painter.h"

namespace cadenza::churn {

/// How a section shows its rows.
struct SectionOf {
  const char* title;
  const char* tells;
  const char* model;        ///< the view that has the rows
  const char* chart = "";   ///< of dashboard/charts; empty: a table alone
  const char* draw = "{}";  ///< what the chart is told, JSON
};

/// A page in one file: charts as SVG, each with its numbers as a table. No script, nothing to load.
class Page {
 public:
  static Result<Page> Begin(const std::string& title, const std::string& subtitle);
  /// The rows of a view whose inputs are bound. A section without rows says so.
  Status Add(engine::Engine* here, const SectionOf& section);
  void AddNote(const std::string& text);
  std::string Html() const;
  /// The whole page or none: readers never see a part.
  Status WriteTo(const std::string& path) const;

 private:
  explicit Page(report::ChartPainter painter) : painter_(std::move(painter)) {}

  report::ChartPainter painter_;
  std::string head_, body_;
};

}  // namespace cadenza::churn
