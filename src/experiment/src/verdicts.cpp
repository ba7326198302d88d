#include "verdicts.hpp"

#include <algorithm>

namespace splitplot::experiment {
namespace {

template <typename Test>
void withhold(Test& test) {
  test.verdict_withheld = test.significant;
  test.significant = false;
}

template <typename Test>
Verdict verdict(const Test& test, const stats::Estimated<stats::Difference>& difference,
                stats::Direction direction) {
  if (!difference) return Verdict::Unknown;
  if (test.verdict_withheld) return Verdict::Withheld;
  if (!test.significant || difference->value == 0) return Verdict::Unclear;
  const bool up_is_better = direction == stats::Direction::HigherIsBetter;
  return (difference->value > 0) == up_is_better ? Verdict::Helps : Verdict::Harms;
}

/// The pooled effect may take back what the segment alone seemed to show; it never adds a verdict, so that the
/// corrected test bounds the false ones.
Verdict verdict(const SegmentResult& segment, stats::Direction direction) {
  const Verdict alone = verdict(segment, segment.raw, direction);
  if (!is_established(alone) || !segment.pooled) return alone;
  const auto& [lower, upper] = segment.pooled->interval;
  return (segment.raw->value > 0 ? lower > 0 : upper < 0) ? alone : Verdict::Unclear;
}

/// Nothing on this metric may be called an effect.
bool is_unfit(const Analysis& analysis, const MetricResult& metric) {
  return !analysis.sample_ratio.trusted() || metric.role == MetricRole::Exploratory ||
         (analysis.served && analysis.served->before_horizon) ||
         std::ranges::any_of(metric.findings,
                             [](const Finding& finding) { return finding.code == "missing_by_variant"; });
}

}  // namespace

void judge(Analysis& analysis) {
  for (MetricResult& metric : analysis.metrics) {
    const bool unfit = is_unfit(analysis, metric);
    for (Comparison& comparison : metric.comparisons) {
      const std::uint64_t smaller = std::min(metric.arms[0].units, metric.arms[comparison.variant].units);
      if (unfit || smaller < kMinimumVerdictUnits) withhold(comparison);
      comparison.verdict = verdict(comparison, comparison.difference, metric.direction);
    }
    for (SegmentTable& table : analysis.segment_tables) {
      if (&analysis.metrics[table.metric] != &metric) continue;
      for (SegmentResult& segment : table.segments) {
        if (unfit || std::min(segment.control_units, segment.treatment_units) < kMinimumVerdictUnits)
          withhold(segment);
        segment.verdict = verdict(segment, metric.direction);
      }
    }
  }
}

bool differs_between_segments(const Analysis& analysis, const SegmentTable& table) {
  return table.heterogeneity && table.adjusted_heterogeneity_p_value <= analysis.request.alpha;
}

std::optional<SegmentEstimate> estimate_of(const SegmentResult& segment) {
  if (segment.pooled)
    return SegmentEstimate{stats::Estimate{segment.pooled->mean, segment.pooled->interval}, true};
  if (segment.raw) return SegmentEstimate{stats::Estimate{segment.raw->value, segment.raw->interval}, false};
  return std::nullopt;
}

bool is_primary(const Analysis& analysis, std::size_t metric) {
  const auto& role = analysis.metrics[metric].role;
  return role ? role == MetricRole::Primary : metric == 0;
}

}  // namespace splitplot::experiment
