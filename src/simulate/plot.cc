#include "simulate/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/markup.h"

namespace cadenza::simulate {
namespace {

constexpr double kWidth = 640, kHeight = 300, kLeft = 46, kRight = 12, kTop = 40, kBottom = 40;
constexpr double kPlotWidth = kWidth - kLeft - kRight, kPlotHeight = kHeight - kTop - kBottom;
constexpr double kSlantedHeight = 44;  ///< more for labels that do not fit side by side
constexpr const char* kReal = "#3b5b92";
constexpr const char* kMade = "#d9822b";

std::string Text(double x, double y, const char* anchor, const std::string& text) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n", x, y, anchor,
                     MarkupText(text));
}

/// Ends at the point, rising towards it.
std::string SlantedText(double x, double y, const std::string& text) {
  return fmt::format(
      "<text transform=\"translate({:.1f} {:.1f}) rotate(-30)\" text-anchor=\"end\">{}</text>\n", x,
      y, MarkupText(text));
}

bool IsSlanted(const Comparison& comparison) {
  size_t longest = 0;
  for (const std::string& label : comparison.labels) longest = std::max(longest, label.size());
  return longest * comparison.labels.size() > 100;
}

/// Shares of very different sizes, as those of pages, are drawn by their roots.
bool IsByRoots(const Comparison& comparison) {
  double least = 1, most = 0;
  for (const auto* shares : {&comparison.real, &comparison.made}) {
    for (const double share : *shares) {
      if (share > 0) least = std::min(least, share);
      most = std::max(most, share);
    }
  }
  return most > least * 20;
}

const char* ScaleOf(const Comparison& comparison) {
  if (!comparison.of_shares) return "share up to a value; values on a logarithmic scale";
  return IsByRoots(comparison) ? "shares on a square-root scale" : "shares";
}

std::string Line(double x1, double y1, double x2, double y2) {
  return fmt::format(
      "<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"#cccccc\"/>\n", x1,
      y1, x2, y2);
}

std::string Head(const Comparison& comparison) {
  const std::string title =
      fmt::format("{}: {} {:.3f} (real against itself: {:.3f}, 95 %: {:.3f})", comparison.title,
                  comparison.of_shares ? "total variation" : "Kolmogorov-Smirnov",
                  comparison.distance, comparison.spread_median, comparison.spread_95);
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" "
      "height=\"{1}\" font-family=\"sans-serif\" font-size=\"11\">\n"
      "<rect width=\"{0}\" height=\"{1}\" fill=\"white\"/>\n",
      kWidth, kHeight + (IsSlanted(comparison) ? kSlantedHeight : 0));
  svg += Text(kLeft, 16, "start", title);
  svg += fmt::format("<text x=\"{}\" y=\"32\" fill=\"{}\">real</text>\n", kLeft, kReal);
  svg += fmt::format("<text x=\"{}\" y=\"32\" fill=\"{}\">simulated</text>\n", kLeft + 34, kMade);
  svg += Text(kWidth - kRight, 32, "end", ScaleOf(comparison));
  return svg;
}

double Y(double share, double most) { return kTop + kPlotHeight * (1 - share / most); }

/// Where a value stands on an axis that is logarithmic, but has a zero.
struct Axis {
  double most = 1;
  double X(double value) const {
    return kLeft + kPlotWidth * std::log1p(std::min(value, most)) / std::log1p(most);
  }
};

std::string Curve(const std::vector<double>& values, const Axis& axis, const char* colour) {
  constexpr int kPoints = 160;
  std::string points;
  for (int i = 0; i <= kPoints; ++i) {
    const auto at = std::min(values.size() * static_cast<size_t>(i) / kPoints, values.size() - 1);
    points +=
        fmt::format("{:.1f},{:.1f} ", axis.X(values[at]), Y(static_cast<double>(i) / kPoints, 1));
  }
  return fmt::format("<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.6\"/>\n",
                     points, colour);
}

std::string Curves(const Comparison& comparison) {
  std::string svg;
  if (comparison.real.empty() || comparison.made.empty()) return svg;
  const Axis axis{comparison.real.back()};
  for (const double share : {0.0, 0.25, 0.5, 0.75, 1.0}) {
    svg += Line(kLeft, Y(share, 1), kWidth - kRight, Y(share, 1));
    svg += Text(kLeft - 6, Y(share, 1) + 4, "end", fmt::format("{:.0f} %", share * 100));
  }
  for (double tick = 1; tick <= axis.most; tick *= 10) {
    for (const double value : {tick, 3 * tick}) {
      if (value > axis.most) continue;
      svg += Text(axis.X(value), kHeight - kBottom + 16, "middle", fmt::format("{:.0f}", value));
    }
  }
  return svg + Curve(comparison.real, axis, kReal) + Curve(comparison.made, axis, kMade);
}

std::string Bars(const Comparison& comparison) {
  std::vector<size_t> shown;
  double most = 0;
  for (size_t i = 0; i < comparison.labels.size(); ++i) {
    if (comparison.real[i] + comparison.made[i] > 0) shown.push_back(i);
    most = std::max({most, comparison.real[i], comparison.made[i]});
  }
  std::string svg;
  const bool by_roots = IsByRoots(comparison), slanted = IsSlanted(comparison);
  const auto scaled = [&](double share) { return by_roots ? std::sqrt(share) : share; };
  for (const double part : {0.0, 0.25, 0.5, 0.75, 1.0}) {
    const double y = Y(part, 1), share = (by_roots ? part * part : part) * most;
    svg += Line(kLeft, y, kWidth - kRight, y);
    svg += Text(kLeft - 6, y + 4, "end", fmt::format("{:.1f} %", share * 100));
  }
  const double step = kPlotWidth / static_cast<double>(std::max<size_t>(shown.size(), 1));
  for (size_t n = 0; n < shown.size(); ++n) {
    const double left = kLeft + step * static_cast<double>(n);
    const double width = step * 0.38;
    for (const bool made : {false, true}) {
      const double share = made ? comparison.made[shown[n]] : comparison.real[shown[n]];
      const double top = Y(scaled(share), scaled(most));
      svg += fmt::format(
          "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" fill=\"{}\"/>\n",
          left + step * 0.1 + (made ? width : 0), top, width, kTop + kPlotHeight - top,
          made ? kMade : kReal);
    }
    const std::string& label = comparison.labels[shown[n]];
    const double middle = left + step / 2, below = kHeight - kBottom + 14;
    svg += slanted ? SlantedText(middle + 4, below, label) : Text(middle, below, "middle", label);
  }
  return svg;
}

}  // namespace

std::string Plot(const Comparison& comparison) {
  return Head(comparison) + (comparison.of_shares ? Bars(comparison) : Curves(comparison)) +
         "</svg>\n";
}

}  // namespace cadenza::simulate
