#include <splitplot/stats/compare/wald_margin.hpp>
#include <splitplot/stats/distributions.hpp>

#include <algorithm>
#include <cmath>

namespace splitplot::stats {
namespace {

constexpr double kFewSuccesses = 10;

struct WaldDifference {
  double value = 0;
  double standard_error = 0;
  Concerns concerns;
};

Estimated<WaldDifference> wald_difference(const SuccessCount& control, const SuccessCount& treatment) {
  if (control.units == 0 || treatment.units == 0) return not_estimable("an arm has no units");
  if (control.successes > control.units || treatment.successes > treatment.units) {
    return not_estimable("an arm has more successes than units");
  }
  WaldDifference result;
  result.value = treatment.rate() - control.rate();
  double variance = 0;
  for (const SuccessCount& arm : {control, treatment}) {
    variance += arm.rate() * (1 - arm.rate()) / static_cast<double>(arm.units);
    const auto rarer = static_cast<double>(std::min(arm.successes, arm.units - arm.successes));
    if (rarer < kFewSuccesses) result.concerns.insert(Concern::FewSuccesses);
  }
  if (!(variance > 0))
    return not_estimable("the outcome does not vary in either arm, so Wald's error is zero");
  result.standard_error = std::sqrt(variance);
  return result;
}

constexpr Assumptions kAssumed{Assumption::IndependentUnits, Assumption::RandomisedUnits, Assumption::OneLook,
                               Assumption::LargeSample};

}  // namespace

Estimated<WaldNonInferiority> wald_non_inferiority(const SuccessCount& control, const SuccessCount& treatment,
                                                   double margin, double alpha) {
  if (!std::isfinite(margin)) return not_estimable("the margin is not a finite number");
  if (!(alpha > 0 && alpha < 1)) return not_estimable("alpha must lie between 0 and 1");
  const auto difference = wald_difference(control, treatment);
  if (!difference) return tl::unexpected(difference.error());
  WaldNonInferiority result;
  result.difference = difference->value;
  result.standard_error = difference->standard_error;
  result.z = (difference->value + margin) / difference->standard_error;
  result.p_value = normal_sf(result.z);
  result.lower_limit = difference->value + normal_quantile(alpha) * difference->standard_error;
  result.assumptions = kAssumed;
  result.concerns = difference->concerns;
  return result;
}

Estimated<WaldEquivalence> wald_equivalence(const SuccessCount& control, const SuccessCount& treatment,
                                            const Interval& margins, double alpha) {
  if (!(margins.lower < margins.upper)) return not_estimable("the lower margin must lie below the upper one");
  if (!(alpha > 0 && alpha < 0.5)) return not_estimable("alpha must lie between 0 and 0.5");
  const auto difference = wald_difference(control, treatment);
  if (!difference) return tl::unexpected(difference.error());
  WaldEquivalence result;
  result.difference = difference->value;
  result.standard_error = difference->standard_error;
  result.p_lower = normal_sf((difference->value - margins.lower) / difference->standard_error);
  result.p_upper = normal_cdf((difference->value - margins.upper) / difference->standard_error);
  result.p_value = std::max(result.p_lower, result.p_upper);
  const double reach = -normal_quantile(alpha) * difference->standard_error;
  result.interval = {difference->value - reach, difference->value + reach};
  result.assumptions = kAssumed;
  result.concerns = difference->concerns;
  return result;
}

}  // namespace splitplot::stats
