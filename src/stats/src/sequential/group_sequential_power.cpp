#include "numeric/root.hpp"
#include "sequential/crossing.hpp"
#include "sequential/design_recursion.hpp"

#include <splitplot/stats/distributions.hpp>
#include <splitplot/stats/sequential/group_sequential_power.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace splitplot::stats {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double side_alpha(const GroupSequentialDesign& design) {
  return design.sides == StoppingSides::Symmetric ? design.alpha / 2 : design.alpha;
}

/// Chance that a recursion through this design crosses the upper boundary under `drift`.
double upper_crossing(const CrossingRecursion& recursion, const GroupSequentialDesign& design, double drift) {
  double sum = 0;
  for (std::size_t look = 0; look < design.critical.size(); ++look) {
    sum += recursion.upper_exit(look, design.critical[look] * std::sqrt(recursion.time(look)), drift);
  }
  return sum;
}

/// The fixed design's units times the group-sequential design's ratios.
Estimated<GroupSequentialSampleSize> inflated(const GroupSequentialDesign& design, double fixed_units,
                                              double power) {
  const auto characteristics = group_sequential_characteristics(design, power);
  if (!characteristics) return tl::unexpected(characteristics.error());
  GroupSequentialSampleSize size;
  size.fixed_units = fixed_units;
  size.maximum_units = fixed_units * characteristics->inflation_factor;
  size.expected_units_effect = fixed_units * characteristics->expected_ratio_effect;
  size.expected_units_null = fixed_units * characteristics->expected_ratio_null;
  for (const double share : shares_of_last(design.information))
    size.units_at_looks.push_back(share * size.maximum_units);
  size.drift = characteristics->drift;
  size.assumptions = design.assumptions;
  if (!std::isfinite(size.maximum_units)) return not_estimable("the sample would be infinite");
  return size;
}

std::optional<std::string> refusal_of_sample(const GroupSequentialDesign& design, double power,
                                             double allocation) {
  if (auto refusal = refusal_of(design)) return refusal;
  if (!(design.alpha > 0 && side_alpha(design) < 0.5)) return "alpha must lie between 0 and 1";
  if (!(allocation > 0) || !std::isfinite(allocation)) return "the allocation must be positive";
  if (!(power > side_alpha(design) && power < 1)) return "the power must lie between a side's alpha and 1";
  return std::nullopt;
}

}  // namespace

Estimated<ExitProbabilities> exit_probabilities(const GroupSequentialDesign& design, double drift) {
  if (const auto refusal = refusal_of(design)) return not_estimable(*refusal);
  if (!std::isfinite(drift)) return not_estimable("the drift is not a finite number");
  const CrossingRecursion recursion = recursion_of(design, drift);
  ExitProbabilities exits;
  double expected = 1;
  for (std::size_t look = 0; look < design.critical.size(); ++look) {
    const double time = recursion.time(look);
    const double bound = design.critical[look] * std::sqrt(time);
    const double up = recursion.upper_exit(look, bound);
    const double down = design.sides == StoppingSides::Symmetric ? recursion.lower_exit(look, -bound) : 0.0;
    exits.upper.push_back(up);
    exits.lower.push_back(down);
    exits.rejection_probability += up + down;
    expected -= (up + down) * (1 - time);
  }
  exits.rejection_probability = std::min(exits.rejection_probability, 1.0);
  exits.expected_information = expected;
  return exits;
}

Estimated<double> drift_for_power(const GroupSequentialDesign& design, double power) {
  if (const auto refusal = refusal_of(design)) return not_estimable(*refusal);
  if (!(power > 0 && power < 1)) return not_estimable("the power must lie between a side's alpha and 1");
  // A look on its own would have the power at this drift.
  const std::vector<double> shares = shares_of_last(design.information);
  double enough = kInfinity;
  for (std::size_t look = 0; look < shares.size(); ++look)
    enough = std::min(enough, (design.critical[look] + normal_quantile(power)) / std::sqrt(shares[look]));
  if (!std::isfinite(enough)) return not_estimable("no look has a boundary");
  if (!(enough > 0)) return not_estimable("the power must lie between a side's alpha and 1");
  const CrossingRecursion recursion =
      recursion_of(design, enough / 2, CrossingRecursion::kUsualReach + enough / 2);
  const auto missing = [&](double drift) { return upper_crossing(recursion, design, drift) - power; };
  const auto drift = root_between(missing, 0, enough * (1 + 1e-9));
  if (!drift) return not_estimable("the power must lie between a side's alpha and 1");
  return *drift;
}

Estimated<GroupSequentialCharacteristics> group_sequential_characteristics(
    const GroupSequentialDesign& design, double power) {
  const auto drift = drift_for_power(design, power);
  if (!drift) return tl::unexpected(drift.error());
  if (!(design.alpha > 0 && side_alpha(design) < 0.5 && power > side_alpha(design)))
    return not_estimable("the power must lie between a side's alpha and 1");
  GroupSequentialCharacteristics result;
  result.drift = *drift;
  const double ratio = *drift / (normal_quantile(power) - normal_quantile(side_alpha(design)));
  result.inflation_factor = ratio * ratio;
  result.with_effect = *exit_probabilities(design, *drift);
  result.without_effect = *exit_probabilities(design, 0);
  result.expected_ratio_effect = result.inflation_factor * result.with_effect.expected_information;
  result.expected_ratio_null = result.inflation_factor * result.without_effect.expected_information;
  return result;
}

