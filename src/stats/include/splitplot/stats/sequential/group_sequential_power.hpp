/// What a group-sequential design does where there is an effect: exit probabilities, power, drift, inflation, expected and
/// needed sample, conditional power. Pure functions, thread-safe.
///
/// An effect enters as `drift`, the mean of z at the design's last look; at a look with the share s of that information
/// the mean is drift sqrt(s). In units of the data drift = effect / standard_error at the last look.
#pragma once

#include <splitplot/stats/assumptions.hpp>
#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/sequential/group_sequential.hpp>

#include <cstddef>
#include <vector>

namespace splitplot::stats {

struct ExitProbabilities {
  std::vector<double> upper;         ///< chance to stop at each look at the upper boundary
  std::vector<double> lower;         ///< at the lower one; zeros for StoppingSides::Upper
  double rejection_probability = 0;  ///< all of them together
  double expected_information = 1;   ///< mean information when the test ends, as a share of the last look's
};

/// Exact by the recursion under this drift. Not estimable: drift not finite, a design that is none.
[[nodiscard]] Estimated<ExitProbabilities> exit_probabilities(const GroupSequentialDesign& design,
                                                              double drift);

/// The positive drift at which the design crosses its upper boundary with probability `power`. A crossing on the wrong side is
/// no success and does not count, as in Jennison & Turnbull's tables. Not estimable: power not between what that side
/// spends without an effect and 1, no finite boundary.
[[nodiscard]] Estimated<double> drift_for_power(const GroupSequentialDesign& design, double power);

struct GroupSequentialCharacteristics {
  double drift = 0;  ///< that gives the power
  double inflation_factor =
      1;  ///< maximum information / information of the fixed test with the same alpha and power
  double expected_ratio_effect = 1;  ///< expected information with the effect / that of the fixed test
  double expected_ratio_null = 1;    ///< the same without effect
  ExitProbabilities with_effect;
  ExitProbabilities without_effect;
};

/// A design beside the fixed test with its alpha (Jennison & Turnbull 2000, section 2.3). About three recursions.
[[nodiscard]] Estimated<GroupSequentialCharacteristics> group_sequential_characteristics(
    const GroupSequentialDesign& design, double power);

struct GroupSequentialSampleSize {
  double fixed_units = 0;    ///< both arms, of the fixed test; not rounded
  double maximum_units = 0;  ///< both arms, if no look stops
  double expected_units_effect = 0;
  double expected_units_null = 0;
  std::vector<double> units_at_looks;  ///< both arms
  double drift = 0;
  Assumptions assumptions;
};

/// Units to see a `difference` of means: the fixed two-sample t test (noncentral t, one tail) times the inflation factor.
/// `allocation` is treatment units per control unit. At least three units in all. Not estimable: difference zero,
/// standard_deviation or allocation not positive, power as above.
[[nodiscard]] Estimated<GroupSequentialSampleSize> group_sequential_units_for_means(
    const GroupSequentialDesign& design, double difference, double standard_deviation, double power,
    double allocation = 1);

/// Units to see treatment_rate against control_rate: the fixed normal test, variance pooled without and unpooled with the
/// effect, times the inflation factor. Not estimable: equal rates, rates outside [0, 1], the rest as above.
[[nodiscard]] Estimated<GroupSequentialSampleSize> group_sequential_units_for_rates(
    const GroupSequentialDesign& design, double treatment_rate, double control_rate, double power,
    double allocation = 1);

/// The observed effect that just crosses at each look, where `effect` is the one that has this drift.
[[nodiscard]] Estimated<std::vector<double>> effects_at_boundaries(const GroupSequentialDesign& design,
                                                                   double drift, double effect);

struct ConditionalPower {
  double design = 0;         ///< if the drift is the one planned for
  double current_trend = 0;  ///< if it is the one seen so far, z / sqrt(fraction)
  double null = 0;           ///< if there is no effect
};

/// Chance that z ends at or above `final_critical` given z at a `fraction` in (0, 1) of the information, later looks left out
/// (Lan & Wittes 1988, the B-value).
[[nodiscard]] Estimated<ConditionalPower> conditional_power(double z, double fraction, double final_critical,
                                                            double design_drift);

/// Chance that a later look crosses, either side, given z at look `look` (from 0) and no crossing so far. Not estimable: no
/// later look.
[[nodiscard]] Estimated<double> conditional_rejection_probability(const GroupSequentialDesign& design,
                                                                  std::size_t look, double z, double drift);

}  // namespace splitplot::stats
