#include <splitplot/stats/compare/lift.hpp>

#include <cmath>

namespace splitplot::stats {

Estimated<Estimate> fieller_lift(double control_mean, double control_variance_of_mean, double treatment_mean,
                                 double treatment_variance_of_mean, double critical_value) {
  const bool usable = std::isfinite(control_mean) && std::isfinite(treatment_mean) &&
                      control_variance_of_mean >= 0 && std::isfinite(control_variance_of_mean) &&
                      treatment_variance_of_mean >= 0 && std::isfinite(treatment_variance_of_mean) &&
                      critical_value >= 0 && std::isfinite(critical_value);
  if (!usable) return not_estimable("a mean or its variance is not a finite number");
  if (control_mean == 0)
    return not_estimable("the control mean is zero, so a relative change has no meaning");

  // Fieller's quadratic in units of the control mean: with r the ratio of means and g_c, g_t the squared
  // relative errors, (r +- sqrt(g_t (1 - g_c) + g_c r^2)) / (1 - g_c). Written so, nothing cancels.
  const double size = std::abs(control_mean);
  const double error_c = critical_value * (std::sqrt(control_variance_of_mean) / size);
  const double error_t = critical_value * (std::sqrt(treatment_variance_of_mean) / size);
  const double rest = 1 - error_c * error_c;
  if (!(rest > 0)) {
    return not_estimable("the control mean cannot be told from zero, so the relative change has no bounds");
  }
  const double ratio = treatment_mean / control_mean;
  const double reach = std::hypot(error_t * std::sqrt(rest), error_c * ratio) / rest;
  const double centre = ratio / rest;
  Estimate lift;
  if (control_mean > 0) {
    lift.value = ratio - 1;
    lift.interval = {centre - reach - 1, centre + reach - 1};
  } else {
    lift.value = 1 - ratio;
    lift.interval = {1 - centre - reach, 1 - centre + reach};
  }
  if (!std::isfinite(lift.value) || !std::isfinite(lift.interval.lower) ||
      !std::isfinite(lift.interval.upper)) {
    return not_estimable("the control mean is too close to zero for a relative change");
  }
  return lift;
}

}  // namespace splitplot::stats
