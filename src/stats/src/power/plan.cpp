#include "power/ruler.hpp"

#include <splitplot/stats/power/plan.hpp>

#include <cmath>

namespace splitplot::stats {

PlannedMetric planned_proportion(double rate) {
  return {PlannedKind::Proportion, rate, 0};
}

PlannedMetric planned_mean(double mean, double standard_deviation) {
  return {PlannedKind::Mean, mean, standard_deviation * standard_deviation};
}

PlannedMetric planned_count(double mean, double dispersion) {
  return {PlannedKind::Mean, mean, mean * dispersion};
}

Estimated<PlannedMetric> planned_ratio(double mean_numerator, double mean_denominator,
                                       double variance_numerator, double variance_denominator,
                                       double covariance) {
  const double ratio = mean_numerator / mean_denominator;
  const double variance =
      (variance_numerator - 2 * ratio * covariance + ratio * ratio * variance_denominator) /
      mean_denominator / mean_denominator;
  if (!std::isfinite(ratio) || !std::isfinite(variance)) {
    return not_estimable("the ratio's denominator is zero, or a number is not finite");
  }
  if (!(variance > 0)) return not_estimable("the ratio does not vary between units");
  return PlannedMetric{PlannedKind::Mean, ratio, variance};
}

PlannedMetric planned_by_standard_error(double value, double standard_error, double units) {
  return {PlannedKind::Mean, value, standard_error * standard_error * units};
}

Estimated<DesignAnswer> design_power(const DesignProblem& problem, double effect, double control_units) {
  const auto ruler = Ruler::of(problem);
  if (!ruler) return tl::unexpected(ruler.error());
  return ruler->answer(problem.metric, effect, control_units, control_units * problem.treatment_per_control);
}

Estimated<DesignAnswer> design_units(const DesignProblem& problem, double effect) {
  const auto ruler = Ruler::of(problem);
  if (!ruler) return tl::unexpected(ruler.error());
  return ruler->answer_units(problem.metric, effect);
}

Estimated<DesignAnswer> design_effect(const DesignProblem& problem, double control_units, Side side) {
  const auto ruler = Ruler::of(problem);
  if (!ruler) return tl::unexpected(ruler.error());
  return ruler->answer_effect(problem.metric, control_units, side);
}

double control_units_of(const DesignProblem& problem, double total_units) {
  return total_units / (1 + static_cast<double>(problem.variants - 1) * problem.treatment_per_control);
}

Estimated<DesignDuration> design_days(const DesignProblem& problem, double effect, const Traffic& traffic) {
  auto answer = design_units(problem, effect);
  if (!answer) return tl::unexpected(answer.error());
  const auto days = days_until(traffic, answer->total_units);
  if (!days) return tl::unexpected(days.error());
  answer->assumptions.insert(Assumption::StableRate);
  return DesignDuration{*days, *answer};
}

Estimated<DesignAnswer> design_effect_after(const DesignProblem& problem, int days, const Traffic& traffic,
                                            Side side) {
  const auto units = units_after(traffic, days);
  if (!units) return tl::unexpected(units.error());
  auto answer = design_effect(problem, control_units_of(problem, *units), side);
  if (answer) answer->assumptions.insert(Assumption::StableRate);
  return answer;
}

}  // namespace splitplot::stats
