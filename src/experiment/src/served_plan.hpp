// From the documents of an experiment to what is asked of the event warehouse.
#pragma once

#include "frame_plan.hpp"

#include <splitplot/base/result.hpp>
#include <splitplot/experiment/served_experiment.hpp>
#include <splitplot/model/configuration.hpp>
#include <splitplot/store/event_warehouse.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace splitplot::experiment {

/// A metric of the analysis, with its part in the plan.
struct ServedMetric {
  const model::Metric* metric = nullptr;
  MetricRole role = MetricRole::Primary;
};

/// An experiment with all that its analysis rests on. Points into the question's configurations.
struct ServedPlan {
  const model::Experiment* experiment = nullptr;
  std::vector<ServedMetric> metrics;  ///< of the plan, then those that were added
  AnalysisRequest request;
};

/// Errors: NotFound, InvalidArgument, as of `served_request`.
[[nodiscard]] Result<ServedPlan> served_plan(const ServedQuestion& question);

/// The rows that the warehouse is to lay out.
[[nodiscard]] store::ExperimentRelation relation_of(const ServedPlan& plan, const ServedQuestion& question);

/// The question over the rows that it laid out. `dimensions` of the request that have too many levels are left out, with
/// a finding.
[[nodiscard]] FramePlan frame_plan_of(ServedPlan& plan, const store::ExperimentTables& tables);

/// The metric's events, as the warehouse lays them out, to one number per unit.
[[nodiscard]] store::Measure measure_of(const model::Metric& metric);

/// "sum of 'total' over 'Order Completed', within 7 days of the exposure"
[[nodiscard]] std::string definition_of(const model::Metric& metric);

/// The experiment of a key; nothing if it is not there.
[[nodiscard]] const model::Experiment* find_experiment(const model::Configuration& configuration,
                                                       std::string_view key);

}  // namespace splitplot::experiment
