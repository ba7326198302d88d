/// Pictures as inline SVG, one grammar for all: an interval is a line with a dot at the estimate, zero is a
/// line, ticks are thin lines, a variant keeps its colour. Every picture is one cell of a table, so that text
/// stays text, a long chart breaks between its rows when printed, and a narrow screen can stack it. Positions
/// across are percentages: nothing is distorted at any width.
#pragma once

#include "markup.hpp"
#include "scale.hpp"

#include <splitplot/experiment/analysis.hpp>

#include <optional>
#include <string>
#include <vector>

namespace splitplot::report {

/// How an estimate is drawn.
enum class Mark { Solid, Hollow };

/// One interval in a cell.
struct Drawn {
  Span span;
  Mark mark = Mark::Solid;
  double radius = 5;
};

/// What a cell shows besides its intervals.
struct Cell {
  std::string label;            ///< what is seen, for who cannot see it
  std::string css_class;        ///< the variant's colour
  std::optional<Span> overall;  ///< mean over segments, with its interval as a band
};

/// The class that carries a variant's colour; colours repeat after eight.
[[nodiscard]] std::string colour_class(std::size_t variant);

/// A cell with one line per interval, from top to bottom.
[[nodiscard]] Html interval_cell(const Scale& scale, const std::vector<Drawn>& drawn, const Cell& cell);

/// A cell without an estimate: ticks and zero go on, so that the columns stay aligned.
[[nodiscard]] Html blank_cell(const Scale& scale, const std::optional<Span>& overall = std::nullopt);

/// The scale's labels, for the head of the column. `unit` is written after each tick ("%" or nothing).
[[nodiscard]] Html axis_cell(const Scale& scale, const std::string& unit);

/// The shape of a histogram without its zeros: bars as shares of the units shown, `tallest` fills the height.
[[nodiscard]] Html histogram_cell(const store::Histogram& histogram, const Scale& scale, double tallest,
                                  const std::string& label, const std::string& css_class);

/// Units in the bars of a histogram.
[[nodiscard]] std::uint64_t units_in_bars(const store::Histogram& histogram);

}  // namespace splitplot::report
