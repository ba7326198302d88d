/// A smooth density given at equal steps: its moments by the trapezoidal rule, which converges exponentially where the ends are
/// negligible, its distribution function by sums with central differences, and quantiles between. Private to `stats`. Immutable after
/// construction; thread-safe.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace splitplot::stats {

class LatticeDensity {
 public:
  /// What lies left of the first value: nothing, or the mirror image of the density (half a step left of the first value).
  enum class LeftEnd { Vanishes, Mirrors };

  /// `values` at first, first + step, ...; need not be normalised.
  LatticeDensity(double first, double step, std::vector<double> values, LeftEnd left_end = LeftEnd::Vanishes);

  /// The points and the share of the mass that each stands for.
  [[nodiscard]] double point(std::size_t i) const { return first_ + step_ * static_cast<double>(i); }
  [[nodiscard]] const std::vector<double>& shares() const { return values_; }
  /// The mean of a function of x.
  [[nodiscard]] double mean_of(const std::function<double(double)>& function) const;
  /// The same for an odd function of a mirrored density, which at 0 has a bend: with the ends' corrections of Euler and Maclaurin.
  [[nodiscard]] double mean_of_odd(const std::function<double(double)>& function) const;
  /// P(X <= x).
  [[nodiscard]] double cdf(double x) const;
  /// x with P(X <= x) = p.
  [[nodiscard]] double quantile(double p) const;

 private:
  [[nodiscard]] double value(std::ptrdiff_t i) const;
  [[nodiscard]] double between(double position) const;

  double first_;
  double step_;
  std::vector<double> values_;  // shares of the mass
  LeftEnd left_end_;
  std::vector<double>
      cdf_;  // at half a step right of each value; the first one is half a step left of the first value
};

}  // namespace splitplot::stats
