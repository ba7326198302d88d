/// How a result is written: estimates, sizes, p-values, chances and counts, alike in the conclusion and in
/// all reports. Of a number with its interval, the nearer end decides the decimals: two significant digits of
/// its distance, which are two or three of the interval's half-width; the value and both ends get the same
/// number of decimals. Nothing answers "nan", "inf" or "-0". Minus is the ASCII hyphen; what must stay on one
/// line is held together by no-break spaces. Pure functions.
#pragma once

#include <splitplot/stats/estimate.hpp>

#include <cstdint>
#include <string>

namespace splitplot::experiment {

/// U+00A0, between a number and its unit.
inline constexpr const char* kNoBreakSpace = "\u00a0";

/// What a metric's numbers are.
enum class Quantity {
  Plain,  ///< in the metric's own unit
  Rate,   ///< shares of one: shown as percent, their differences as percentage points
};

/// A number with its interval, in pieces for a table.
struct Figure {
  std::string value;  ///< "+7.66"
  std::string lower;  ///< "6.99"
  std::string upper;  ///< "8.32"
  std::string unit;   ///< "points", "%", or empty

  [[nodiscard]] std::string interval() const;   ///< "[6.99, 8.32]"
  [[nodiscard]] std::string with_unit() const;  ///< "+7.66 points"
  [[nodiscard]] std::string bare() const;       ///< "+7.66 [6.99, 8.32]"
  [[nodiscard]] std::string text() const;       ///< "+7.66 points [6.99, 8.32]"
};

/// A level: a rate in percent, or a mean.
[[nodiscard]] Figure level(const stats::Estimate& estimate, Quantity quantity);
/// A signed difference: in points for rates.
[[nodiscard]] Figure change(const stats::Estimate& estimate, Quantity quantity);
/// A signed relative change in percent.
[[nodiscard]] Figure lift(const stats::Estimate& estimate);
/// A share of one in percent, with its interval, to whole percent.
[[nodiscard]] Figure share(const stats::Estimate& estimate);

/// A size without an interval, to three significant digits: "0.840 points", "12.3".
[[nodiscard]] std::string magnitude(double value, Quantity quantity);
/// The same, but "< 0.01 points" for what is far below `standard_error`, the precision of the comparison that
/// it belongs to.
[[nodiscard]] std::string magnitude(double value, Quantity quantity, double standard_error);

/// "1,234,567".
[[nodiscard]] std::string count(std::uint64_t number);
/// "1 unit", "2 units".
[[nodiscard]] std::string counted(std::uint64_t number, const std::string& singular);
/// Fixed decimals with thousands separators; scientific notation beyond 1e15. Not finite: "unbounded".
[[nodiscard]] std::string fixed(double value, int decimals);
/// The same with a plus for positive numbers.
[[nodiscard]] std::string signed_fixed(double value, int decimals);
/// "< .0001", ".0123", ".234", "> .999".
[[nodiscard]] std::string p_value(double p);
/// With "p = " or "p " before it as it reads: "p = .0123", "p < .0001".
[[nodiscard]] std::string p_equals(double p);
/// A probability that has no interval of its own: "98.7 %", "> 99.9 %", "< 0.1 %". Never 0 % or 100 %,
/// because those are only what is left of a probability after rounding.
[[nodiscard]] std::string chance(double probability);
/// A share of a whole, counted and so exact: "33.29 %".
[[nodiscard]] std::string percent(double share, int decimals);
/// alpha = 0.05 gives "95 %".
[[nodiscard]] std::string confidence(double alpha);

}  // namespace splitplot::experiment
