// From what a user asked to a question that the warehouse can answer.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/experiment/analysis.hpp>
#include <splitplot/experiment/metric_definition.hpp>
#include <splitplot/store/warehouse.hpp>

#include <string>
#include <vector>

namespace splitplot::experiment {

/// A dimension of the analysis: one column, or several crossed.
struct DimensionPlan {
  std::string name;                  ///< as the user wrote it
  std::vector<std::size_t> columns;  ///< indices into UnitFrameQuery::dimension_columns
};

struct FramePlan {
  store::UnitFrameQuery query;
  std::vector<MetricDefinition> metrics;  ///< in the order of query.metrics
  std::vector<DimensionPlan> dimensions;
  std::vector<MetricRole> roles;              ///< of a served experiment: one per metric
  std::vector<std::string> planned_variants;  ///< of a served experiment: they stay also without units
  std::vector<Assumption> assumptions;
  std::vector<Finding> findings;
};

/// Settings that contradict themselves, whatever is analysed. Errors: InvalidArgument.
[[nodiscard]] Result<void> check_settings(const AnalysisRequest& request);

/// Opens the file(s), looks every name up, and checks that the request makes sense before any row is read.
[[nodiscard]] Result<FramePlan> plan_frame(store::Warehouse& warehouse, const AnalysisRequest& request);

/// For each covariate that lacks values in some units, adds a covariate that is 1 where the value is missing.
/// With it the adjustment does not depend on the number that stands for a missing value.
void add_missing_indicators(FramePlan& plan, const store::Frame& frame);

}  // namespace splitplot::experiment
