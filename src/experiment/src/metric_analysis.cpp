#include "metric_analysis.hpp"

#include <splitplot/base/number_text.hpp>
#include <splitplot/experiment/numbers.hpp>
#include <splitplot/stats/adjust/covariate.hpp>
#include <splitplot/stats/compare/lift.hpp>
#include <splitplot/stats/compare/means.hpp>
#include <splitplot/stats/compare/proportions.hpp>
#include <splitplot/stats/distributions.hpp>
#include <splitplot/stats/power/detectable.hpp>
#include <splitplot/stats/sequential/confidence_sequence.hpp>

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
/// A confidence sequence is asymptotic: with fewer units in an arm it rejects too often, so a watched test has no verdict before.
constexpr std::uint64_t kMinimumSequentialUnits = 50;

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

/// A difference of rates lies in [-1, 1], a rate in [0, 1]; cutting an interval there loses nothing.
stats::Interval cut_to(stats::Interval interval, const ComparisonSettings& settings, double lowest) {
  if (settings.kind != MetricKind::Proportion || settings.cuped_coefficients) return interval;
  return {std::max(interval.lower, lowest), std::min(interval.upper, 1.0)};
}

Estimated<stats::ConfidenceSequence> sequence_of(const MetricAggregate& control,
                                                 const MetricAggregate& treatment,
                                                 const stats::Difference& difference,
                                                 const ComparisonSettings& settings) {
  if (std::min(control.moments.count, treatment.moments.count) < kMinimumSequentialUnits) {
    return not_estimable(fmt::format(
        "a test that was watched gives no verdict before {} units in each variant", kMinimumSequentialUnits));
  }
  return stats::asymptotic_confidence_sequence(difference.value, difference.standard_error,
                                               control.moments.count + treatment.moments.count,
                                               settings.tuned_for_units, 1 - settings.alpha);
}

/// Replaces interval and p-value by ones that hold at every look.
stats::Difference always_valid(stats::Difference difference, const stats::ConfidenceSequence& sequence,
                               const ComparisonSettings& settings) {
  difference.interval =
      cut_to({difference.value - sequence.half_width, difference.value + sequence.half_width}, settings, -1);
  difference.p_value = sequence.p_value;
  difference.test = stats::TestMethod::ConfidenceSequence;
  difference.interval_method = stats::IntervalMethod::ConfidenceSequence;
  return difference;
}

/// How many standard errors a fixed-horizon interval reaches to either side: what Fieller's interval needs to match it.
double critical_value(const stats::Difference& difference, const ComparisonSettings& settings) {
  // Newcombe's interval is not symmetric, so that a rate has the normal quantile; the others are quantile times standard error.
  if (settings.kind == MetricKind::Proportion && !settings.cuped_coefficients) {
    return stats::normal_quantile(1 - settings.alpha / 2);
  }
  return difference.interval.width() / 2 / difference.standard_error;
}

Estimated<stats::Estimate> lift_of(const MetricAggregate& control, const MetricAggregate& treatment,
                                   double critical, const ComparisonSettings& settings,
                                   const std::vector<double>& centre) {
  const auto base = mean_of(control, settings, centre);
  const auto other = mean_of(treatment, settings, centre);
  if (!(base.variance_of_mean + other.variance_of_mean > 0)) {
    return not_estimable("all units have the same value, so there is no spread to judge by");
  }
  return stats::fieller_lift(base.mean, base.variance_of_mean, other.mean, other.variance_of_mean, critical);
}

