#include "arms.hpp"
#include "judge.hpp"

#include <splitplot/stats/compare/lift.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

namespace splitplot::stats {
namespace {

constexpr std::uint64_t kFewestUnits = 20;

std::optional<std::string> refusal(const ArmMean& control, const ArmMean& treatment,
                                   const MeansOptions& options) {
  if (control.count < 2 || treatment.count < 2) return "an arm has fewer than two units";
  for (const ArmMean* arm : {&control, &treatment}) {
    if (!std::isfinite(arm->value) || !(arm->variance >= 0) || !std::isfinite(arm->variance)) {
      return "a mean or its variance is not a finite number";
    }
  }
  if (control.value == 0) return "the control mean is zero, so a relative change has no meaning";
  if (!(options.confidence > 0 && options.confidence < 1)) return "the confidence must lie between 0 and 1";
  return std::nullopt;
}

RelativeLift lift_of(double value, const StandardError& error, const ArmMean& control,
                     const ArmMean& treatment, const MeansOptions& options) {
  RelativeLift result;
  result.value = value;
  result.standard_error = error.value;
  result.degrees_of_freedom = error.degrees_of_freedom;
  result.assumptions = {Assumption::IndependentUnits, Assumption::RandomisedUnits, Assumption::OneLook,
                        Assumption::LargeSample};
  if (options.variance == VarianceModel::Pooled) result.assumptions.insert(Assumption::EqualVariances);
  if (std::min(control.count, treatment.count) < kFewestUnits) result.concerns.insert(Concern::FewUnits);
  return result;
}

bool usable(const StandardError& error) {
  return error.value > 0 && std::isfinite(error.value);
}

}  // namespace

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

ArmMean arm_mean(const Moments& arm) {
  return {arm.mean + arm.mean_rest, arm.variance(), arm.count};
}

ArmMean arm_mean(const SuccessCount& arm) {
  return {arm.rate(), arm.rate() * (1 - arm.rate()), arm.units};
}

Estimated<RelativeLift> delta_method_lift(const ArmMean& control, const ArmMean& treatment,
                                          const MeansOptions& options) {
  if (const auto why = refusal(control, treatment, options)) return not_estimable(*why);
  const StandardError absolute =
      standard_error_of(control.variance, control.count, treatment.variance, treatment.count, options);
  // The ratio's error is that of treatment - ratio x control, in units of the control mean.
  const double ratio = treatment.value / control.value;
  double control_variance = control.variance;
  double treatment_variance = treatment.variance;
  if (options.variance == VarianceModel::Pooled) {
    const double n_c = static_cast<double>(control.count);
    const double n_t = static_cast<double>(treatment.count);
    control_variance = treatment_variance = absolute.value * absolute.value / (1 / n_c + 1 / n_t);
  }
  const double size = std::abs(control.value);
  const StandardError error{
      std::hypot(std::sqrt(treatment_variance / static_cast<double>(treatment.count)) / size,
                 std::sqrt(control_variance / static_cast<double>(control.count)) / size * ratio),
      absolute.degrees_of_freedom};
  if (!usable(error)) return not_estimable("there is no spread, or too much, to judge a relative change by");
  const double lift = control.value > 0 ? ratio - 1 : 1 - ratio;
  const auto judgement =
      judge(lift, error.value, error.degrees_of_freedom, options.confidence, options.alternative);
  if (!judgement) return tl::unexpected(judgement.error());
  RelativeLift result = lift_of(lift, error, control, treatment, options);
  result.interval = judgement->interval;
  result.p_value = judgement->p_value;
  return result;
}

Estimated<RelativeLift> log_ratio_lift(const ArmMean& control, const ArmMean& treatment,
                                       const MeansOptions& options) {
  if (const auto why = refusal(control, treatment, options)) return not_estimable(*why);
  const double ratio = treatment.value / control.value;
  if (!(ratio > 0) || !std::isfinite(ratio)) {
    return not_estimable("the means are not of one sign, so their ratio has no logarithm");
  }
  const auto relative_variance = [](const ArmMean& arm) { return arm.variance / arm.value / arm.value; };
  const StandardError error = standard_error_of(relative_variance(control), control.count,
                                                relative_variance(treatment), treatment.count, options);
  if (!usable(error)) return not_estimable("there is no spread, or too much, to judge a relative change by");
  // Below zero a larger ratio is a loss, so that the scale is turned round.
  const double sign = control.value > 0 ? 1 : -1;
  const double change = sign * std::log(ratio);
  const auto judgement =
      judge(change, error.value, error.degrees_of_freedom, options.confidence, options.alternative);
  if (!judgement) return tl::unexpected(judgement.error());
  RelativeLift result = lift_of(sign * (ratio - 1), error, control, treatment, options);
  const Interval& scaled = judgement->interval;
  result.interval = {sign * std::expm1(sign * scaled.lower), sign * std::expm1(sign * scaled.upper)};
  result.p_value = judgement->p_value;
  return result;
}

}  // namespace splitplot::stats
