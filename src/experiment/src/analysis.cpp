#include "arms.hpp"
#include "conclusion.hpp"
#include "data_checks.hpp"
#include "frame_plan.hpp"
#include "metric_analysis.hpp"
#include "segment_analysis.hpp"

#include <splitplot/base/number_text.hpp>
#include <splitplot/experiment/analysis.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include <fmt/format.h>

// The main path of an analysis, top to bottom: plan -> frame -> variants -> checks -> metrics -> segments ->
// corrections -> words.

namespace splitplot::experiment {
namespace {

/// One dimension with more levels than this is a list of units rather than a segmentation.
constexpr std::size_t kMaximumSegments = 1'000;

Arms merge_all(const store::Frame& frame, const std::vector<Variant>& variants, std::size_t metric_count) {
  Arms arms(variants.size());
  for (ArmAggregate& arm : arms) arm.metrics.resize(metric_count);
  for (const store::Cell& cell : frame.cells) merge_cell(arms[index_of(variants, cell.variant)], cell);
  return arms;
}

std::string segment_name(const store::Cell& cell, const DimensionPlan& dimension) {
  std::string name;
  for (const std::size_t column : dimension.columns) {
    if (!name.empty()) name += " / ";
    name += cell.levels[column].value_or("(missing)");
  }
  return name;
}

std::vector<Segment> merge_segments(const store::Frame& frame, const std::vector<Variant>& variants,
                                    const DimensionPlan& dimension, std::size_t metric_count) {
  std::map<std::string, Arms> by_name;
  for (const store::Cell& cell : frame.cells) {
    Arms& arms = by_name[segment_name(cell, dimension)];
    if (arms.empty()) {
      arms.resize(variants.size());
      for (ArmAggregate& arm : arms) arm.metrics.resize(metric_count);
    }
    merge_cell(arms[index_of(variants, cell.variant)], cell);
  }
  std::vector<Segment> segments;
  for (auto& [name, arms] : by_name) segments.push_back({name, std::move(arms)});
  return segments;
}

/// Adjusts the p-values of the comparisons that have one; those that have none are not part of the family.
template <typename Test>
std::size_t correct_family(std::vector<Test*>& tests, const std::vector<double>& p_values,
                           stats::Correction correction, double alpha) {
  const auto adjusted = stats::adjust_p_values(p_values, correction);
  for (std::size_t i = 0; i < tests.size(); ++i) {
    tests[i]->adjusted_p_value = adjusted[i];
    tests[i]->significant = adjusted[i] <= alpha;
  }
  return tests.size();
}

void correct_metrics(Analysis& analysis) {
  std::vector<Comparison*> tests;
  std::vector<double> p_values;
  for (MetricResult& metric : analysis.metrics) {
    for (Comparison& comparison : metric.comparisons) {
      if (!comparison.difference) continue;
      tests.push_back(&comparison);
      p_values.push_back(comparison.difference->p_value);
    }
  }
  const auto& request = analysis.request;
  analysis.family.tests = correct_family(tests, p_values, request.correction, request.alpha);
  analysis.family.correction = request.correction;
  analysis.family.description = fmt::format(
      "{} metric{} x {} treatment{}", analysis.metrics.size(), analysis.metrics.size() == 1 ? "" : "s",
      analysis.variants.size() - 1, analysis.variants.size() == 2 ? "" : "s");
}

void correct_segments(Analysis& analysis) {
  std::vector<SegmentResult*> tests;
  std::vector<double> p_values;
  std::size_t segments = 0;
  for (SegmentTable& table : analysis.segment_tables) {
    if (table.metric == 0 && table.variant == 1) segments += table.segments.size();
    for (SegmentResult& segment : table.segments) {
      if (!segment.raw) continue;
      tests.push_back(&segment);
      p_values.push_back(segment.raw->p_value);
    }
  }
  if (analysis.segment_tables.empty()) return;
  const auto& request = analysis.request;
  Family family;
  family.tests = correct_family(tests, p_values, request.segment_correction, request.alpha);
  family.correction = request.segment_correction;
  family.description = fmt::format("{} segments x {} metric{} x {} treatment{}", grouped(segments),
                                   analysis.metrics.size(), analysis.metrics.size() == 1 ? "" : "s",
                                   analysis.variants.size() - 1, analysis.variants.size() == 2 ? "" : "s");
  analysis.segment_family = family;
}

/// The share of units other than zero that a histogram must show; the rest of a long tail is counted beside
/// it.
constexpr double kShownShare = 0.99;
/// Bars of the coarse histograms that find the range, and how often they may be refined.
constexpr int kCoarseBars = 1000;
constexpr int kMaximumRefinements = 4;

/// Upper end of the first bars that hold `kShownShare` of all units other than zero, over all variants.
double upper_end_of_shown(const std::vector<store::Histogram>& coarse, const store::HistogramRange& range) {
  std::vector<std::uint64_t> units(static_cast<std::size_t>(range.bars));
  std::uint64_t total = 0;
  for (const store::Histogram& histogram : coarse) {
    total += histogram.above;
    for (std::size_t i = 0; i < histogram.bars.size(); ++i) {
      units[i] += histogram.bars[i].units;
      total += histogram.bars[i].units;
    }
  }
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < units.size(); ++i) {
    seen += units[i];
    const double upper = range.lower + (range.upper - range.lower) * static_cast<double>(i + 1) / range.bars;
    if (static_cast<double>(seen) >= kShownShare * static_cast<double>(total)) return upper;
  }
  return range.upper;
}

/// From the smallest value to where all but a thin tail lies, so that one huge order does not squeeze the
/// picture. One look at the whole range finds it, or a few more where the largest value is so far out that
/// the rest falls into a handful of bars.
Result<store::HistogramRange> histogram_range(store::Warehouse& warehouse, const store::UnitFrameQuery& query,
                                              std::size_t metric,
                                              const std::vector<const store::MetricAggregate*>& arms) {
  stats::Moments all;
  for (const store::MetricAggregate* arm : arms) all.merge(arm->moments);
  store::HistogramRange range{all.minimum, all.maximum, kCoarseBars};
  for (int i = 0; i < kMaximumRefinements && range.upper > range.lower; ++i) {
    const auto coarse = warehouse.histograms(query, metric, range);
    if (!coarse) return tl::unexpected(coarse.error());
    const double upper = upper_end_of_shown(*coarse, range);
    const bool fine_enough = upper - range.lower > (range.upper - range.lower) / 20;
    range.upper = upper;
    if (fine_enough) break;
  }
  if (!(range.upper > range.lower)) range.upper = range.lower + 1;
  range.bars = store::HistogramRange{}.bars;
  return range;
}

Result<void> add_histograms(Analysis& analysis, store::Warehouse& warehouse, const FramePlan& plan,
                            const Arms& arms) {
  for (std::size_t i = 0; i < analysis.metrics.size(); ++i) {
    MetricResult& metric = analysis.metrics[i];
    if (metric.kind == MetricKind::Proportion) continue;  // two values are no distribution
    const auto over_arms = metric_over_arms(arms, i);
    const bool empty =
        std::ranges::all_of(over_arms, [](const auto* arm) { return arm->moments.count == 0; });
    if (empty) continue;
    const auto range = histogram_range(warehouse, plan.query, i, over_arms);
    if (!range) return tl::unexpected(range.error());
    auto histograms = warehouse.histograms(plan.query, i, *range);
    if (!histograms) return tl::unexpected(histograms.error());
    std::ranges::sort(*histograms, {},
                      [&](const store::Histogram& one) { return index_of(analysis.variants, one.variant); });
    metric.histograms = std::move(*histograms);
  }
  return {};
}

Result<void> analyse_metrics_and_segments(Analysis& analysis, const FramePlan& plan,
                                          const store::Frame& frame, const Arms& arms) {
  std::vector<ComparisonSettings> settings;
  for (std::size_t i = 0; i < plan.metrics.size(); ++i) {
    const auto over_arms = metric_over_arms(arms, i);
    auto metric_settings = settings_for(analysis.request, plan.metrics[i].measure.name, over_arms);
    if (!metric_settings) return tl::unexpected(metric_settings.error());
    analysis.metrics.push_back(
        analyse_metric(plan.metrics[i], analysis.variants, over_arms, *metric_settings));
    settings.push_back(std::move(*metric_settings));
  }
  for (const DimensionPlan& dimension : plan.dimensions) {
    const auto segments = merge_segments(frame, analysis.variants, dimension, plan.metrics.size());
    if (segments.size() > kMaximumSegments) {
      return fail(ErrorCode::BadData,
                  fmt::format("'{}' splits the units into {} segments; {} is the most that can be analysed",
                              dimension.name, grouped(segments.size()), grouped(kMaximumSegments)),
                  "group its values first (a number into ranges, a date into weeks), or leave it out");
    }
    analysis.sample_ratio.by_dimension.push_back({dimension.name, split_by_segment(segments)});
    for (std::size_t i = 0; i < plan.metrics.size(); ++i) {
      for (SegmentTable& table : analyse_segments(analysis.request, dimension.name, segments, arms, i,
                                                  plan.metrics[i].measure.name, settings[i])) {
        analysis.segment_tables.push_back(std::move(table));
      }
    }
  }
  return {};
}

}  // namespace

