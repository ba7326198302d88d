#include "metric_analysis.hpp"

#include "method_choice.hpp"
#include "metric_checks.hpp"
#include "planned_looks.hpp"
#include "posterior.hpp"

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

/// A confidence sequence is asymptotic: with fewer units in an arm, or fewer successes or failures, it rejects too often, so a watched
/// test has no verdict before. 50 units alone let up to 77 % of watched tests without effect err where one arm has a fiftieth or a
/// tenth of the units and rates are 0.5 to 10 %; 5 successes and failures let 4 %, 10 let 3.1 % (docs/methods/confidence-sequence.md).
constexpr std::uint64_t kMinimumSequentialUnits = 50;
constexpr std::uint64_t kMinimumSequentialSuccesses = 10;
/// Of nominal levels: 1 less than this is hardly told from 1 by a double, so that an interval is built from the boundary itself.
constexpr double kLeastNominalAlpha = 1e-9;

ComparisonSettings without_covariates(ComparisonSettings settings) {
  settings.cuped_coefficients.reset();
  return settings;
}

bool compares_rates(const ComparisonSettings& settings) {
  return settings.kind == MetricKind::Proportion && !settings.cuped_coefficients;
}

/// The difference by the test of one look, with an interval at any confidence.
Estimated<stats::Difference> one_look_difference(const ArmPair& arms, const ComparisonSettings& settings,
                                                 const std::vector<double>& centre, double confidence) {
  if (settings.cuped_coefficients) {
    const auto& theta = *settings.cuped_coefficients;
    return stats::compare_adjusted(stats::adjust_mean(arms.control.with_covariates, theta, centre),
                                   stats::adjust_mean(arms.treatment.with_covariates, theta, centre),
                                   confidence);
  }
  if (settings.kind == MetricKind::Proportion) {
    return stats::compare_proportions(
        success_count(arms.control), success_count(arms.treatment),
        {.confidence = confidence, .test = proportion_test(settings.method), .interval = settings.interval});
  }
  const bool pooled = settings.method == ComparisonMethod::Student;
  return stats::compare_means(
      arms.control.moments, arms.treatment.moments,
      {.confidence = confidence,
       .variance = pooled ? stats::VarianceModel::Pooled : stats::VarianceModel::PerArm});
}

/// A difference of rates lies in [-1, 1], a rate in [0, 1]; cutting an interval there loses nothing.
stats::Interval cut_to(stats::Interval interval, const ComparisonSettings& settings, double lowest) {
  if (!compares_rates(settings)) return interval;
  return {std::max(interval.lower, lowest), std::min(interval.upper, 1.0)};
}

stats::Interval around(double value, double half_width) {
  return {value - half_width, value + half_width};
}

/// Why a watched test has no verdict yet.
std::optional<std::string> too_early(const ArmPair& arms, const ComparisonSettings& settings) {
  if (std::min(arms.control.moments.count, arms.treatment.moments.count) < kMinimumSequentialUnits) {
    return fmt::format("a test that was watched gives no verdict before {} units in each variant",
                       kMinimumSequentialUnits);
  }
  if (!compares_rates(settings)) return std::nullopt;
  for (const MetricAggregate* arm : {&arms.control, &arms.treatment}) {
    const auto count = success_count(*arm);
    if (std::min(count.successes, count.units - count.successes) >= kMinimumSequentialSuccesses) continue;
    return fmt::format(
        "a test of rates that was watched gives no verdict before {} successes and {} failures in each "
        "variant",
        kMinimumSequentialSuccesses, kMinimumSequentialSuccesses);
  }
  return std::nullopt;
}

/// How many standard errors an interval of one look reaches to either side: what Fieller's interval needs to match it.
double critical_value(const stats::Difference& difference, double alpha, const ComparisonSettings& settings) {
  // Intervals of rates are not symmetric, so that a rate has the normal quantile; the others are quantile times standard error.
  if (compares_rates(settings)) return -stats::normal_quantile(alpha / 2);
  return difference.interval.width() / 2 / difference.standard_error;
}

