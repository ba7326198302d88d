// Aggregates by variant, for the whole experiment or for one segment: cells of the frame, merged.
#pragma once

#include <splitplot/store/unit_frame.hpp>

#include <cstdint>
#include <vector>

namespace splitplot::experiment {

/// One variant's units and metrics.
struct ArmAggregate {
  std::uint64_t units = 0;
  std::vector<store::MetricAggregate> metrics;
};

/// Indexed by variant, the control at 0.
using Arms = std::vector<ArmAggregate>;

/// Adds a cell of the frame to its variant.
void merge_cell(ArmAggregate& arm, const store::Cell& cell);

/// One metric over the arms.
[[nodiscard]] std::vector<const store::MetricAggregate*> metric_over_arms(const Arms& arms,
                                                                          std::size_t metric);

}  // namespace splitplot::experiment
