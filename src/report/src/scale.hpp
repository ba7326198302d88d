/// The common scale of a chart: where a value stands between two ends, and round numbers to label. Pure
/// functions.
#pragma once

#include <splitplot/stats/estimate.hpp>

#include <string>
#include <vector>

namespace splitplot::report {

/// One row of a chart.
struct Span {
  double value = 0;
  stats::Interval interval;
};

struct Scale {
  double lower = 0;
  double upper = 1;
  std::vector<double> ticks;  ///< inside the ends, ascending
  int decimals = 0;           ///< that tell the ticks apart

  /// In [0, 1]; values beyond an end stand on it.
  [[nodiscard]] double position(double value) const;
  [[nodiscard]] bool beyond_lower(double value) const { return value < lower; }
  [[nodiscard]] bool beyond_upper(double value) const { return value > upper; }
};

/// What a scale starts from.
enum class Origin {
  Zero,  ///< zero is always shown: differences
  Data,  ///< only what is needed: levels
};

/// A scale that shows every value and nearly every interval: where a few intervals are far wider than the
/// rest, they run out of the picture (and are drawn with an arrow), because they would press all others into
/// one dot.
[[nodiscard]] Scale scale_of(const std::vector<Span>& spans, Origin origin, int tick_count);

/// A tick as its axis writes it.
[[nodiscard]] std::string tick_text(const Scale& scale, double tick);

}  // namespace splitplot::report
