#include "compare/success_counts.hpp"

#include <splitplot/stats/compare/risk.hpp>
#include <splitplot/stats/distributions.hpp>

#include <algorithm>
#include <cmath>

namespace splitplot::stats {
namespace {

Assumptions large_sample_assumptions() {
  return {Assumption::IndependentUnits, Assumption::RandomisedUnits, Assumption::OneLook,
          Assumption::LargeSample};
}

double failures(const SuccessCount& arm) {
  return static_cast<double>(arm.units - arm.successes);
}

RelativeEffect log_normal(double value, double standard_error, double confidence) {
  const double z = -normal_quantile((1 - confidence) / 2);
  RelativeEffect effect;
  effect.value = value;
  effect.standard_error = standard_error;
  effect.interval = {value * std::exp(-z * standard_error), value * std::exp(z * standard_error)};
  effect.p_value = std::min(1.0, 2 * normal_sf(std::abs(std::log(value)) / standard_error));
  effect.assumptions = large_sample_assumptions();
  return effect;
}

}  // namespace

Estimated<RelativeEffect> risk_ratio(const SuccessCount& control, const SuccessCount& treatment,
                                     double confidence) {
  if (const auto why = refusal(control, treatment, confidence)) return not_estimable(*why);
  if (control.successes == 0 || treatment.successes == 0)
    return not_estimable("an arm has no successes, so the logarithm of the ratio has no spread");
  // 1/x - 1/n, written so that it is exactly zero where all succeed.
  const auto part = [](const SuccessCount& arm) {
    return failures(arm) / (static_cast<double>(arm.successes) * static_cast<double>(arm.units));
  };
  const double variance = part(control) + part(treatment);
  if (variance == 0) return not_estimable("everybody succeeds, so there is no spread to judge a ratio by");
  return log_normal(treatment.rate() / control.rate(), std::sqrt(variance), confidence);
}

Estimated<RelativeEffect> odds_ratio(const SuccessCount& control, const SuccessCount& treatment,
                                     double confidence) {
  if (const auto why = refusal(control, treatment, confidence)) return not_estimable(*why);
  const double x_c = static_cast<double>(control.successes);
  const double x_t = static_cast<double>(treatment.successes);
  if (x_c == 0 || x_t == 0 || failures(control) == 0 || failures(treatment) == 0)
    return not_estimable("a cell of the table is empty, so the logarithm of the odds ratio has no spread");
  const double variance = 1 / x_c + 1 / failures(control) + 1 / x_t + 1 / failures(treatment);
  return log_normal(x_t / failures(treatment) / (x_c / failures(control)), std::sqrt(variance), confidence);
}

}  // namespace splitplot::stats