Estimated<stats::Estimate> lift_of(const ArmPair& arms, double critical, const ComparisonSettings& settings,
                                   const std::vector<double>& centre) {
  const auto base = mean_of(arms.control, settings, centre);
  const auto other = mean_of(arms.treatment, settings, centre);
  if (!(base.variance_of_mean + other.variance_of_mean > 0)) {
    return not_estimable("all units have the same value, so there is no spread to judge by");
  }
  if (!std::isfinite(critical)) return not_estimable("nothing of alpha may be spent at so early a look");
  return stats::fieller_lift(base.mean, base.variance_of_mean, other.mean, other.variance_of_mean, critical);
}

void give_up(ArmComparison& result, const stats::NotEstimable& reason) {
  result.difference = tl::unexpected(reason);
  result.lift = tl::unexpected(reason);
  result.detectable_difference = tl::unexpected(reason);
}

void judge_at_one_look(ArmComparison& result, const ArmPair& arms, const ComparisonSettings& settings,
                       const std::vector<double>& centre) {
  const stats::Difference& difference = *result.one_look;
  result.difference = difference;
  result.lift = difference.standard_error > 0
                    ? lift_of(arms, critical_value(difference, settings.alpha, settings), settings, centre)
                    : not_estimable("all units have the same value, so there is no spread to judge by");
  result.detectable_difference =
      stats::detectable_difference(difference.standard_error, settings.alpha, settings.power);
}

/// Replaces interval and p-value by ones that hold at every look.
void judge_at_every_look(ArmComparison& result, const ArmPair& arms, const ComparisonSettings& settings,
                         const std::vector<double>& centre) {
  if (auto why = too_early(arms, settings)) return give_up(result, {*std::move(why)});
  stats::Difference difference = *result.one_look;
  const std::uint64_t units = arms.control.moments.count + arms.treatment.moments.count;
  const double confidence = 1 - settings.alpha;
  const auto sequence = stats::asymptotic_confidence_sequence(difference.value, difference.standard_error,
                                                              units, settings.tuned_for_units, confidence);
  if (!sequence) return give_up(result, sequence.error());
  difference.interval = cut_to(around(difference.value, sequence->half_width), settings, -1);
  difference.p_value = sequence->p_value;
  difference.test = stats::TestMethod::ConfidenceSequence;
  difference.interval_method = stats::IntervalMethod::ConfidenceSequence;
  difference.assumptions = sequence->assumptions;
  result.difference = difference;
  const auto base = mean_of(arms.control, settings, centre);
  const auto other = mean_of(arms.treatment, settings, centre);
  const auto relative = stats::relative_confidence_sequence(base.mean, base.variance_of_mean, other.mean,
                                                            other.variance_of_mean, units,
                                                            settings.tuned_for_units, confidence);
  if (relative) {
    result.lift = relative->lift;
  } else {
    result.lift = tl::unexpected(relative.error());
  }
  result.detectable_difference =
      stats::detectable_by_interval(sequence->half_width, difference.standard_error, settings.power);
}

