// What the data say about themselves before any effect is read: the variants, the split, what was left out,
// the covariates.
#pragma once

#include "frame_plan.hpp"
#include "segment_analysis.hpp"

#include <splitplot/experiment/analysis.hpp>

#include <optional>
#include <string>
#include <vector>

namespace splitplot::experiment {

/// The variants, the control first, then by name; the planned ones are among them also without units. Notes how the
/// control was found, where the user did not say. Errors: BadData (fewer than two variants, or so many that the column is no variant), NotFound (no
/// such control or weight).
[[nodiscard]] Result<std::vector<Variant>> find_variants(const store::Frame& frame, const FramePlan& plan,
                                                         const AnalysisRequest& request,
                                                         std::vector<Assumption>& assumptions);

/// The name that a control commonly has, or that says what it lacks ("No E-Mail").
[[nodiscard]] std::optional<std::string> guess_control(const std::vector<std::string>& names);

/// Position of a variant that is known to be there.
[[nodiscard]] std::size_t index_of(const std::vector<Variant>& variants, const std::string& name);

/// "CSV (';'), gzip", "Parquet", "JSON lines".
[[nodiscard]] std::string describe_format(const store::TabularFile& file);

/// A served experiment that is to be judged at a fixed size is no result before it: a Problem.
void note_horizon(Analysis& analysis);

/// Compares the split with the planned one; a mismatch is a Problem.
void check_sample_ratio(Analysis& analysis);

/// Is the split the same in every segment of a dimension?
[[nodiscard]] stats::Estimated<stats::ChiSquareTest> split_by_segment(const std::vector<Segment>& segments);

/// A split that differs between the segments of a dimension is a Problem: an overall effect may then come from the mix alone (Simpson).
void check_split_by_segment(Analysis& analysis);

/// Variants whose names differ in blanks or case alone are most likely one variant, spelt in two ways.
void check_variant_names(Analysis& analysis);

/// Rows and units that were left out, or that looked odd.
void check_frame(Analysis& analysis, const store::Frame& frame, const store::UnitFrameQuery& query);

/// A covariate that differs between variants was hardly measured before the exposure.
void check_covariates(Analysis& analysis, const store::UnitFrameQuery& query,
                      const std::vector<const store::MetricAggregate*>& arms);

/// What was assumed of the metrics, the split and the plan, and how to say otherwise.
void note_assumptions(Analysis& analysis);

}  // namespace splitplot::experiment
