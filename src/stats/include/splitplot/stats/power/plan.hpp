/// What a plan asks before an experiment starts, in each direction: power, detectable effect, units or days, for the way in which the
/// experiment will be analysed. Pure functions, thread-safe.
///
/// All designs are answered per comparison of one treatment with the control: with several treatments alpha is divided among them
/// (Bonferroni), and the power is each comparison's own. A find on the wrong side is no success and is not counted.
#pragma once

#include <splitplot/stats/assumptions.hpp>
#include <splitplot/stats/compare/difference.hpp>
#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/power/proportions.hpp>
#include <splitplot/stats/power/traffic.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace splitplot::stats {

enum class PlannedKind {
  Proportion,  ///< every unit 0 or 1: its rate is its variance
  Mean,        ///< everything else: a mean of units, or an estimate with a variance per unit
};

/// A metric as it is expected without the treatment.
struct PlannedMetric {
  PlannedKind kind = PlannedKind::Proportion;
  double baseline = 0;  ///< rate, mean, ratio, quantile
  double variance = 0;  ///< of one unit's value; not used for proportions
};

[[nodiscard]] PlannedMetric planned_proportion(double rate);
[[nodiscard]] PlannedMetric planned_mean(double mean, double standard_deviation);
/// Counts a unit: variance = dispersion * mean; 1 is Poisson, more is what people do.
[[nodiscard]] PlannedMetric planned_count(double mean, double dispersion = 1);
/// A quotient of two sums over units (clicks / views): the variance of a unit's linearised value, (var_n - 2 r cov + r^2 var_d) / mean_d^2,
/// r = mean_n / mean_d (delta method; Deng, Knoblich & Lu 2018, KDD). Not estimable: a denominator of 0, numbers that are not finite.
[[nodiscard]] Estimated<PlannedMetric> planned_ratio(double mean_numerator, double mean_denominator,
                                                     double variance_numerator, double variance_denominator,
                                                     double covariance);
/// Anything whose squared standard error falls like 1 / units, known from a sample: a quantile by its order-statistic interval, with
/// no need of a density.
[[nodiscard]] PlannedMetric planned_by_standard_error(double value, double standard_error, double units);

enum class DesignMethod {
  AlwaysValid,      ///< confidence sequence, looked at any time (the default, since people look)
  FixedHorizon,     ///< one look at the end: pooled z for proportions, Welch's t for means
  GroupSequential,  ///< planned looks, O'Brien-Fleming spending
  NonInferiority,   ///< one look: not worse by the margin; Farrington-Manning for proportions, t for means
};

struct DesignProblem {
  PlannedMetric metric;
  DesignMethod method = DesignMethod::AlwaysValid;
  double alpha = 0.05;  ///< over all treatments; one-sided for NonInferiority
  double power = 0.80;  ///< to reach, of each comparison
  Alternative alternative =
      Alternative::TwoSided;         ///< AlwaysValid has two sides only; NonInferiority has its own
  std::size_t variants = 2;          ///< with the control
  double treatment_per_control = 1;  ///< units of each treatment per control unit
  double covariate_r_squared = 0;    ///< explained by covariates from before the test, in [0, 1)
  std::size_t looks =
      14;  ///< equally spaced, AlwaysValid and GroupSequential; the last one at the full sample
  double true_difference = 0;  ///< NonInferiority: what the treatment truly does
};

/// A point of a design: a sample, an effect, and the power with which the one shows the other. For NonInferiority `effect` is the margin
/// (positive: a loss that is tolerated; negative: a rise, for metrics that should go down).
struct DesignAnswer {
  double effect = 0;  ///< absolute, treatment - control
  double control_units = 0;
  double treatment_units = 0;  ///< of each treatment
  double total_units = 0;
  double power = 0;
  double comparison_alpha = 0;  ///< alpha of one comparison
  double expected_share =
      1;  ///< of the sample that is used on average if the effect is there and the test stops at a find
  double fixed_units_factor =
      1;  ///< units / those of a fixed horizon with the same alpha and power: the price of looking
  Assumptions assumptions;
  Concerns concerns;
};

/// The power of this sample for this effect. Not estimable: a problem that makes no sense (the reason names it), an effect of 0.
[[nodiscard]] Estimated<DesignAnswer> design_power(const DesignProblem& problem, double effect,
                                                   double control_units);

/// The sample that shows this effect with problem.power, in whole units.
[[nodiscard]] Estimated<DesignAnswer> design_units(const DesignProblem& problem, double effect);

/// The smallest effect, on this side, that the sample shows with problem.power; for NonInferiority the smallest margin (`Below`: a loss).
[[nodiscard]] Estimated<DesignAnswer> design_effect(const DesignProblem& problem, double control_units,
                                                    Side side = Side::Above);

/// Control units that so many units of all variants give.
[[nodiscard]] double control_units_of(const DesignProblem& problem, double total_units);

struct DesignDuration {
  int days = 0;  ///< until the last unit has entered
  DesignAnswer answer;
};

/// Days until this effect is shown with problem.power. Not estimable: as above, or not within ten years.
[[nodiscard]] Estimated<DesignDuration> design_days(const DesignProblem& problem, double effect,
                                                    const Traffic& traffic);

/// What so many days can show.
[[nodiscard]] Estimated<DesignAnswer> design_effect_after(const DesignProblem& problem, int days,
                                                          const Traffic& traffic, Side side = Side::Above);

}  // namespace splitplot::stats