void note_skewness(MetricResult& result, const std::vector<Variant>& variants,
                   const std::vector<const MetricAggregate*>& arms) {
  // The arm that lacks most decides. A proportion has exact methods for small counts and needs no such
  // warning.
  double worst_ratio = 1;
  double needed_units = 0;
  std::size_t worst = 0;
  for (std::size_t i = 0; i < arms.size(); ++i) {
    if (arms[i]->moments.count < 2) continue;
    const double needed = stats::units_for_normal_mean(arms[i]->moments.skewness());
    const double ratio = needed / static_cast<double>(arms[i]->moments.count);
    if (ratio <= worst_ratio) continue;
    worst_ratio = ratio;
    needed_units = needed;
    worst = i;
  }
  if (worst_ratio <= 1) return;
  result.findings.push_back(
      {Severity::Warning, "skewed",
       fmt::format("'{}' is so skewed that its interval may miss the truth more often than stated: for a "
                   "skewness like "
                   "that of '{}', about {} units per variant would be needed, and it has {}.",
                   result.name, variants[worst].name, fixed(needed_units, 0),
                   grouped(arms[worst]->moments.count))});
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
      posteriors.push_back(stats::posterior_of_rate(success_count(*arm)));
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
    const stats::Interval interval{mean - sequence->half_width, mean + sequence->half_width};
    return stats::Estimate{mean, cut_to(interval, without_covariates(settings), 0)};
  }
  if (settings.kind == MetricKind::Proportion) {
    const auto interval = stats::wilson_interval(success_count(arm), confidence);
    if (!interval) return tl::unexpected(interval.error());
    return stats::Estimate{mean, *interval};
  }
  const auto interval = stats::mean_interval(arm.moments, confidence);
  if (!interval) return tl::unexpected(interval.error());
  return stats::Estimate{mean, *interval};
}

ArmComparison compare_arms(const MetricAggregate& control, const MetricAggregate& treatment,
                           const ComparisonSettings& settings, const std::vector<double>& centre) {
  ArmComparison result;
  auto give_up = [&](const stats::NotEstimable& reason) {
    result.difference = tl::unexpected(reason);
    result.lift = tl::unexpected(reason);
    result.detectable_difference = tl::unexpected(reason);
  };
  const auto fixed = fixed_horizon_difference(control, treatment, settings, centre);
  if (!fixed) {
    give_up(fixed.error());
    result.bayes = tl::unexpected(fixed.error());
    return result;
  }
  result.bayes =
      settings.kind == MetricKind::Proportion && !settings.cuped_coefficients
          ? stats::beats_proportions(success_count(control), success_count(treatment), settings.direction)
          : stats::beats_normal(fixed->value, fixed->standard_error, settings.direction);
  if (settings.monitoring == Monitoring::FixedHorizon) {
    result.difference = fixed;
    result.lift = fixed->standard_error > 0
                      ? lift_of(control, treatment, critical_value(*fixed, settings), settings, centre)
                      : not_estimable("all units have the same value, so there is no spread to judge by");
    result.detectable_difference =
        stats::detectable_difference(fixed->standard_error, settings.alpha, settings.power);
    return result;
  }
  const auto sequence = sequence_of(control, treatment, *fixed, settings);
  if (!sequence) {
    give_up(sequence.error());
    return result;
  }
  result.difference = always_valid(*fixed, *sequence, settings);
  result.lift = lift_of(control, treatment, sequence->half_width / fixed->standard_error, settings, centre);
  result.detectable_difference =
      stats::detectable_by_interval(sequence->half_width, fixed->standard_error, settings.power);
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
  if (auto coefficients = stats::cuped_coefficients(crosses)) {
    settings.cuped_coefficients = std::move(*coefficients);
  } else {
    settings.why_not_adjusted = coefficients.error().why;
  }
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
    result.comparisons.push_back({std::move(compared), i});
  }
  result.chance_to_be_best = best_chances(arms, settings, centre);
  if (!settings.why_not_adjusted.empty()) {
    result.findings.push_back({Severity::Note, "not_adjusted",
                               fmt::format("'{}' is not adjusted for the covariates: {}.", result.name,
                                           settings.why_not_adjusted)});
  }
  note_degenerate(result, variants, arms);
  note_missing(result, arms);
  if (settings.kind == MetricKind::Mean) note_skewness(result, variants, arms);
  return result;
}

}  // namespace splitplot::experiment
