/// The way between the caller's units and the working units in which segments are pooled: effects centred, effects and errors
/// divided by the smallest standard error. Private to `stats`; thread-safe.
#pragma once

#include "pooling/spread_posterior.hpp"

#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/pooling/segments.hpp>

#include <optional>
#include <span>

namespace splitplot::stats {

struct Units {
  double centre = 0;
  double unit = 1;           ///< the smallest standard error
  double typical_error = 1;  ///< s0 in working units
};

/// A pooling problem in working units.
struct PoolingProblem {
  WorkingSegments segments;
  WorkingPrior prior;
  Units units;
  std::optional<SpreadPanels> panels;
};

/// Checks segments and options as `pool_segments` says.
[[nodiscard]] Estimated<PoolingProblem> pooling_problem(std::span<const SegmentEffect> segments,
                                                        const PoolingOptions& options);

}  // namespace splitplot::stats
