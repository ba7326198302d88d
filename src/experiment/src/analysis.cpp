#include "analysis_path.hpp"
#include "arms.hpp"
#include "conclusion.hpp"
#include "data_checks.hpp"
#include "distributions.hpp"
#include "frame_plan.hpp"
#include "method_choice.hpp"
#include "metric_analysis.hpp"
#include "next_step.hpp"
#include "planned_looks.hpp"
#include "segment_analysis.hpp"
#include "verdicts.hpp"

#include <splitplot/base/number_text.hpp>
#include <splitplot/experiment/analysis.hpp>
#include <splitplot/stats/many/hierarchical_fdr.hpp>

#include <algorithm>
#include <map>
#include <optional>
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

using Levels = std::vector<std::optional<std::string>>;

Levels levels_of(const store::Cell& cell, const DimensionPlan& dimension) {
  Levels levels;
  for (const std::size_t column : dimension.columns) levels.push_back(cell.levels[column]);
  return levels;
}

std::string segment_name(const Levels& levels) {
  std::string name;
  for (const auto& level : levels) {
    if (!name.empty()) name += " / ";
    name += level.value_or("(missing)");
  }
  return name;
}

std::vector<Segment> merge_segments(const store::Frame& frame, const std::vector<Variant>& variants,
                                    const DimensionPlan& dimension, std::size_t metric_count) {
  std::map<Levels, Arms> by_levels;  // not by name: two combinations may read alike
  for (const store::Cell& cell : frame.cells) {
    Arms& arms = by_levels[levels_of(cell, dimension)];
    if (arms.empty()) {
      arms.resize(variants.size());
      for (ArmAggregate& arm : arms) arm.metrics.resize(metric_count);
    }
    merge_cell(arms[index_of(variants, cell.variant)], cell);
  }
  std::vector<Segment> segments;
  for (auto& [levels, arms] : by_levels) segments.push_back({segment_name(levels), std::move(arms)});
  std::ranges::stable_sort(segments, {}, &Segment::name);
  return segments;
}

/// Writes the corrected p-values of a family and marks the significant tests.
template <typename Test>
void mark_significant(std::vector<Test*>& tests, const std::vector<double>& adjusted, double alpha) {
  for (std::size_t i = 0; i < tests.size(); ++i) {
    tests[i]->adjusted_p_value = adjusted[i];
    tests[i]->significant = adjusted[i] <= alpha;
  }
}

bool is_exploratory(const MetricResult& metric) {
  return metric.role == MetricRole::Exploratory;
}

/// Corrects the tests of the metrics that belong together, and answers how many there are.
template <typename Belongs>
std::size_t correct_family(Analysis& analysis, const Belongs& belongs) {
  std::vector<Comparison*> tests;
  std::vector<double> p_values;
  for (MetricResult& metric : analysis.metrics) {
    if (!belongs(metric)) continue;
    for (Comparison& comparison : metric.comparisons) {
      if (!comparison.difference) continue;
      tests.push_back(&comparison);
      p_values.push_back(comparison.difference->p_value);
    }
  }
  const auto& request = analysis.request;
  mark_significant(tests, stats::adjust_p_values(p_values, request.correction), request.alpha);
  return tests.size();
}

/// Metrics that were added after the start must not make those of the plan harder to see.
void correct_metrics(Analysis& analysis) {
  const auto planned = std::ranges::count_if(
      analysis.metrics, [](const MetricResult& metric) { return !is_exploratory(metric); });
  analysis.family.tests =
      correct_family(analysis, [](const MetricResult& metric) { return !is_exploratory(metric); });
  (void)correct_family(analysis, is_exploratory);
  analysis.family.correction = analysis.request.correction;
  analysis.family.description =
      fmt::format("{} metric{} x {} treatment{}", planned, planned == 1 ? "" : "s",
                  analysis.variants.size() - 1, analysis.variants.size() == 2 ? "" : "s");
}

/// Whether effects differ between segments is asked once per table.
void correct_heterogeneity(Analysis& analysis) {
  std::vector<SegmentTable*> tables;
  std::vector<double> p_values;
  for (SegmentTable& table : analysis.segment_tables) {
    if (!table.heterogeneity) continue;
    tables.push_back(&table);
    p_values.push_back(table.heterogeneity->p_value);
  }
  const auto adjusted = stats::adjust_p_values(p_values, stats::Correction::Holm);
  for (std::size_t i = 0; i < tables.size(); ++i) tables[i]->adjusted_heterogeneity_p_value = adjusted[i];
}

void correct_segments(Analysis& analysis) {
  std::vector<SegmentResult*> tests;
  std::vector<double> p_values;
  std::vector<std::size_t> segment_of;  // over all dimensions, whose tables stand together
  std::size_t segments = 0;
  std::size_t first_of_dimension = 0;
  for (SegmentTable& table : analysis.segment_tables) {
    if (table.metric == 0 && table.variant == 1) {
      first_of_dimension = segments;
      segments += table.segments.size();
    }
    for (std::size_t i = 0; i < table.segments.size(); ++i) {
      SegmentResult& segment = table.segments[i];
      if (!segment.raw) continue;
      tests.push_back(&segment);
      p_values.push_back(segment.raw->p_value);
      segment_of.push_back(first_of_dimension + i);
    }
  }
  if (analysis.segment_tables.empty()) return;
  const auto& request = analysis.request;
  Family family;
  const bool by_segment = request.segment_structure == FamilyStructure::BySegment;
  mark_significant(tests,
                   by_segment ? stats::hierarchical_fdr(p_values, segment_of, request.alpha).adjusted_p_values
                              : stats::adjust_p_values(p_values, request.segment_correction),
                   request.alpha);
  family.tests = tests.size();
  family.correction = request.segment_correction;
  family.structure = request.segment_structure;
  family.description = fmt::format("{} segments x {} metric{} x {} treatment{}", grouped(segments),
                                   analysis.metrics.size(), analysis.metrics.size() == 1 ? "" : "s",
                                   analysis.variants.size() - 1, analysis.variants.size() == 2 ? "" : "s");
  analysis.segment_family = family;
}

