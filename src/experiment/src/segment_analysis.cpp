#include "segment_analysis.hpp"

#include <splitplot/base/number_text.hpp>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace splitplot::experiment {
namespace {

using stats::not_estimable;
using store::MetricAggregate;

/// Pooling and Cochran's Q take standard errors as known. With fewer units in a variant they are guesses, and segments that are alike
/// would seem to differ.
constexpr std::uint64_t kMinimumPooledUnits = 20;

/// The standard error that pooling weighs a segment by. For a proportion with few successes it is raised to a
/// steadied one: otherwise a segment in which nobody converted would claim to know its effect exactly.
double pooling_standard_error(const MetricAggregate& control, const MetricAggregate& treatment,
                              const stats::Difference& raw, const MetricAggregate& overall_control,
                              const MetricAggregate& overall_treatment, const ComparisonSettings& settings) {
  if (settings.kind != MetricKind::Proportion) return raw.standard_error;
  auto raised_by = [](const MetricAggregate& arm, const MetricAggregate& overall) {
    const auto count = success_count(arm);
    const double plain = count.rate() * (1 - count.rate()) / static_cast<double>(count.units);
    return std::max(0.0, stats::steadied_variance_of_rate(count, success_count(overall).rate()) - plain);
  };
  return std::sqrt(raw.standard_error * raw.standard_error + raised_by(control, overall_control) +
                   raised_by(treatment, overall_treatment));
}

void judge_size(SegmentResult& result, const MetricAggregate& overall_control, double worthwhile_lift) {
  // A relative change is judged against the segment's own level, or the overall one where the segment has
  // none.
  const bool has_level = result.control_mean && result.control_mean->value != 0;
  const double level = std::abs(has_level ? result.control_mean->value : overall_control.moments.mean);
  result.too_small = !result.detectable_difference || *result.detectable_difference > worthwhile_lift * level;
}

void note_findings(SegmentTable& table, const AnalysisRequest& request, const std::string& metric_name) {
  const auto small = std::ranges::count_if(table.segments, &SegmentResult::too_small);
  if (small > 0) {
    const auto count = static_cast<std::uint64_t>(small);
    table.findings.push_back({Severity::Note, "small_segments",
                              fmt::format("{} of {} segments by {} {} too small to see a change of {:.0f} % "
                                          "in '{}' with {:.0f} % power: read the pooled "
                                          "estimate, not the raw one.",
                                          grouped(count), grouped(table.segments.size()), table.dimension,
                                          count == 1 ? "is" : "are", request.worthwhile_lift * 100,
                                          metric_name, request.power * 100)});
  }
  if (!table.pooling && table.segments.size() > 1) {
    table.findings.push_back({Severity::Note, "not_pooled",
                              fmt::format("The segments by {} could not be pooled: {}.", table.dimension,
                                          table.pooling.error().why)});
  }
}

SegmentTable analyse_treatment(const AnalysisRequest& request, const std::string& dimension,
                               const std::vector<Segment>& segments, const Arms& overall, std::size_t metric,
                               std::size_t variant, const ComparisonSettings& settings) {
  SegmentTable table;
  table.dimension = dimension;
  table.metric = metric;
  table.variant = variant;
  const MetricAggregate& overall_control = overall[0].metrics[metric];
  const MetricAggregate& overall_treatment = overall[variant].metrics[metric];
  std::vector<stats::SegmentEffect> effects;
  std::vector<std::size_t> pooled_segments;
  for (const Segment& segment : segments) {
    const auto arms = metric_over_arms(segment.arms, metric);
    const MetricAggregate& control = *arms[0];
    const MetricAggregate& treatment = *arms[variant];
    auto compared = compare_arms(control, treatment, settings, adjustment_centre(arms, settings));
    SegmentResult result;
    result.segment = segment.name;
    result.control_units = control.moments.count;
    result.treatment_units = treatment.moments.count;
    result.control_mean = arm_mean(control, settings);
    result.raw = std::move(compared.difference);
    result.raw_lift = std::move(compared.lift);
    result.detectable_difference = std::move(compared.detectable_difference);
    result.pooled = not_estimable("the segment has no estimate of its own to pool");
    judge_size(result, overall_control, request.worthwhile_lift);
    if (std::min(result.control_units, result.treatment_units) < kMinimumPooledUnits) {
      result.pooled = not_estimable(
          fmt::format("fewer than {} units in a variant: its standard error is itself too uncertain to pool",
                      kMinimumPooledUnits));
    } else if (result.raw) {
      const double error = pooling_standard_error(control, treatment, *result.raw, overall_control,
                                                  overall_treatment, settings);
      if (error > 0) {
        effects.push_back({result.raw->value, error});
        pooled_segments.push_back(table.segments.size());
      }
    }
    table.segments.push_back(std::move(result));
  }
  table.pooling = stats::pool_segments(effects, {request.spread_prior, 1 - request.alpha});
  table.heterogeneity = stats::cochran_q(effects);
  for (std::size_t i = 0; i < pooled_segments.size(); ++i) {
    SegmentResult& result = table.segments[pooled_segments[i]];
    if (table.pooling) {
      result.pooled = table.pooling->segments[i];
    } else {
      result.pooled = tl::unexpected(table.pooling.error());
    }
  }
  return table;
}

}  // namespace

std::vector<SegmentTable> analyse_segments(const AnalysisRequest& request, const std::string& dimension,
                                           const std::vector<Segment>& segments, const Arms& overall,
                                           std::size_t metric, const std::string& metric_name,
                                           const ComparisonSettings& settings) {
  std::vector<SegmentTable> tables;
  for (std::size_t variant = 1; variant < overall.size(); ++variant) {
    tables.push_back(analyse_treatment(request, dimension, segments, overall, metric, variant, settings));
    note_findings(tables.back(), request, metric_name);
  }
  return tables;
}

}  // namespace splitplot::experiment