Estimated<GroupSequentialSampleSize> group_sequential_units_for_means(const GroupSequentialDesign& design,
                                                                      double difference,
                                                                      double standard_deviation, double power,
                                                                      double allocation) {
  if (const auto refusal = refusal_of_sample(design, power, allocation)) return not_estimable(*refusal);
  const double effect = std::abs(difference) / standard_deviation;
  if (!(standard_deviation > 0) || !std::isfinite(standard_deviation))
    return not_estimable("the standard deviation must be positive");
  if (!(effect > 0) || !std::isfinite(effect)) return not_estimable("the difference must not be zero");
  const double alpha = side_alpha(design);
  const double split =
      allocation / ((1 + allocation) * (1 + allocation));  // of n units, n split is 1 / variance
  const double drift = normal_quantile(power) - normal_quantile(alpha);
  const double by_normal = drift * drift / (effect * effect * split);
  const auto missing = [&](double units) {
    const double degrees = units - 2;
    return noncentral_t_sf(student_t_quantile(1 - alpha, degrees), degrees,
                           effect * std::sqrt(units * split)) -
           power;
  };
  constexpr double kLeastUnits = 3;
  double units = std::max(by_normal, kLeastUnits);
  // Beyond this the t test and the normal one agree to the last digits that matter.
  if (units < 1e9 && missing(units) < 0) {
    const auto root = root_above(missing, units, units + 10, 1e12);
    if (!root) return not_estimable("no sample reaches this power");
    units = *root;
  }
  auto size = inflated(design, units, power);
  if (size) size->assumptions.insert(Assumption::EqualVariances);
  return size;
}

Estimated<GroupSequentialSampleSize> group_sequential_units_for_rates(const GroupSequentialDesign& design,
                                                                      double treatment_rate,
                                                                      double control_rate, double power,
                                                                      double allocation) {
  if (const auto refusal = refusal_of_sample(design, power, allocation)) return not_estimable(*refusal);
  const auto is_rate = [](double rate) { return rate >= 0 && rate <= 1; };
  if (!is_rate(treatment_rate) || !is_rate(control_rate)) return not_estimable("a rate lies between 0 and 1");
  if (treatment_rate == control_rate) return not_estimable("the difference must not be zero");
  const double pooled = (allocation * treatment_rate + control_rate) / (1 + allocation);
  const double without = pooled * (1 - pooled) * (1 / allocation + 1);
  const double with = treatment_rate * (1 - treatment_rate) / allocation + control_rate * (1 - control_rate);
  const double reach =
      (normal_quantile(power) * std::sqrt(with) - normal_quantile(side_alpha(design)) * std::sqrt(without)) /
      (treatment_rate - control_rate);
  return inflated(design, (1 + allocation) * reach * reach, power);
}

Estimated<std::vector<double>> effects_at_boundaries(const GroupSequentialDesign& design, double drift,
                                                     double effect) {
  if (const auto refusal = refusal_of(design)) return not_estimable(*refusal);
  if (!(drift > 0) || !std::isfinite(drift)) return not_estimable("the drift must be positive");
  if (!std::isfinite(effect)) return not_estimable("the effect is not a finite number");
  std::vector<double> effects = shares_of_last(design.information);
  for (std::size_t look = 0; look < effects.size(); ++look)
    effects[look] = design.critical[look] * (effect / drift) / std::sqrt(effects[look]);
  return effects;
}

Estimated<ConditionalPower> conditional_power(double z, double fraction, double final_critical,
                                              double design_drift) {
  if (!std::isfinite(z) || !std::isfinite(final_critical) || !std::isfinite(design_drift))
    return not_estimable("z, the critical value and the drift must be finite numbers");
  if (!(fraction > 0 && fraction < 1))
    return not_estimable("the fraction of information must lie between 0 and 1");
  const double rest = 1 - fraction;
  const auto under = [&](double drift) {
    return normal_sf((final_critical - z * std::sqrt(fraction) - drift * rest) / std::sqrt(rest));
  };
  return ConditionalPower{under(design_drift), under(z / std::sqrt(fraction)), under(0)};
}

Estimated<double> conditional_rejection_probability(const GroupSequentialDesign& design, std::size_t look,
                                                    double z, double drift) {
  if (const auto refusal = refusal_of(design)) return not_estimable(*refusal);
  if (look + 1 >= design.critical.size()) return not_estimable("there is no later look");
  if (!std::isfinite(z) || !std::isfinite(drift))
    return not_estimable("z and the drift must be finite numbers");
  const std::vector<double> shares = shares_of_last(design.information);
  const double start = z * std::sqrt(shares[look]);
  std::vector<double> times;
  for (std::size_t k = look + 1; k < shares.size(); ++k) times.push_back(shares[k] - shares[look]);
  const std::size_t later = times.size();
  CrossingRecursion recursion(std::move(times), drift);
  double sum = 0;
  for (std::size_t k = 0; k < later; ++k) {
    const double bound = design.critical[look + 1 + k] * std::sqrt(shares[look + 1 + k]);
    const double lower = design.sides == StoppingSides::Symmetric ? -bound - start : -kInfinity;
    sum += recursion.upper_exit(k, bound - start) + recursion.lower_exit(k, lower);
    if (k + 1 < later) recursion.advance(lower, bound - start);
  }
  return std::min(sum, 1.0);
}

}  // namespace splitplot::stats
