#include "metric_analysis.hpp"

#include <splitplot/base/number_text.hpp>
#include <splitplot/stats/covariate.hpp>
#include <splitplot/stats/distributions.hpp>
#include <splitplot/stats/power.hpp>
#include <splitplot/stats/sequential.hpp>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace splitplot::experiment {
namespace {

using stats::Estimated;
using stats::not_estimable;
using store::MetricAggregate;

/// A missing-value rate that differs between variants at this level makes the comparison of those who have a
/// value suspect.
constexpr double kMissingnessAlarm = 0.001;
/// Below this many units in an arm, normal approximations are not to be relied upon.
constexpr std::uint64_t kFewUnits = 30;

/// One arm's mean as a comparison sees it: raw, or with the covariates' imbalance taken out.
struct MeanAndVariance {
  double mean = 0;
  double variance_of_mean = 0;
};

ComparisonSettings without_covariates(ComparisonSettings settings) {
  settings.cuped_coefficients.reset();
  return settings;
}

MeanAndVariance mean_of(const MetricAggregate& arm, const ComparisonSettings& settings,
                        const std::vector<double>& centre) {
  if (settings.cuped_coefficients) {
    const auto adjusted = stats::adjust_mean(arm.with_covariates, *settings.cuped_coefficients, centre);
    return {adjusted.mean, adjusted.variance_of_mean};
  }
  if (settings.kind == MetricKind::Proportion) {
    const double rate = success_count(arm).rate();
    return {rate, rate * (1 - rate) / static_cast<double>(std::max<std::uint64_t>(arm.moments.count, 1))};
  }
  return {arm.moments.mean, arm.moments.variance_of_mean()};
}

Estimated<stats::Difference> fixed_horizon_difference(const MetricAggregate& control,
                                                      const MetricAggregate& treatment,
                                                      const ComparisonSettings& settings,
                                                      const std::vector<double>& centre) {
  const double confidence = 1 - settings.alpha;
  if (settings.cuped_coefficients) {
    return stats::compare_adjusted(
        stats::adjust_mean(control.with_covariates, *settings.cuped_coefficients, centre),
        stats::adjust_mean(treatment.with_covariates, *settings.cuped_coefficients, centre), confidence);
  }
  if (settings.kind == MetricKind::Proportion) {
    return stats::compare_proportions(success_count(control), success_count(treatment), confidence);
  }
  return stats::compare_means(control.moments, treatment.moments, confidence);
}

/// Replaces interval and p-value by ones that hold at every look.
Estimated<stats::Difference> always_valid(stats::Difference difference, std::uint64_t units,
                                          const ComparisonSettings& settings) {
  const auto sequence = stats::asymptotic_confidence_sequence(
      difference.value, difference.standard_error, units, settings.tuned_for_units, 1 - settings.alpha);
  if (!sequence) return tl::unexpected(sequence.error());
  difference.interval = {difference.value - sequence->half_width, difference.value + sequence->half_width};
  difference.p_value = sequence->p_value;
  difference.test = stats::TestMethod::ConfidenceSequence;
  difference.interval_method = stats::IntervalMethod::ConfidenceSequence;
  return difference;
}

/// How many standard errors the interval reaches to either side: what Fieller's interval needs to match it.
double critical_value(const MetricAggregate& control, const MetricAggregate& treatment,
                      const stats::Difference& difference, const ComparisonSettings& settings) {
  if (settings.monitoring == Monitoring::Sequential)
    return difference.interval.width() / 2 / difference.standard_error;
  if (settings.kind == MetricKind::Mean && !settings.cuped_coefficients) {
    return stats::student_t_quantile(1 - settings.alpha / 2,
                                     stats::welch_degrees_of_freedom(control.moments, treatment.moments));
  }
  return stats::normal_quantile(1 - settings.alpha / 2);
}

Estimated<stats::Estimate> lift_of(const MetricAggregate& control, const MetricAggregate& treatment,
                                   const stats::Difference& difference, const ComparisonSettings& settings,
                                   const std::vector<double>& centre) {
  if (!(difference.standard_error > 0))
    return not_estimable("all units have the same value, so there is no spread to judge by");
  const auto base = mean_of(control, settings, centre);
  const auto other = mean_of(treatment, settings, centre);
  return stats::fieller_lift(base.mean, base.variance_of_mean, other.mean, other.variance_of_mean,
                             critical_value(control, treatment, difference, settings));
}

Estimated<double> detectable(const stats::Difference& difference, const ComparisonSettings& settings) {
  if (settings.monitoring == Monitoring::FixedHorizon) {
    return stats::detectable_difference(difference.standard_error, settings.alpha, settings.power);
  }
  // The interval must leave out zero with the stated power: its reach plus the power quantile.
  if (!(difference.standard_error > 0)) return not_estimable("there is no spread to judge by");
  return difference.interval.width() / 2 + stats::normal_quantile(settings.power) * difference.standard_error;
}

void note_skewness(MetricResult& result, const std::vector<const MetricAggregate*>& arms) {
  // The most skewed arm decides; a proportion has exact methods for small counts and needs no such warning.
  double worst_ratio = 1;
  double needed_units = 0;
  std::uint64_t units = 0;
  for (const MetricAggregate* arm : arms) {
    const double needed = stats::units_for_normal_mean(arm->moments.skewness());
    const double ratio = needed / static_cast<double>(std::max<std::uint64_t>(arm->moments.count, 1));
    if (arm->moments.count < 2 || ratio <= worst_ratio) continue;
    worst_ratio = ratio;
    needed_units = needed;
    units = arm->moments.count;
  }
  if (worst_ratio <= 1) return;
  result.findings.push_back(
      {Severity::Warning, "skewed",
       fmt::format("'{}' is so skewed that its interval may miss the truth more often than stated: about {} "
                   "units per "
                   "variant would be needed, the smallest has {}.",
                   result.name, grouped(static_cast<std::uint64_t>(needed_units)), grouped(units))});
}

void note_missing(MetricResult& result, const std::vector<const MetricAggregate*>& arms) {
  std::vector<std::uint64_t> table;
  std::uint64_t missing = 0, units = 0;
  for (const MetricAggregate* arm : arms) {
    table.push_back(arm->moments.count);
    table.push_back(arm->missing);
    missing += arm->missing;
    units += arm->moments.count + arm->missing;
  }
  if (missing == 0) return;
  const auto test = stats::independence_test(table, 2);
  if (test && test->p_value < kMissingnessAlarm) {
    result.findings.push_back({Severity::Problem, "missing_by_variant",
                               fmt::format("'{}' is missing for {} of {} units, and not equally often in "
                                           "every variant: those who have a value "
                                           "are not comparable. Find out why before you trust a difference.",
                                           result.name, grouped(missing), grouped(units))});
  } else {
    result.findings.push_back({Severity::Note, "missing",
                               fmt::format("'{}' is missing for {} of {} units, which are left out of it.",
                                           result.name, grouped(missing), grouped(units))});
  }
}

void note_degenerate(MetricResult& result, const std::vector<Variant>& variants,
                     const std::vector<const MetricAggregate*>& arms) {
  stats::Moments all;
  for (const MetricAggregate* arm : arms) all.merge(arm->moments);
  if (all.count == 0) {
    result.findings.push_back(
        {Severity::Problem, "no_values", fmt::format("'{}' has no value in any unit.", result.name)});
    return;
  }
  if (all.constant()) {
    result.findings.push_back(
        {Severity::Problem, "constant",
         fmt::format("'{}' is {} for every unit: nothing can be compared. Is it tracked?", result.name,
                     all.mean)});
  }
  for (std::size_t i = 0; i < arms.size(); ++i) {
    if (arms[i]->moments.count >= kFewUnits) continue;
    result.findings.push_back(
        {Severity::Warning, "small_variant",
         fmt::format(
             "'{}' has only {} units with a value of '{}': its numbers are hardly more than anecdotes.",
             variants[i].name, grouped(arms[i]->moments.count), result.name)});
  }
}

std::vector<double> best_chances(const std::vector<const MetricAggregate*>& arms,
                                 const ComparisonSettings& settings, const std::vector<double>& centre) {
  std::vector<stats::NormalPosterior> posteriors;
  for (const MetricAggregate* arm : arms) {
    if (arm->moments.count < 2) return {};
    if (settings.kind == MetricKind::Proportion && !settings.cuped_coefficients) {
      // Mean and spread of the Beta(1 + x, 1 + n - x) posterior: sensible also where no unit succeeded.
      const auto count = success_count(*arm);
      const double a = 1 + static_cast<double>(count.successes);
      const double b = 1 + static_cast<double>(count.units - count.successes);
      posteriors.push_back({a / (a + b), std::sqrt(a * b / ((a + b) * (a + b) * (a + b + 1)))});
    } else {
      const auto mean = mean_of(*arm, settings, centre);
      posteriors.push_back({mean.mean, std::sqrt(mean.variance_of_mean)});
    }
  }
  auto chances = stats::chance_to_be_best(posteriors, settings.direction);
  if (!chances) return {};
  return *chances;
}

}  // namespace

