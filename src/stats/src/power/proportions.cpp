#include "power/solve.hpp"

#include <splitplot/stats/distributions.hpp>
#include <splitplot/stats/power/proportions.hpp>

#include <algorithm>
#include <cmath>

namespace splitplot::stats {
namespace {

/// Standard errors times the root of the control's units.
struct Spread {
  double under_null = 0;
  double under_truth = 0;
};

Spread spread_of(double control_rate, double treatment_rate, double ratio, NullVariance variance) {
  const double own =
      std::sqrt(control_rate * (1 - control_rate) + treatment_rate * (1 - treatment_rate) / ratio);
  if (variance == NullVariance::Unpooled) return {own, own};
  const double share = ratio / (1 + ratio);
  const double pooled = control_rate + share * (treatment_rate - control_rate);
  return {std::sqrt(pooled * (1 - pooled) * (1 + 1 / ratio)), own};
}

/// `root_units` is the root of the control's units; the arguments are checked.
double power_of(double difference, const Spread& spread, double root_units, const PowerOptions& options) {
  const double critical = -normal_quantile(tail_alpha(options)) * spread.under_null;
  const double towards = options.alternative == Alternative::Greater ? difference
                         : options.alternative == Alternative::Less  ? -difference
                                                                     : std::abs(difference);
  const double near_side = normal_sf((critical - root_units * towards) / spread.under_truth);
  if (!both_tails(options)) return near_side;
  return std::min(1.0, near_side + normal_sf((critical + root_units * towards) / spread.under_truth));
}

bool is_rate(double rate) {
  return rate >= 0 && rate <= 1;
}

Estimated<double> checked_difference(double control_rate, double treatment_rate) {
  if (!is_rate(control_rate) || !is_rate(treatment_rate))
    return not_estimable("a rate must lie between 0 and 1");
  if ((control_rate == 0 || control_rate == 1) && (treatment_rate == 0 || treatment_rate == 1)) {
    return not_estimable("rates of 0 and 1 do not vary");
  }
  return treatment_rate - control_rate;
}

bool is_ratio(double ratio) {
  return ratio > 0 && std::isfinite(ratio);
}

Estimated<double> bounded_units(double units) {
  if (!(units <= kMostUnits)) return not_estimable("no sample of a size worth a number reaches that power");
  return units;
}

}  // namespace

Estimated<double> power_two_proportions(double control_rate, double treatment_rate, double control_units,
                                        double treatment_units, const PowerOptions& options,
                                        NullVariance variance) {
  if (auto refused = refusal_of(options)) return not_estimable(*refused);
  const auto difference = checked_difference(control_rate, treatment_rate);
  if (!difference) return tl::unexpected(difference.error());
  const double ratio = treatment_units / control_units;
  if (!(control_units > 0) || !std::isfinite(control_units) || !is_ratio(ratio)) {
    return not_estimable("an arm has no units");
  }
  return power_of(*difference, spread_of(control_rate, treatment_rate, ratio, variance),
                  std::sqrt(control_units), options);
}

Estimated<double> units_for_two_proportions(double control_rate, double treatment_rate, double power,
                                            const PowerOptions& options, double treatment_per_control,
                                            NullVariance variance) {
  if (auto refused = refusal_of(power, options)) return not_estimable(*refused);
  const auto difference = checked_difference(control_rate, treatment_rate);
  if (!difference) return tl::unexpected(difference.error());
  if (!is_ratio(treatment_per_control)) return not_estimable("the arms' ratio must be positive");
  if (!looked_for(*difference, options.alternative)) {
    return not_estimable(*difference == 0 ? "an effect of zero is found no more often than by chance"
                                          : "the effect lies on the side that the test does not look at");
  }
  const Spread spread = spread_of(control_rate, treatment_rate, treatment_per_control, variance);
  const double root = (normal_quantile(power) * spread.under_truth -
                       normal_quantile(tail_alpha(options)) * spread.under_null) /
                      std::abs(*difference);
  if (!both_tails(options)) return bounded_units(root > 0 ? root * root : 0);
  const auto power_at = [&](double root_units) { return power_of(*difference, spread, root_units, options); };
  const auto found = least_with_power(power_at, power, 0, std::max(root, 0.0), std::sqrt(kMostUnits));
  if (!found) return tl::unexpected(found.error());
  return *found * *found;
}

Estimated<double> detectable_treatment_rate(double control_rate, double control_units, double treatment_units,
                                            double power, const PowerOptions& options, Side side,
                                            NullVariance variance) {
  if (auto refused = refusal_of(power, options)) return not_estimable(*refused);
  if (!is_rate(control_rate)) return not_estimable("a rate must lie between 0 and 1");
  const double ratio = treatment_units / control_units;
  if (!(control_units > 0) || !std::isfinite(control_units) || !is_ratio(ratio)) {
    return not_estimable("an arm has no units");
  }
  const bool below = options.alternative == Alternative::Less ||
                     (options.alternative == Alternative::TwoSided && side == Side::Below);
  const double room = below ? control_rate : 1 - control_rate;
  const double sign = below ? -1 : 1;
  const double root_units = std::sqrt(control_units);
  const auto power_at = [&](double distance) {
    const double rate = std::clamp(control_rate + sign * distance, 0.0, 1.0);
    const Spread spread = spread_of(control_rate, rate, ratio, variance);
    if (spread.under_truth > 0) return power_of(rate - control_rate, spread, root_units, options);
    // Without variance the outcome is certain: a rejection, or none.
    const double critical = -normal_quantile(tail_alpha(options)) * spread.under_null;
    return root_units * distance > critical ? 1.0 : 0.0;
  };
  const double guess = (normal_quantile(power) - normal_quantile(tail_alpha(options))) *
                       std::sqrt(control_rate * (1 - control_rate) * (1 + 1 / ratio)) / root_units;
  const auto distance = room > 0 ? least_with_power(power_at, power, 0, std::max(guess, room * 1e-9), room)
                                 : Estimated<double>(not_estimable(""));
  if (!distance) return not_estimable("no rate on that side is far enough away to be found with that power");
  return control_rate + sign * *distance;
}

Estimated<double> cohen_h(double control_rate, double treatment_rate) {
  if (!is_rate(control_rate) || !is_rate(treatment_rate))
    return not_estimable("a rate must lie between 0 and 1");
  return 2 * std::asin(std::sqrt(treatment_rate)) - 2 * std::asin(std::sqrt(control_rate));
}

Estimated<double> power_by_arcsine(double h, double control_units, double treatment_units,
                                   const PowerOptions& options) {
  const double ratio = treatment_units / control_units;
  if (!(control_units > 0) || !std::isfinite(control_units) || !is_ratio(ratio)) {
    return not_estimable("an arm has no units");
  }
  return power_of_drift(h * std::sqrt(control_units) / std::sqrt(1 + 1 / ratio), options);
}

Estimated<double> units_by_arcsine(double h, double power, const PowerOptions& options,
                                   double treatment_per_control) {
  const auto drift = normal_drift_for_power(power, options);
  if (!drift) return tl::unexpected(drift.error());
  if (!std::isfinite(h)) return not_estimable("the effect is not a finite number");
  if (!is_ratio(treatment_per_control)) return not_estimable("the arms' ratio must be positive");
  if (!looked_for(h, options.alternative)) {
    return not_estimable(h == 0 ? "an effect of zero is found no more often than by chance"
                                : "the effect lies on the side that the test does not look at");
  }
  const double root = *drift / h;
  return bounded_units(root * root * (1 + 1 / treatment_per_control));
}

}  // namespace splitplot::stats
