#include "metric_checks.hpp"

#include "method_choice.hpp"

#include <splitplot/base/number_text.hpp>
#include <splitplot/stats/compare/contingency.hpp>

#include <algorithm>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace splitplot::experiment {
namespace {

using store::MetricAggregate;

/// A missing-value rate that differs between variants at this level makes the comparison of those who have a
/// value suspect.
constexpr double kMissingnessAlarm = 0.001;
/// Below this many units in an arm, normal approximations are not to be relied upon.
constexpr std::uint64_t kFewUnits = 30;

/// What in the data speaks against the numbers of a comparison becomes a finding.
void note_concerns(MetricResult& result, const std::vector<Variant>& variants,
                   const ComparisonSettings& settings) {
  std::vector<std::string> skewed, rough, exact;
  for (std::size_t i = 0; i < result.comparisons.size(); ++i) {
    const Comparison& comparison = result.comparisons[i];
    // The shape is the metric's own, whatever the covariates took out.
    const auto& raw = result.adjustments.empty() ? comparison.one_look : result.adjustments[i].unadjusted;
    const std::string& name = variants[comparison.variant].name;
    if (raw && raw->concerns.contains(stats::Concern::SkewedForItsSize)) skewed.push_back(name);
    if (!comparison.difference || !comparison.difference->concerns.contains(stats::Concern::FewSuccesses))
      continue;
    (is_exact(comparison.difference->test) ? exact : rough).push_back(name);
  }
  if (!skewed.empty()) {
    result.findings.push_back(
        {Severity::Warning, "skewed",
         fmt::format(
             "'{}' is so skewed for so few units that its interval may miss the truth more often than "
             "stated ({} against {}): a few large values decide.",
             result.name, fmt::join(skewed, ", "), variants[0].name)});
  }
  const bool constant =
      std::ranges::any_of(result.findings, [](const Finding& finding) { return finding.code == "constant"; });
  if (constant || settings.monitoring == Monitoring::Sequential) return;
  if (!exact.empty()) {
    result.findings.push_back(
        {Severity::Note, "few_successes",
         fmt::format("'{}' has so few successes or failures ({} against {}) that its test "
                     "is an exact one; lift and chance to win are rough.",
                     result.name, fmt::join(exact, ", "), variants[0].name)});
  }
  if (!rough.empty()) {
    result.findings.push_back(
        {Severity::Warning, "few_successes",
         fmt::format(
             "'{}' has so few successes or failures ({} against {}) that the test asked for is rough; "
             "--method auto takes an exact one.",
             result.name, fmt::join(rough, ", "), variants[0].name)});
  }
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

}  // namespace

void check_metric(MetricResult& result, const std::vector<Variant>& variants,
                  const std::vector<const MetricAggregate*>& arms, const ComparisonSettings& settings) {
  note_degenerate(result, variants, arms);
  note_missing(result, arms);
  note_concerns(result, variants, settings);
}

}  // namespace splitplot::experiment
