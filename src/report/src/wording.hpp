/// The words that all reports share, so that a terminal and a page say the same thing of the same number.
/// Names are as in the data: a renderer makes them fit for its medium. Pure functions.
#pragma once

#include "numbers.hpp"

#include <splitplot/experiment/analysis.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace splitplot::report {

using experiment::Verdict;

/// Over all units: "significantly better", "significantly worse", "no significant difference", "no verdict", "cannot be
/// compared".
[[nodiscard]] std::string_view words_of(Verdict verdict);
/// Of a segment, the one verdict that its numbers have together: "helps", "harms", "unclear", "no verdict", "no data".
[[nodiscard]] std::string_view segment_words_of(Verdict verdict);
/// How the verdict of a segment is reached, in a sentence.
[[nodiscard]] std::string segment_verdict_sentence(const experiment::Analysis& analysis);
/// Whether to call a segment too small: what has a verdict was large enough.
[[nodiscard]] bool shows_too_small(const experiment::SegmentResult& segment);

[[nodiscard]] std::string_view words_of(experiment::Severity severity);

[[nodiscard]] Quantity quantity_of(const experiment::MetricResult& metric);
/// "rate" or "mean".
[[nodiscard]] std::string_view kind_of(const experiment::MetricResult& metric);
/// "higher is better" or "lower is better".
[[nodiscard]] std::string_view direction_of(const experiment::MetricResult& metric);
/// "rate, higher is better"; of a served experiment with its part in the plan: "guardrail, mean, lower is better".
[[nodiscard]] std::string about(const experiment::MetricResult& metric);
/// The difference's unit as a heading says it: "percentage points", or "in the metric's own unit".
[[nodiscard]] std::string_view difference_unit(const experiment::MetricResult& metric);

/// "(empty)" where a name has no visible character.
[[nodiscard]] std::string name_or_empty(const std::string& name);
[[nodiscard]] std::string variant_name(const experiment::Analysis& analysis, std::size_t variant);
[[nodiscard]] std::string control_name(const experiment::Analysis& analysis);

/// "95 % interval", or "always-valid 95 % interval" where the test is watched, "repeated" with planned looks.
[[nodiscard]] std::string interval_name(const experiment::Analysis& analysis);

/// Which intervals stand beside raw and pooled effects: "each with its 95 % interval", or what tells them
/// apart where the test is watched.
[[nodiscard]] std::string raw_and_pooled_intervals(const experiment::Analysis& analysis);

/// "64,000 units in 3 variants, 3 metrics".
[[nodiscard]] std::string size_sentence(const experiment::Analysis& analysis);
/// "corrected " before a p-value that was corrected over the family, else nothing. Never "adjusted", which is
/// said of covariates.
[[nodiscard]] std::string_view correction_prefix(const experiment::Family& family);
/// The heading of a column of such p-values: "Corrected p" or "p".
[[nodiscard]] std::string p_heading(const experiment::Family& family);
/// What "significant" means here: "Significant means a corrected p-value of at most .05: Holm over 6 tests (2
/// treatments x 3 metrics)."
[[nodiscard]] std::string family_sentence(const experiment::Family& family, double alpha);
/// What was read off the split of units.
[[nodiscard]] std::string sample_ratio_sentence(const experiment::Analysis& analysis);
[[nodiscard]] std::string split_by_dimension_sentence(const experiment::SampleRatio::ByDimension& split);
/// How intervals, p-values and Bayesian numbers may be read under the analysis' monitoring.
[[nodiscard]] std::string monitoring_sentence(const experiment::Analysis& analysis);
/// What to know of a comparison's chance to win, which is Bayesian, where its corrected test found nothing: "for one look, uncorrected". Else
/// empty.
[[nodiscard]] std::string_view chance_note(const experiment::Analysis& analysis,
                                           const experiment::Comparison& comparison);
/// What pooling did and how much of the spread is real.
[[nodiscard]] std::string spread_sentence(const experiment::SegmentTable& table, Quantity quantity);
/// Which segment has the best effect, where one is likely to; else empty.
[[nodiscard]] std::string best_segment_sentence(const experiment::SegmentTable& table);
/// The mean over segments by random effects; empty where there is none.
[[nodiscard]] std::string meta_analysis_sentence(const experiment::SegmentTable& table, Quantity quantity);
/// Whether the effect differs between the segments, by the corrected test at `alpha`.
[[nodiscard]] std::string heterogeneity_sentence(const experiment::SegmentTable& table, double alpha);
/// What a covariate did to a comparison.
[[nodiscard]] std::string adjustment_sentence(const experiment::Analysis& analysis,
                                              const experiment::MetricResult& metric,
                                              const experiment::CovariateAdjustment& adjustment);

/// What the next step says of segments, a sentence each: whom a test is to be about, with the condition that says so.
[[nodiscard]] std::vector<std::string> target_sentences(const experiment::Analysis& analysis);

/// Problems first, then warnings, then notes; otherwise in the given order.
[[nodiscard]] std::vector<experiment::Finding> by_severity(std::vector<experiment::Finding> findings);

}  // namespace splitplot::report
