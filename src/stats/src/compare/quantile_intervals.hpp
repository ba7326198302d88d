/// What quantiles of independent and of clustered rows share: checks of sorted values, and the difference of two arms whose ranks are
/// known at any level. Private to `stats`; thread-safe.
#pragma once

#include <splitplot/stats/compare/quantiles.hpp>

#include <functional>
#include <span>
#include <string>

namespace splitplot::stats {

/// Why these cannot be sorted values; empty where they are.
[[nodiscard]] std::string refusal_of_sorted(std::span<const double> sorted);

/// sample_quantile of values that were checked.
[[nodiscard]] double quantile_of_checked(std::span<const double> sorted, double probability,
                                         QuantileType type);

/// The order statistic of rank 1..n; infinite beyond.
[[nodiscard]] double order_statistic(std::span<const double> sorted, double rank);

/// One arm: its quantile, and the ends of its interval that leaves `tail` on either side. Ends widen as the tail gets smaller.
struct QuantileArm {
  double quantile = 0;
  std::function<double(double tail)> lower;
  std::function<double(double tail)> upper;
};

/// Fills value, control, treatment, interval and p_value.
[[nodiscard]] QuantileDifference difference_of(const QuantileArm& control, const QuantileArm& treatment,
                                               const QuantileComparison& options);

}  // namespace splitplot::stats
