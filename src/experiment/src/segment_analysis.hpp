// The segments of one dimension: each raw, and pooled with the others.
#pragma once

#include "arms.hpp"
#include "metric_analysis.hpp"

#include <splitplot/experiment/analysis.hpp>

#include <string>
#include <vector>

namespace splitplot::experiment {

struct Segment {
  std::string name;
  Arms arms;  ///< every variant, also those without units here
};

/// One forest plot per treatment. Adjusted p-values are left at 1 for the caller, who knows the whole family.
/// `overall` are the arms over all units; `settings` are the metric's.
[[nodiscard]] std::vector<SegmentTable> analyse_segments(const AnalysisRequest& request,
                                                         const std::string& dimension,
                                                         const std::vector<Segment>& segments,
                                                         const Arms& overall, std::size_t metric,
                                                         const std::string& metric_name,
                                                         const ComparisonSettings& settings);

/// Adds a finding where a dimension has so few segments that the prior decides how far they are pooled.
void note_few_segments(Analysis& analysis, const std::string& dimension);

}  // namespace splitplot::experiment
