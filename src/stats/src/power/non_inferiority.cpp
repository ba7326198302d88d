#include "power/solve.hpp"

#include <splitplot/stats/compare/score_interval.hpp>
#include <splitplot/stats/distributions.hpp>
#include <splitplot/stats/power/means.hpp>
#include <splitplot/stats/power/non_inferiority.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

namespace splitplot::stats {
namespace {

/// The effect's distance from the margin, on the side that is to be shown; and standard errors times the root of the control's units.
struct MarginDrift {
  double distance = 0;
  double under_null = 0;
  double under_truth = 0;
};

std::optional<std::string> refusal_of(const NonInferiorityPlan& options) {
  if (auto refused = refusal_of_alpha(options.alpha)) return refused;
  if (options.margin == 0 || !std::isfinite(options.margin)) {
    return "the margin must be a number other than 0";
  }
  return std::nullopt;
}

/// Positive where the treatment truly lies on the good side of the margin.
double distance_from_margin(double difference, double margin) {
  return margin > 0 ? difference + margin : -(difference + margin);
}

double root_variance(double control_rate, double treatment_rate, double ratio) {
  return std::sqrt(control_rate * (1 - control_rate) + treatment_rate * (1 - treatment_rate) / ratio);
}

/// The rates that the score test would estimate under the null hypothesis from data that show exactly the true rates.
Estimated<RestrictedRates> expected_null_rates(double control_rate, double treatment_rate, double ratio,
                                               double margin) {
  const bool rates = control_rate >= 0 && control_rate <= 1 && treatment_rate >= 0 && treatment_rate <= 1;
  if (!rates) return not_estimable("a rate must lie between 0 and 1");
  if (!(std::abs(margin) < 1)) return not_estimable("the margin must be smaller than 1");
  constexpr double kMostUneven = 1e6;
  if (!(ratio >= 1 / kMostUneven && ratio <= kMostUneven)) {
    return not_estimable("the arms' ratio must be positive, and neither arm a million times the other");
  }
  // Counts so large that rounding them to whole units is below double precision in the larger arm.
  constexpr double kUnits = 1e15;
  const auto arm = [](double rate, double units) {
    return SuccessCount{static_cast<std::uint64_t>(std::round(rate * units)),
                        static_cast<std::uint64_t>(std::round(units))};
  };
  return restricted_rates(arm(control_rate, ratio > 1 ? kUnits / ratio : kUnits),
                          arm(treatment_rate, ratio > 1 ? kUnits : kUnits * ratio), -margin);
}

Estimated<MarginDrift> margin_drift(double control_rate, double treatment_rate, double ratio,
                                    const NonInferiorityPlan& options, MarginVariance variance) {
  if (auto refused = refusal_of(options)) return not_estimable(*refused);
  const auto constrained = expected_null_rates(control_rate, treatment_rate, ratio, options.margin);
  if (!constrained) return tl::unexpected(constrained.error());
  MarginDrift drift;
  drift.distance = distance_from_margin(treatment_rate - control_rate, options.margin);
  drift.under_truth = root_variance(control_rate, treatment_rate, ratio);
  if (!(drift.under_truth > 0)) return not_estimable("rates of 0 and 1 do not vary");
  drift.under_null = variance == MarginVariance::Unpooled
                         ? drift.under_truth
                         : root_variance(constrained->control, constrained->treatment, ratio);
  return drift;
}

}  // namespace

Estimated<double> power_non_inferior_proportions(double control_rate, double treatment_rate,
                                                 double control_units, double treatment_units,
                                                 const NonInferiorityPlan& options, MarginVariance variance) {
  if (!(control_units > 0 && treatment_units > 0) || !std::isfinite(control_units + treatment_units)) {
    return not_estimable("an arm has no units");
  }
  const auto drift =
      margin_drift(control_rate, treatment_rate, treatment_units / control_units, options, variance);
  if (!drift) return tl::unexpected(drift.error());
  const double critical = -normal_quantile(options.alpha) * drift->under_null;
  return normal_sf((critical - std::sqrt(control_units) * drift->distance) / drift->under_truth);
}

Estimated<double> units_for_non_inferior_proportions(double control_rate, double treatment_rate, double power,
                                                     const NonInferiorityPlan& options,
                                                     double treatment_per_control, MarginVariance variance) {
  const auto drift = margin_drift(control_rate, treatment_rate, treatment_per_control, options, variance);
  if (!drift) return tl::unexpected(drift.error());
  if (!(power > options.alpha && power < 1)) return not_estimable("the power must lie between alpha and 1");
  if (!(drift->distance > 0)) return not_estimable("the true effect lies at the margin or beyond it");
  const double root =
      (normal_quantile(power) * drift->under_truth - normal_quantile(options.alpha) * drift->under_null) /
      drift->distance;
  const double units = root > 0 ? root * root : 0;
  if (!(units <= kMostUnits)) return not_estimable("no sample of a size worth a number reaches that power");
  return units;
}

Estimated<double> power_non_inferior_means(double standard_deviation, double true_difference,
                                           double control_units, double treatment_units,
                                           const NonInferiorityPlan& options,
                                           ReferenceDistribution reference) {
  if (auto refused = refusal_of(options)) return not_estimable(*refused);
  if (!(standard_deviation > 0) || !std::isfinite(standard_deviation)) {
    return not_estimable("the standard deviation must be positive");
  }
  const double distance = distance_from_margin(true_difference, options.margin) / standard_deviation;
  const PowerOptions one_sided{options.alpha, Alternative::Greater, FarTail::Ignored};
  if (reference == ReferenceDistribution::StudentT)
    return power_two_means(distance, control_units, treatment_units, one_sided);
  if (!(control_units > 0 && treatment_units > 0)) return not_estimable("an arm has no units");
  return power_of_drift(distance * std::sqrt(control_units / (1 + control_units / treatment_units)),
                        one_sided);
}

Estimated<double> units_for_non_inferior_means(double standard_deviation, double true_difference,
                                               double power, const NonInferiorityPlan& options,
                                               double treatment_per_control,
                                               ReferenceDistribution reference) {
  if (auto refused = refusal_of(options)) return not_estimable(*refused);
  if (!(standard_deviation > 0) || !std::isfinite(standard_deviation)) {
    return not_estimable("the standard deviation must be positive");
  }
  const double distance = distance_from_margin(true_difference, options.margin) / standard_deviation;
  if (!(distance > 0)) return not_estimable("the true effect lies at the margin or beyond it");
  const PowerOptions one_sided{options.alpha, Alternative::Greater, FarTail::Ignored};
  if (reference == ReferenceDistribution::StudentT)
    return units_for_two_means(distance, power, one_sided, treatment_per_control);
  if (!(treatment_per_control > 0)) return not_estimable("the arms' ratio must be positive");
  const auto drift = normal_drift_for_power(power, one_sided);
  if (!drift) return tl::unexpected(drift.error());
  const double units = *drift / distance * (*drift / distance) * (1 + 1 / treatment_per_control);
  if (!(units <= kMostUnits)) return not_estimable("no sample of a size worth a number reaches that power");
  return units;
}

}  // namespace splitplot::stats
