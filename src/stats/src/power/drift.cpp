#include "power/solve.hpp"

#include <splitplot/stats/distributions.hpp>
#include <splitplot/stats/power/drift.hpp>

#include <cmath>

namespace splitplot::stats {

Estimated<double> power_of_drift(double drift, const PowerOptions& options) {
  if (auto refused = refusal_of(options)) return not_estimable(*refused);
  if (!std::isfinite(drift)) return not_estimable("the effect in standard errors is not a finite number");
  const double critical = -normal_quantile(tail_alpha(options));
  if (options.alternative == Alternative::Greater) return normal_sf(critical - drift);
  if (options.alternative == Alternative::Less) return normal_sf(critical + drift);
  const double near_side = normal_sf(critical - std::abs(drift));
  return both_tails(options) ? near_side + normal_sf(critical + std::abs(drift)) : near_side;
}

Estimated<double> normal_drift_for_power(double power, const PowerOptions& options) {
  if (auto refused = refusal_of(power, options)) return not_estimable(*refused);
  const double drift = normal_quantile(power) - normal_quantile(tail_alpha(options));
  if (options.alternative == Alternative::Less) return -drift;
  if (!both_tails(options)) return drift;
  const auto power_at = [&](double x) { return *power_of_drift(x, options); };
  return least_with_power(power_at, power, 0, drift, 2 * drift + 10);
}

}  // namespace splitplot::stats
