#include "arms.hpp"

namespace splitplot::experiment {

void merge_cell(ArmAggregate& arm, const store::Cell& cell) {
  arm.units += cell.units;
  arm.metrics.resize(cell.metrics.size());
  for (std::size_t i = 0; i < cell.metrics.size(); ++i) {
    store::MetricAggregate& total = arm.metrics[i];
    const store::MetricAggregate& part = cell.metrics[i];
    total.moments.merge(part.moments);
    total.missing += part.missing;
    total.only_zero_and_one = total.only_zero_and_one && part.only_zero_and_one;
    total.with_covariates.merge(part.with_covariates);
  }
}

std::vector<const store::MetricAggregate*> metric_over_arms(const Arms& arms, std::size_t metric) {
  std::vector<const store::MetricAggregate*> result;
  for (const ArmAggregate& arm : arms) result.push_back(&arm.metrics[metric]);
  return result;
}

}  // namespace splitplot::experiment
