/// Means: one, or a treatment's against the control's, at a fixed horizon. Pure functions, thread-safe.
#pragma once

#include <splitplot/stats/compare/difference.hpp>
#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/moments.hpp>

namespace splitplot::stats {

/// Difference of two means by Welch's t (Welch 1947, Biometrika 34) with Satterthwaite's degrees of freedom.
/// Not estimable: fewer than two units in an arm, or all values of both arms equal to one constant per arm
/// (no spread).
[[nodiscard]] Estimated<Difference> compare_means(const Moments& control, const Moments& treatment,
                                                  double confidence = 0.95);

/// Satterthwaite's degrees of freedom of the Welch statistic.
[[nodiscard]] double welch_degrees_of_freedom(const Moments& control, const Moments& treatment);

/// Student's t interval of one mean. Not estimable: fewer than two units.
[[nodiscard]] Estimated<Interval> mean_interval(const Moments& arm, double confidence = 0.95);

}  // namespace splitplot::stats