/// Replaces interval and p-value by the repeated ones of this look: those of one look at the level that the boundary means.
void judge_at_planned_look(ArmComparison& result, const ArmPair& arms, const ComparisonSettings& settings,
                           const std::vector<double>& centre) {
  const LookStatus& look = *settings.look;
  stats::Difference difference = *result.one_look;
  if (look.nominal_alpha >= kLeastNominalAlpha) {
    const auto at_boundary = one_look_difference(arms, settings, centre, 1 - look.nominal_alpha);
    if (!at_boundary) return give_up(result, at_boundary.error());
    difference = *at_boundary;
  } else {
    difference.interval =
        cut_to(around(difference.value, look.boundary * difference.standard_error), settings, -1);
  }
  result.z = z_of(difference);
  difference.assumptions = at_planned_looks(difference.assumptions);
  difference.p_value = p_value_at_look(settings.look_plan, look, settings.alpha, *result.z);
  result.difference = difference;
  if (!(difference.standard_error > 0)) {
    const auto why = not_estimable("all units have the same value, so there is no spread to judge by");
    result.lift = why;
    result.detectable_difference = why;
    return;
  }
  const double critical = compares_rates(settings) || look.nominal_alpha < kLeastNominalAlpha
                              ? look.boundary
                              : critical_value(difference, look.nominal_alpha, settings);
  result.lift = lift_of(arms, critical, settings, centre);
  result.detectable_difference = stats::detectable_by_interval(critical * difference.standard_error,
                                                               difference.standard_error, settings.power);
}

}  // namespace

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
  const double confidence = 1 - (settings.look ? settings.look->nominal_alpha : settings.alpha);
  const auto [mean, variance] = mean_of(arm, without_covariates(settings), {});
  if (settings.monitoring == Monitoring::Sequential) {
    const auto sequence = stats::asymptotic_confidence_sequence(mean, std::sqrt(variance), arm.moments.count,
                                                                settings.tuned_for_units, confidence);
    if (!sequence) return tl::unexpected(sequence.error());
    return stats::Estimate{mean, cut_to(around(mean, sequence->half_width), without_covariates(settings), 0)};
  }
  if (settings.look && settings.look->nominal_alpha < kLeastNominalAlpha) {
    const stats::Interval interval = around(mean, settings.look->boundary * std::sqrt(variance));
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
  const ArmPair arms{control, treatment};
  ArmComparison result;
  result.one_look = one_look_difference(arms, settings, centre, 1 - settings.alpha);
  if (!result.one_look) {
    give_up(result, result.one_look.error());
    return result;
  }
  switch (settings.monitoring) {
    case Monitoring::FixedHorizon:
      judge_at_one_look(result, arms, settings, centre);
      break;
    case Monitoring::Sequential:
      judge_at_every_look(result, arms, settings, centre);
      break;
    case Monitoring::GroupSequential:
      judge_at_planned_look(result, arms, settings, centre);
      break;
  }
  return result;
}

Result<ComparisonSettings> settings_for(const AnalysisRequest& request, const std::string& metric_name,
                                        const std::vector<const MetricAggregate*>& arms,
                                        const std::optional<LookStatus>& look) {
  ComparisonSettings settings;
  settings.alpha = request.alpha;
  settings.power = request.power;
  settings.monitoring = request.monitoring;
  settings.tuned_for_units = request.tuned_for_units;
  settings.look_plan = request.look_plan;
  settings.look = look;
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
  if (auto chosen = choose_statistics(request, metric_name, settings); !chosen)
    return tl::unexpected(chosen.error());
  if (request.covariates.empty()) return settings;
  std::vector<stats::CrossMoments> crosses;
  for (const MetricAggregate* arm : arms) crosses.push_back(arm->with_covariates);
  if (auto coefficients = stats::cuped_coefficients(crosses)) {
    settings.cuped_coefficients = std::move(*coefficients);
    // Adjusted means have no rates that a Beta prior could be of.
    if (std::holds_alternative<stats::BetaPrior>(settings.prior)) settings.prior = FlatPrior{};
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
  result.prior = settings.prior;
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
    auto answers = effect_answers(*arms[0], *arms[i], compared.one_look, settings);
    result.comparisons.push_back(
        {std::move(compared), i, std::move(answers.beats), std::move(answers.posterior)});
  }
  result.chance_to_be_best = best_chances(arms, settings, centre);
  if (!settings.why_not_adjusted.empty()) {
    result.findings.push_back({Severity::Note, "not_adjusted",
                               fmt::format("'{}' is not adjusted for the covariates: {}.", result.name,
                                           settings.why_not_adjusted)});
  }
  check_metric(result, variants, arms, settings);
  return result;
}

}  // namespace splitplot::experiment
