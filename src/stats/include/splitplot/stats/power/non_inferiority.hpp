/// Power and sample size for showing that a treatment is not worse than the control by a margin or more. One-sided: the null hypothesis is
/// effect <= -margin. A negative margin turns the question round, for metrics that should go down: the null hypothesis is then
/// effect >= -margin. Pure functions, thread-safe.
#pragma once

#include <splitplot/stats/compare/difference.hpp>
#include <splitplot/stats/estimate.hpp>

namespace splitplot::stats {

/// The standard error that the test of proportions divides by.
enum class MarginVariance {
  Unpooled,           ///< of the observed rates: Wald's test (Chow, Shao & Wang 2008, section 4.2)
  FarringtonManning,  ///< of the rates that fit best among those that differ by the margin (Farrington & Manning 1990, Statistics in Medicine 9)
};

/// A question of non-inferiority. Effects and margin are on the absolute scale.
struct NonInferiorityPlan {
  double margin = 0;     ///< not 0
  double alpha = 0.025;  ///< one-sided, in (0, 1)
};

/// P(non-inferiority is shown). Not estimable: as for `power_two_proportions`, and a margin of 0 or of 1 and more.
[[nodiscard]] Estimated<double> power_non_inferior_proportions(
    double control_rate, double treatment_rate, double control_units, double treatment_units,
    const NonInferiorityPlan& options, MarginVariance variance = MarginVariance::FarringtonManning);

/// Control units for this power. Not estimable: true rates at the margin or beyond, a power of alpha or less.
[[nodiscard]] Estimated<double> units_for_non_inferior_proportions(
    double control_rate, double treatment_rate, double power, const NonInferiorityPlan& options,
    double treatment_per_control = 1, MarginVariance variance = MarginVariance::FarringtonManning);

/// P(non-inferiority is shown) for means of a common standard deviation, and the control units for a power. `StudentT`: noncentral t, the variance being estimated; `Normal`: known variance.
[[nodiscard]] Estimated<double> power_non_inferior_means(
    double standard_deviation, double true_difference, double control_units, double treatment_units,
    const NonInferiorityPlan& options, ReferenceDistribution reference = ReferenceDistribution::StudentT);
[[nodiscard]] Estimated<double> units_for_non_inferior_means(
    double standard_deviation, double true_difference, double power, const NonInferiorityPlan& options,
    double treatment_per_control = 1, ReferenceDistribution reference = ReferenceDistribution::StudentT);

}  // namespace splitplot::stats
