/// Location, spread and shape of one sample that a few wild values do not decide. Values in any order. Pure functions, thread-safe.
/// All are not estimable without values, with a value that is not finite, and where answers leave the range of a double.
#pragma once

#include <splitplot/stats/assumptions.hpp>
#include <splitplot/stats/estimate.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace splitplot::stats {

/// Median of absolute deviations from the median, over 0.6745 (the normal distribution's upper quartile), so that it estimates a
/// normal standard deviation (Hampel 1974, JASA 69). O(n).
[[nodiscard]] Estimated<double> median_absolute_deviation(std::span<const double> values);

/// Distance of the quartiles by definition 7 of Hyndman & Fan. O(n log n).
[[nodiscard]] Estimated<double> interquartile_range(std::span<const double> values);

/// m4 / m2^2 - 3 with population moments; skewness is `Moments::skewness`. Not estimable: also values that are all equal. O(n).
[[nodiscard]] Estimated<double> excess_kurtosis(std::span<const double> values);

/// Median of the means of `blocks` contiguous blocks, the first n mod blocks of them one value longer (Nemirovsky & Yudin 1983; Lugosi &
/// Mendelson 2019, Foundations of Computational Mathematics 19). The order of values matters: it must not be related to them. Not
/// estimable: no blocks, more blocks than values. O(n).
[[nodiscard]] Estimated<double> median_of_means(std::span<const double> values, std::size_t blocks);

/// Where Huber's estimate takes its scale from.
enum class HuberScale {
  AboutMedian,  ///< median absolute deviation, once
  AboutLocation,  ///< median absolute deviation from the estimate itself, found together with it (statsmodels' RLM)
};

struct HuberOptions {
  double threshold = 1.345;  ///< in scales; 95 % efficient for normal values
  HuberScale scale = HuberScale::AboutMedian;
  double confidence = 0.95;
};

struct HuberLocation {
  double location = 0;
  double scale = 0;
  /// sqrt(sum psi^2 / (n - 1) / n) scale / share of values within the threshold: the sandwich of the estimating equation.
  double standard_error = 0;
  Interval interval;  ///< Student's t, n - 1 degrees of freedom
  std::uint64_t iterations = 0;
  Assumptions assumptions;
  Concerns concerns;
};

/// Huber's M-estimate (Huber 1964, Annals of Mathematical Statistics 35(1)): the location at which residuals cut at threshold x scale
/// sum to zero, by iterated weighting. For skewed values it is neither mean nor median: an effect on it is not an effect on the mean.
/// Not estimable: fewer than three values, a threshold that is not positive, more than half of the values equal (no scale), no
/// convergence. O(n) an iteration.
[[nodiscard]] Estimated<HuberLocation> huber_location(std::span<const double> values,
                                                      const HuberOptions& options = {});

}  // namespace splitplot::stats
