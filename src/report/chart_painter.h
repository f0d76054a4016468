#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace cadenza::report {

struct ChartSize {
  int width = 760;  ///< units of the drawing; on A4 they are what fits between the margins
  int height = 320;
};

/// Draws the charts of dashboard/charts/ to SVG, as the page draws them: ECharts in a JavaScript
/// engine of its own. Opening takes half a second, a chart some milliseconds. One thread at a time.
class ChartPainter {
 public:
  static Result<ChartPainter> Open();
  ChartPainter(ChartPainter&& other) noexcept;
  ChartPainter& operator=(ChartPainter&& other) noexcept;
  ~ChartPainter();

  /// `chart` is a function of dashboard/charts/ ("trend"), `answer` the API's JSON of a tile.
  /// kNotFound for a chart that there is not, kInput for an answer that the chart cannot read.
  Result<std::string> Svg(std::string_view chart, std::string_view answer, ChartSize size = {});
  /// A sentence with the chart's main figures, for those who do not see it.
  Result<std::string> Sentence(std::string_view chart, std::string_view answer);

 private:
  struct Heap;
  explicit ChartPainter(std::unique_ptr<Heap> heap);
  std::unique_ptr<Heap> heap_;
};

/// One chart with a painter of its own.
Result<std::string> RenderSvg(std::string_view chart, std::string_view answer, ChartSize size = {});

}  // namespace cadenza::report
