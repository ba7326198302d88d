#include "power/solve.hpp"

#include <splitplot/stats/distributions.hpp>
#include <splitplot/stats/power/means.hpp>

#include <algorithm>
#include <cmath>

namespace splitplot::stats {
namespace {

/// Beyond this shift the statistic is its own limit for every alpha that double precision can tell from 0, and series get long.
constexpr double kLargestShift = 1e4;
constexpr double kLeastUnits = 2;

/// P(reject) of a t statistic with this shift. The options are checked.
double power_of_t(double shift, double degrees, const PowerOptions& options) {
  const double critical = -student_t_quantile(tail_alpha(options), degrees);
  double towards = options.alternative == Alternative::Greater ? shift
                   : options.alternative == Alternative::Less  ? -shift
                                                               : std::abs(shift);
  towards = std::clamp(towards, -kLargestShift, kLargestShift);
  const double near_side = noncentral_t_sf(critical, degrees, towards);
  const double far_side = both_tails(options) ? noncentral_t_cdf(-critical, degrees, towards) : 0;
  return std::clamp(near_side + far_side, 0.0, 1.0);
}

double shift_per_difference(double control_units, double treatment_units) {
  return std::sqrt(control_units) * std::sqrt(treatment_units / (control_units + treatment_units));
}

Estimated<double> refuse_effect(double difference, Alternative alternative) {
  if (!std::isfinite(difference)) return not_estimable("the effect is not a finite number");
  if (!looked_for(difference, alternative)) {
    return not_estimable(difference == 0 ? "an effect of zero is found no more often than by chance"
                                         : "the effect lies on the side that the test does not look at");
  }
  return difference;
}

/// Units whose normal drift has the power: where the search for the t test's starts.
double normal_units(double shift_of_one_unit, double power, const PowerOptions& options) {
  const double drift = normal_quantile(power) - normal_quantile(tail_alpha(options));
  const double root = drift / std::abs(shift_of_one_unit);
  return root * root;
}

}  // namespace

Estimated<double> power_two_means(double standardised_difference, double control_units,
                                  double treatment_units, const PowerOptions& options) {
  if (auto refused = refusal_of(options)) return not_estimable(*refused);
  if (!std::isfinite(standardised_difference)) return not_estimable("the effect is not a finite number");
  const double degrees = control_units + treatment_units - 2;
  if (!(control_units > 0 && treatment_units > 0 && degrees > 0) || !std::isfinite(degrees)) {
    return not_estimable("two means need units in both arms, and more than two in all");
  }
  return power_of_t(standardised_difference * shift_per_difference(control_units, treatment_units), degrees,
                    options);
}

Estimated<double> units_for_two_means(double standardised_difference, double power,
                                      const PowerOptions& options, double treatment_per_control) {
  if (auto refused = refusal_of(power, options)) return not_estimable(*refused);
  if (auto effect = refuse_effect(standardised_difference, options.alternative); !effect) return effect;
  if (!(treatment_per_control > 0) || !std::isfinite(treatment_per_control)) {
    return not_estimable("the arms' ratio must be positive");
  }
  const double ratio = treatment_per_control;
  const double shift = standardised_difference * shift_per_difference(1, ratio);
  const auto power_at = [&](double units) {
    return power_of_t(shift * std::sqrt(units), units * (1 + ratio) - 2, options);
  };
  const double least = std::max(kLeastUnits, kLeastUnits / ratio);
  return least_with_power(power_at, power, least, normal_units(shift, power, options) * 1.0001 + 1,
                          kMostUnits);
}

Estimated<double> detectable_two_means(double control_units, double treatment_units, double power,
                                       const PowerOptions& options) {
  if (auto refused = refusal_of(power, options)) return not_estimable(*refused);
  if (auto possible = power_two_means(0, control_units, treatment_units, options); !possible) return possible;
  PowerOptions upwards = options;
  if (options.alternative == Alternative::Less) upwards.alternative = Alternative::Greater;
  const double degrees = control_units + treatment_units - 2;
  const double drift = normal_quantile(power) - student_t_quantile(tail_alpha(options), degrees);
  const auto power_at = [&](double shift) { return power_of_t(shift, degrees, upwards); };
  const auto shift = least_with_power(power_at, power, 0, drift, kLargestShift);
  if (!shift) return not_estimable("with so few units no effect is found with that power");
  const double detectable = *shift / shift_per_difference(control_units, treatment_units);
  return options.alternative == Alternative::Less ? -detectable : detectable;
}

Estimated<double> power_paired_means(double standardised_difference, double pairs,
                                     const PowerOptions& options) {
  if (auto refused = refusal_of(options)) return not_estimable(*refused);
  if (!std::isfinite(standardised_difference)) return not_estimable("the effect is not a finite number");
  if (!(pairs > 1) || !std::isfinite(pairs)) return not_estimable("pairs need to be more than one");
  return power_of_t(standardised_difference * std::sqrt(pairs), pairs - 1, options);
}

Estimated<double> pairs_for_means(double standardised_difference, double power, const PowerOptions& options) {
  if (auto refused = refusal_of(power, options)) return not_estimable(*refused);
  if (auto effect = refuse_effect(standardised_difference, options.alternative); !effect) return effect;
  const auto power_at = [&](double pairs) {
    return power_of_t(standardised_difference * std::sqrt(pairs), pairs - 1, options);
  };
  return least_with_power(power_at, power, kLeastUnits,
                          normal_units(standardised_difference, power, options) * 1.0001 + 2, kMostUnits);
}

Estimated<double> detectable_paired_means(double pairs, double power, const PowerOptions& options) {
  if (auto refused = refusal_of(power, options)) return not_estimable(*refused);
  if (auto possible = power_paired_means(0, pairs, options); !possible) return possible;
  PowerOptions upwards = options;
  if (options.alternative == Alternative::Less) upwards.alternative = Alternative::Greater;
  const double drift = normal_quantile(power) - student_t_quantile(tail_alpha(options), pairs - 1);
  const auto power_at = [&](double shift) { return power_of_t(shift, pairs - 1, upwards); };
  const auto shift = least_with_power(power_at, power, 0, drift, kLargestShift);
  if (!shift) return not_estimable("with so few pairs no effect is found with that power");
  const double detectable = *shift / std::sqrt(pairs);
  return options.alternative == Alternative::Less ? -detectable : detectable;
}

Estimated<double> covariate_variance_factor(double r_squared) {
  if (!(r_squared >= 0 && r_squared < 1)) return not_estimable("R squared must be at least 0 and below 1");
  return 1 - r_squared;
}

}  // namespace splitplot::stats
