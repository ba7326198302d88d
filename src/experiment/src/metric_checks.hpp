// What in a metric's data weakens its numbers.
#pragma once

#include "metric_analysis.hpp"

#include <vector>

namespace splitplot::experiment {

/// Adds the findings of a metric: no values, constant ones, small variants, missing values, and what speaks against its comparisons.
void check_metric(MetricResult& result, const std::vector<Variant>& variants,
                  const std::vector<const store::MetricAggregate*>& arms, const ComparisonSettings& settings);

}  // namespace splitplot::experiment
