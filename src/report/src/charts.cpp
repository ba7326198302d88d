#include "charts.hpp"

#include "numbers.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace splitplot::report {
namespace {

constexpr double kLineHeight = 15;
constexpr double kCellMargin = 6;
constexpr double kHistogramHeight = 84;
constexpr std::size_t kColours = 8;
// Lines across rows reach far beyond their picture; the table's cell cuts them, so that they join however
// tall a row becomes.
constexpr const char* kAbove = "-300";
constexpr const char* kBelow = "900";

std::string across(const Scale& scale, double value) {
  return fmt::format("{:.2f}%", 100 * scale.position(value));
}

std::string pixels(double value) {
  return fmt::format("{:.4g}", value);
}

Html vertical(const Scale& scale, double value, const char* css_class) {
  const std::string x = across(scale, value);
  return element("line", {{"class", css_class}, {"x1", x}, {"x2", x}, {"y1", kAbove}, {"y2", kBelow}});
}

/// Ticks, the band of the overall mean, and zero: what stands behind every row of a chart.
Html background(const Scale& scale, const std::optional<Span>& overall) {
  Html lines;
  if (overall) {
    const double from = scale.position(overall->interval.lower);
    const double width = scale.position(overall->interval.upper) - from;
    lines += element("rect", {{"class", "band"},
                              {"x", fmt::format("{:.2f}%", 100 * from)},
                              {"width", fmt::format("{:.2f}%", 100 * width)},
                              {"y", kAbove},
                              {"height", kBelow}});
  }
  for (const double tick : scale.ticks) {
    if (tick != 0) lines += vertical(scale, tick, "tick");
  }
  if (!scale.beyond_lower(0) && !scale.beyond_upper(0)) lines += vertical(scale, 0, "zero");
  if (overall) lines += vertical(scale, overall->value, "overall");
  return lines;
}

/// An arrow at an end of the scale: the interval goes on.
Html arrow(bool to_the_right, double y) {
  return element(
      "svg", {{"x", to_the_right ? "100%" : "0%"}, {"y", pixels(y)}, {"overflow", "visible"}},
      element("path", {{"class", "arrow"}, {"d", to_the_right ? "M-7 -4L0 0L-7 4Z" : "M7 -4L0 0L7 4Z"}}));
}

Html interval(const Scale& scale, const Drawn& drawn, double y) {
  const std::string line_class = drawn.mark == Mark::Solid ? "interval" : "interval thin";
  const std::string at = pixels(y);
  Html marks = element("line", {{"class", line_class},
                                {"x1", across(scale, drawn.span.interval.lower)},
                                {"x2", across(scale, drawn.span.interval.upper)},
                                {"y1", at},
                                {"y2", at}});
  if (scale.beyond_lower(drawn.span.interval.lower)) marks += arrow(false, y);
  if (scale.beyond_upper(drawn.span.interval.upper)) marks += arrow(true, y);
  return marks + element("circle", {{"class", drawn.mark == Mark::Solid ? "dot" : "dot hollow"},
                                    {"cx", across(scale, drawn.span.value)},
                                    {"cy", at},
                                    {"r", pixels(drawn.radius)}});
}

}  // namespace

std::string colour_class(std::size_t variant) {
  return fmt::format("v{}", variant % kColours);
}

Html interval_cell(const Scale& scale, const std::vector<Drawn>& drawn, const Cell& cell) {
  Html marks = background(scale, cell.overall);
  double y = kCellMargin + kLineHeight / 2;
  for (const Drawn& one : drawn) {
    marks += interval(scale, one, y);
    y += kLineHeight;
  }
  const double height =
      2 * kCellMargin + kLineHeight * static_cast<double>(std::max<std::size_t>(drawn.size(), 1));
  return element("svg",
                 {{"class", "plot " + cell.css_class},
                  {"role", "img"},
                  {"aria-label", cell.label},
                  {"height", pixels(height)}},
                 marks);
}

Html blank_cell(const Scale& scale, const std::optional<Span>& overall) {
  return element("svg", {{"class", "plot"}, {"aria-hidden", "true"}, {"height", "27"}},
                 background(scale, overall));
}

Html axis_cell(const Scale& scale, const std::string& unit) {
  Html labels;
  for (const double tick : scale.ticks) {
    labels += element("text", {{"x", across(scale, tick)}, {"y", "14"}, {"text-anchor", "middle"}},
                      number(tick_text(scale, tick) + unit));
  }
  return element("svg", {{"class", "plot axis"}, {"aria-hidden", "true"}, {"height", "20"}}, labels);
}

std::uint64_t units_in_bars(const store::Histogram& histogram) {
  std::uint64_t units = 0;
  for (const auto& bar : histogram.bars) units += bar.units;
  return units;
}

Html histogram_cell(const store::Histogram& histogram, const Scale& scale, double tallest,
                    const std::string& label, const std::string& css_class) {
  Html marks = background(scale, std::nullopt);
  const double units = static_cast<double>(units_in_bars(histogram));
  for (const auto& bar : histogram.bars) {
    if (bar.units == 0 || !(tallest > 0)) continue;
    const double height = (kHistogramHeight - 6) * (static_cast<double>(bar.units) / units) / tallest;
    const double from = scale.position(bar.lower);
    marks += element("rect", {{"class", "bar"},
                              {"x", fmt::format("{:.3f}%", 100 * from)},
                              {"width", fmt::format("{:.3f}%", 100 * (scale.position(bar.upper) - from))},
                              {"y", pixels(kHistogramHeight - height)},
                              {"height", pixels(height)}});
  }
  marks += element("line", {{"class", "zero"}, {"x1", "0"}, {"x2", "100%"}, {"y1", "83.5"}, {"y2", "83.5"}});
  return element("svg",
                 {{"class", "plot " + css_class}, {"role", "img"}, {"aria-label", label}, {"height", "84"}},
                 marks);
}

}  // namespace splitplot::report
