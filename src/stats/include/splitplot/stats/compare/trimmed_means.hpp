/// Two means without their tails: winsorised (values beyond a cap are moved to it) and trimmed (they are left out). Both change what is
/// compared: an effect on a capped or trimmed mean. Values in any order. Pure functions, thread-safe.
#pragma once

#include <splitplot/stats/assumptions.hpp>
#include <splitplot/stats/compare/difference.hpp>
#include <splitplot/stats/compare/quantiles.hpp>
#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/moments.hpp>

#include <cstdint>
#include <span>

namespace splitplot::stats {

struct Winsorisation {
  double lower_quantile = 0;      ///< 0: no lower cap
  double upper_quantile = 0.999;  ///< 1: no upper cap
  QuantileType type = QuantileType::Type7;
};

/// The caps: quantiles of both arms' values together, so that no arm's own tail decides. An end without a cap is infinite. Caps from
/// before the experiment are better still; `compare_capped` takes any. Not estimable: no values, values that are not finite, quantiles
/// that are not 0 <= lower < upper <= 1. O(n).
[[nodiscard]] Estimated<Interval> winsorisation_caps(std::span<const double> control,
                                                     std::span<const double> treatment,
                                                     const Winsorisation& options = {});

/// Aggregate of the values moved into [caps.lower, caps.upper].
[[nodiscard]] Moments capped_moments(std::span<const double> values, const Interval& caps);

struct TailComparison {
  double confidence = 0.95;
  Alternative alternative = Alternative::TwoSided;
};

struct CappedDifference {
  double value = 0;           ///< difference of the capped means
  double standard_error = 0;  ///< unpooled
  double degrees_of_freedom = 0;
  Interval interval;
  double p_value = 1;
  double raw_value = 0;      ///< difference of the means as they are
  std::uint64_t capped = 0;  ///< values of both arms that were moved
  Assumptions assumptions;
  Concerns concerns;
};

/// Welch's t of the capped values. Not estimable: fewer than two units in an arm, no spread after capping, values that are not finite,
/// caps in the wrong order.
[[nodiscard]] Estimated<CappedDifference> compare_capped(std::span<const double> control,
                                                         std::span<const double> treatment,
                                                         const Interval& caps,
                                                         const TailComparison& options = {});

struct TrimmedDifference {
  double value = 0;  ///< treatment's trimmed mean less the control's
  double control = 0;
  double treatment = 0;
  double standard_error = 0;
  double statistic = 0;
  double degrees_of_freedom = 0;
  Interval interval;
  double p_value = 1;
  Assumptions assumptions;
  Concerns concerns;
};

/// Yuen's t for trimmed means (Yuen 1974, Biometrika 61(1)): floor(trim n) values are left out at either end of each arm of n; the error
/// comes from the winsorised variances, d_a = (n - 1) s_w^2 / (h (h - 1)), h the values left, with Welch's degrees of freedom over the
/// h. trim = 0 is Welch's t. Not estimable: trim outside [0, 0.5), fewer than two values left in an arm, no spread, values that are
/// not finite. O(n log n).
[[nodiscard]] Estimated<TrimmedDifference> compare_trimmed_means(std::span<const double> control,
                                                                 std::span<const double> treatment,
                                                                 double trim = 0.2,
                                                                 const TailComparison& options = {});

}  // namespace splitplot::stats