stats::SuccessCount success_count(const MetricAggregate& arm) {
  return {static_cast<std::uint64_t>(std::llround(arm.moments.mean * static_cast<double>(arm.moments.count))),
          arm.moments.count};
}

std::vector<double> adjustment_centre(const std::vector<const MetricAggregate*>& arms,
                                      const ComparisonSettings& settings) {
  if (!settings.cuped_coefficients) return {};
  std::vector<stats::CrossMoments> crosses;
  for (const MetricAggregate* arm : arms) crosses.push_back(arm->with_covariates);
  return stats::covariate_centre(crosses);
}

Estimated<stats::Estimate> arm_mean(const MetricAggregate& arm, const ComparisonSettings& settings) {
  if (arm.moments.count == 0) return not_estimable("no unit has a value");
  const double confidence = 1 - settings.alpha;
  const auto [mean, variance] = mean_of(arm, without_covariates(settings), {});
  if (settings.monitoring == Monitoring::Sequential) {
    const auto sequence = stats::asymptotic_confidence_sequence(mean, std::sqrt(variance), arm.moments.count,
                                                                settings.tuned_for_units, confidence);
    if (!sequence) return tl::unexpected(sequence.error());
    return stats::Estimate{mean, {mean - sequence->half_width, mean + sequence->half_width}};
  }
  if (settings.kind == MetricKind::Proportion) {
    const auto interval = stats::wilson_interval(success_count(arm), confidence);
    if (!interval) return tl::unexpected(interval.error());
    return stats::Estimate{mean, *interval};
  }
  if (arm.moments.count < 2) return not_estimable("one unit alone has no spread");
  const double reach =
      stats::student_t_quantile(1 - settings.alpha / 2, static_cast<double>(arm.moments.count - 1)) *
      std::sqrt(variance);
  return stats::Estimate{mean, {mean - reach, mean + reach}};
}

