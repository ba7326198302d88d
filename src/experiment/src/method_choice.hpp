// Which test, interval and prior a metric gets, and how that is told.
#pragma once

#include "metric_analysis.hpp"

#include <splitplot/experiment/analysis.hpp>
#include <splitplot/stats/compare/proportions.hpp>

#include <vector>

namespace splitplot::experiment {

/// The test of proportions that a method means; Automatic for methods of means.
[[nodiscard]] stats::ProportionTest proportion_test(ComparisonMethod method);

/// Whether a test holds its error rate in every sample, however small.
[[nodiscard]] bool is_exact(stats::TestMethod test);

/// Fills in method, interval and prior of a metric whose kind is known: its own, or the one for its kind. Errors: InvalidArgument where
/// a choice made for this metric by name does not fit its kind.
[[nodiscard]] Result<void> choose_statistics(const AnalysisRequest& request, const std::string& metric_name,
                                             ComparisonSettings& settings);

/// Errors: InvalidArgument where a choice made for all metrics fits none of these kinds.
[[nodiscard]] Result<void> check_choices_are_used(const AnalysisRequest& request,
                                                  const std::vector<MetricResult>& metrics);

/// Tells for each combination of test and interval which metrics it was used for, and why.
[[nodiscard]] std::vector<MethodUsed> methods_used(const Analysis& analysis);

}  // namespace splitplot::experiment
