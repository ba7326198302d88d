#include "compare/judge.hpp"
#include "compare/quantile_intervals.hpp"

#include <splitplot/stats/compare/means.hpp>
#include <splitplot/stats/compare/trimmed_means.hpp>
#include <splitplot/stats/power/detectable.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace splitplot::stats {
namespace {

std::string refusal_of(std::span<const double> control, std::span<const double> treatment) {
  for (const std::span<const double> arm : {control, treatment}) {
    for (const double value : arm) {
      if (!std::isfinite(value)) return "a value is not a finite number";
    }
  }
  return {};
}

/// One arm without its tails.
struct TrimmedArm {
  double mean = 0;
  double variance_of_mean = 0;
  double left = 0;
};

TrimmedArm trim_arm(std::span<const double> values, double trim) {
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const auto cut = static_cast<std::size_t>(trim * static_cast<double>(sorted.size()));
  Moments middle;
  Moments winsorised;
  const std::size_t end = sorted.size() - cut;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (i >= cut && i < end) middle.add(sorted[i]);
    winsorised.add(sorted[std::clamp(i, cut, end - 1)]);
  }
  TrimmedArm arm;
  arm.mean = middle.mean;
  arm.left = static_cast<double>(middle.count);
  arm.variance_of_mean = winsorised.m2 / arm.left / (arm.left - 1);
  return arm;
}

bool any_left(std::span<const double> values, double trim) {
  const double n = static_cast<double>(values.size());
  return n - 2 * std::floor(trim * n) >= 2;
}

}  // namespace

Estimated<Interval> winsorisation_caps(std::span<const double> control, std::span<const double> treatment,
                                       const Winsorisation& options) {
  if (!(options.lower_quantile >= 0 && options.lower_quantile < options.upper_quantile &&
        options.upper_quantile <= 1)) {
    return not_estimable("the quantiles of the caps must lie in order between 0 and 1");
  }
  std::string refusal = refusal_of(control, treatment);
  if (!refusal.empty()) return not_estimable(std::move(refusal));
  if (control.empty() && treatment.empty()) return not_estimable("there are no values");
  std::vector<double> pooled(control.begin(), control.end());
  pooled.insert(pooled.end(), treatment.begin(), treatment.end());
  std::sort(pooled.begin(), pooled.end());
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  Interval caps{-kInfinity, kInfinity};
  if (options.lower_quantile > 0) {
    caps.lower = quantile_of_checked(pooled, options.lower_quantile, options.type);
  }
  if (options.upper_quantile < 1) {
    caps.upper = quantile_of_checked(pooled, options.upper_quantile, options.type);
  }
  return caps;
}

Moments capped_moments(std::span<const double> values, const Interval& caps) {
  Moments moments;
  for (const double value : values) moments.add(std::clamp(value, caps.lower, caps.upper));
  return moments;
}

Estimated<CappedDifference> compare_capped(std::span<const double> control, std::span<const double> treatment,
                                           const Interval& caps, const TailComparison& options) {
  if (!(caps.lower <= caps.upper)) return not_estimable("the lower cap lies above the upper one");
  std::string refusal = refusal_of(control, treatment);
  if (!refusal.empty()) return not_estimable(std::move(refusal));
  const Moments capped_control = capped_moments(control, caps);
  const Moments capped_treatment = capped_moments(treatment, caps);
  const Estimated<Difference> welch = compare_means(capped_control, capped_treatment);
  if (!welch) return tl::unexpected<NotEstimable>(welch.error());
  CappedDifference result;
  result.value = welch->value;
  result.standard_error = welch->standard_error;
  result.degrees_of_freedom = welch_degrees_of_freedom(capped_control, capped_treatment);
  const Estimated<Judgement> verdict = judge(result.value, result.standard_error, result.degrees_of_freedom,
                                             options.confidence, options.alternative);
  if (!verdict) return tl::unexpected<NotEstimable>(verdict.error());
  result.interval = verdict->interval;
  result.p_value = verdict->p_value;
  const Interval everything{-std::numeric_limits<double>::infinity(),
                            std::numeric_limits<double>::infinity()};
  result.raw_value = capped_moments(treatment, everything).mean - capped_moments(control, everything).mean;
  if (!std::isfinite(result.raw_value)) return not_estimable("the values are too large to be worked with");
  for (const std::span<const double> arm : {control, treatment}) {
    result.capped += static_cast<std::uint64_t>(
        std::count_if(arm.begin(), arm.end(), [&](double value) { return !caps.contains(value); }));
  }
  result.assumptions = {Assumption::IndependentUnits, Assumption::RandomisedUnits, Assumption::OneLook,
                        Assumption::LargeSample, Assumption::WinsorisedMetric};
  for (const Moments* arm : {&capped_control, &capped_treatment}) {
    if (static_cast<double>(arm->count) < units_for_normal_mean(arm->skewness())) {
      result.concerns.insert(Concern::SkewedForItsSize);
    }
  }
  return result;
}

Estimated<TrimmedDifference> compare_trimmed_means(std::span<const double> control,
                                                   std::span<const double> treatment, double trim,
                                                   const TailComparison& options) {
  if (!(trim >= 0 && trim < 0.5)) return not_estimable("the part to trim must lie between 0 and a half");
  std::string refusal = refusal_of(control, treatment);
  if (!refusal.empty()) return not_estimable(std::move(refusal));
  if (!any_left(control, trim) || !any_left(treatment, trim)) {
    return not_estimable("fewer than two values of an arm are left after trimming");
  }
  const TrimmedArm control_arm = trim_arm(control, trim);
  const TrimmedArm treatment_arm = trim_arm(treatment, trim);
  TrimmedDifference result;
  result.control = control_arm.mean;
  result.treatment = treatment_arm.mean;
  result.value = treatment_arm.mean - control_arm.mean;
  const double variance = control_arm.variance_of_mean + treatment_arm.variance_of_mean;
  result.standard_error = std::sqrt(variance);
  const double share = control_arm.variance_of_mean / variance;
  result.degrees_of_freedom =
      1 / (share * share / (control_arm.left - 1) + (1 - share) * (1 - share) / (treatment_arm.left - 1));
  const Estimated<Judgement> verdict = judge(result.value, result.standard_error, result.degrees_of_freedom,
                                             options.confidence, options.alternative);
  if (!verdict) return tl::unexpected<NotEstimable>(verdict.error());
  result.statistic = result.value / result.standard_error;
  result.interval = verdict->interval;
  result.p_value = verdict->p_value;
  result.assumptions = {Assumption::IndependentUnits, Assumption::RandomisedUnits, Assumption::OneLook,
                        Assumption::LargeSample};
  if (std::min(control_arm.left, treatment_arm.left) < 10) result.concerns.insert(Concern::FewUnits);
  return result;
}

}  // namespace splitplot::stats