Result<void> analyse_metrics_and_segments(Analysis& analysis, const FramePlan& plan,
                                          const store::Frame& frame, const Arms& arms) {
  if (analysis.request.monitoring == Monitoring::GroupSequential) {
    auto look = look_status(analysis.request.look_plan, analysis.request.alpha, analysis.units);
    if (!look) return tl::unexpected(look.error());
    analysis.look = *look;
  }
  std::vector<ComparisonSettings> settings;
  for (std::size_t i = 0; i < plan.metrics.size(); ++i) {
    const auto over_arms = metric_over_arms(arms, i);
    auto metric_settings =
        settings_for(analysis.request, plan.metrics[i].measure.name, over_arms, analysis.look);
    if (!metric_settings) return tl::unexpected(metric_settings.error());
    analysis.metrics.push_back(
        analyse_metric(plan.metrics[i], analysis.variants, over_arms, *metric_settings));
    if (!plan.roles.empty()) analysis.metrics.back().role = plan.roles[i];
    settings.push_back(std::move(*metric_settings));
  }
  if (auto used = check_choices_are_used(analysis.request, analysis.metrics); !used)
    return tl::unexpected(used.error());
  for (const DimensionPlan& dimension : plan.dimensions) {
    const auto segments = merge_segments(frame, analysis.variants, dimension, plan.metrics.size());
    if (segments.size() > kMaximumSegments) {
      return fail(ErrorCode::BadData,
                  fmt::format("'{}' splits the units into {} segments; {} is the most that can be analysed",
                              dimension.name, grouped(segments.size()), grouped(kMaximumSegments)),
                  "group its values first (a number into ranges, a date into weeks), or leave it out");
    }
    analysis.sample_ratio.by_dimension.push_back({dimension.name, split_by_segment(segments), false});
    for (std::size_t i = 0; i < plan.metrics.size(); ++i) {
      if (is_exploratory(analysis.metrics[i])) continue;
      for (SegmentTable& table : analyse_segments(analysis.request, dimension.name, segments, arms, i,
                                                  plan.metrics[i].measure.name, settings[i])) {
        analysis.segment_tables.push_back(std::move(table));
      }
    }
    note_few_segments(analysis, dimension.name);
  }
  return {};
}

}  // namespace

Result<Analysis> analyze_file(store::Warehouse& warehouse, const AnalysisRequest& request,
                              const store::Progress& progress) {
  auto plan = plan_frame(warehouse, request);
  if (!plan) return tl::unexpected(plan.error());
  Analysis analysis;
  analysis.request = request;
  analysis.source = plan->query.exposures.path;
  if (plan->query.events) analysis.source += " with " + plan->query.events->file.path;
  return analyse_plan(warehouse, std::move(*plan), std::move(analysis), progress);
}

Result<Analysis> analyse_plan(store::Warehouse& warehouse, FramePlan plan, Analysis analysis,
                              const store::Progress& progress) {
  auto frame = warehouse.aggregate(plan.query, progress);
  if (!frame) return tl::unexpected(frame.error());
  const bool lacks_covariates =
      std::ranges::any_of(frame->covariate_missing, [](std::uint64_t missing) { return missing > 0; });
  if (lacks_covariates) {
    add_missing_indicators(plan, *frame);
    frame = warehouse.aggregate(plan.query, progress);
    if (!frame) return tl::unexpected(frame.error());
  }

  analysis.source_format = describe_format(plan.query.exposures);
  analysis.rows = frame->rows;
  analysis.assumptions = plan.assumptions;
  analysis.findings = plan.findings;
  auto variants = find_variants(*frame, plan, analysis.request, analysis.assumptions);
  if (!variants) return tl::unexpected(variants.error());
  analysis.variants = std::move(*variants);
  for (const Variant& variant : analysis.variants) analysis.units += variant.units;
  note_horizon(analysis);

  const Arms arms = merge_all(*frame, analysis.variants, plan.metrics.size());
  check_variant_names(analysis);
  check_sample_ratio(analysis);
  check_frame(analysis, *frame, plan.query);
  check_covariates(analysis, plan.query, metric_over_arms(arms, 0));
  if (auto done = analyse_metrics_and_segments(analysis, plan, *frame, arms); !done)
    return tl::unexpected(done.error());
  check_split_by_segment(analysis);
  correct_metrics(analysis);
  correct_segments(analysis);
  correct_heterogeneity(analysis);
  judge(analysis);
  analysis.methods = methods_used(analysis);
  note_assumptions(analysis);
  if (analysis.request.with_distributions) {
    if (auto done = add_histograms(analysis, warehouse, plan.query, arms); !done)
      return tl::unexpected(done.error());
  }
  conclude(analysis);
  analysis.next = next_step(analysis);
  return analysis;
}

}  // namespace splitplot::experiment