ArmComparison compare_arms(const MetricAggregate& control, const MetricAggregate& treatment,
                           const ComparisonSettings& settings, const std::vector<double>& centre) {
  ArmComparison result;
  auto fixed = fixed_horizon_difference(control, treatment, settings, centre);
  if (!fixed) {
    result.difference = tl::unexpected(fixed.error());
    result.lift = tl::unexpected(fixed.error());
    result.bayes = tl::unexpected(fixed.error());
    result.detectable_difference = tl::unexpected(fixed.error());
    return result;
  }
  result.bayes =
      settings.kind == MetricKind::Proportion && !settings.cuped_coefficients
          ? stats::beats_proportions(success_count(control), success_count(treatment), settings.direction)
          : stats::beats_normal(fixed->value, fixed->standard_error, settings.direction);
  result.difference = settings.monitoring == Monitoring::Sequential
                          ? always_valid(*fixed, control.moments.count + treatment.moments.count, settings)
                          : fixed;
  if (!result.difference) {
    result.lift = tl::unexpected(result.difference.error());
    result.detectable_difference = tl::unexpected(result.difference.error());
    return result;
  }
  result.lift = lift_of(control, treatment, *result.difference, settings, centre);
  result.detectable_difference = detectable(*result.difference, settings);
  return result;
}