Result<Analysis> analyze_file(store::Warehouse& warehouse, const AnalysisRequest& request,
                              const store::Progress& progress) {
  auto plan = plan_frame(warehouse, request);
  if (!plan) return tl::unexpected(plan.error());
  auto frame = warehouse.aggregate(plan->query, progress);
  if (!frame) return tl::unexpected(frame.error());
  const bool lacks_covariates =
      std::ranges::any_of(frame->covariate_missing, [](std::uint64_t missing) { return missing > 0; });
  if (lacks_covariates) {
    add_missing_indicators(*plan, *frame);
    frame = warehouse.aggregate(plan->query, progress);
    if (!frame) return tl::unexpected(frame.error());
  }

  Analysis analysis;
  analysis.request = request;
  analysis.source = plan->query.exposures.path;
  if (plan->query.events) analysis.source += " with " + plan->query.events->file.path;
  analysis.source_format = describe_format(plan->query.exposures);
  analysis.rows = frame->rows;
  analysis.assumptions = plan->assumptions;
  analysis.findings = plan->findings;
  auto variants = find_variants(*frame, request, analysis.assumptions);
  if (!variants) return tl::unexpected(variants.error());
  analysis.variants = std::move(*variants);
  for (const Variant& variant : analysis.variants) analysis.units += variant.units;

  const Arms arms = merge_all(*frame, analysis.variants, plan->metrics.size());
  check_sample_ratio(analysis);
  check_frame(analysis, *frame, plan->query);
  check_covariates(analysis, plan->query, metric_over_arms(arms, 0));
  if (auto done = analyse_metrics_and_segments(analysis, *plan, *frame, arms); !done)
    return tl::unexpected(done.error());
  correct_metrics(analysis);
  correct_segments(analysis);
  note_assumptions(analysis);
  if (request.with_distributions) {
    if (auto done = add_histograms(analysis, warehouse, *plan, arms); !done)
      return tl::unexpected(done.error());
  }
  analysis.conclusion = conclude(analysis);
  return analysis;
}

}  // namespace splitplot::experiment