Result<ComparisonSettings> settings_for(const AnalysisRequest& request, const std::string& metric_name,
                                        const std::vector<const MetricAggregate*>& arms) {
  ComparisonSettings settings;
  settings.alpha = request.alpha;
  settings.power = request.power;
  settings.monitoring = request.monitoring;
  settings.tuned_for_units = request.tuned_for_units;
  const bool lower = std::ranges::find(request.lower_is_better, metric_name) != request.lower_is_better.end();
  settings.direction = lower ? stats::Direction::LowerIsBetter : stats::Direction::HigherIsBetter;

  const bool zero_one =
      std::ranges::all_of(arms, [](const MetricAggregate* arm) { return arm->only_zero_and_one; });
  settings.kind = zero_one ? MetricKind::Proportion : MetricKind::Mean;
  if (const auto asked = request.kinds.find(metric_name); asked != request.kinds.end()) {
    if (asked->second == MetricKind::Proportion && !zero_one) {
      return fail(
          ErrorCode::BadData,
          fmt::format("metric '{}' holds other values than 0 and 1 and is no proportion", metric_name),
          fmt::format("leave out --kind, or count units with --metric \"{0}=any({0})\"", metric_name));
    }
    settings.kind = asked->second;
  }
  if (request.covariates.empty()) return settings;
  std::vector<stats::CrossMoments> crosses;
  for (const MetricAggregate* arm : arms) crosses.push_back(arm->with_covariates);
  if (auto coefficients = stats::cuped_coefficients(crosses))
    settings.cuped_coefficients = std::move(*coefficients);
  return settings;
}

MetricResult analyse_metric(const MetricDefinition& definition, const std::vector<Variant>& variants,
                            const std::vector<const MetricAggregate*>& arms,
                            const ComparisonSettings& settings) {
  MetricResult result;
  result.name = definition.measure.name;
  result.definition = definition.text;
  result.kind = settings.kind;
  result.direction = settings.direction;
  for (const MetricAggregate* arm : arms) {
    Arm shown{arm->moments.count, arm->missing, arm_mean(*arm, settings), std::nullopt,
              std::sqrt(arm->moments.variance())};
    if (settings.kind == MetricKind::Proportion) shown.successes = success_count(*arm).successes;
    result.arms.push_back(std::move(shown));
  }
  const auto centre = adjustment_centre(arms, settings);
  for (std::size_t i = 1; i < arms.size(); ++i) {
    auto compared = compare_arms(*arms[0], *arms[i], settings, centre);
    if (settings.cuped_coefficients) {
      CovariateAdjustment adjustment{
          i, compare_arms(*arms[0], *arms[i], without_covariates(settings), {}).difference, 0};
      if (compared.difference && adjustment.unadjusted && adjustment.unadjusted->standard_error > 0) {
        const double ratio = compared.difference->standard_error / adjustment.unadjusted->standard_error;
        adjustment.variance_reduction = 1 - ratio * ratio;
      }
      result.adjustments.push_back(std::move(adjustment));
    }
    Comparison comparison;
    comparison.variant = i;
    comparison.difference = std::move(compared.difference);
    comparison.lift = std::move(compared.lift);
    comparison.bayes = std::move(compared.bayes);
    comparison.detectable_difference = std::move(compared.detectable_difference);
    result.comparisons.push_back(std::move(comparison));
  }
  result.chance_to_be_best = best_chances(arms, settings, centre);
  note_degenerate(result, variants, arms);
  note_missing(result, arms);
  if (settings.kind == MetricKind::Mean) note_skewness(result, arms);
  return result;
}

}  // namespace splitplot::experiment
