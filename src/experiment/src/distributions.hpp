// How a metric's values are spread, for the picture of it.
#pragma once

#include "arms.hpp"

#include <splitplot/experiment/analysis.hpp>

namespace splitplot::experiment {

/// Gives every metric that is a mean its histograms, one per variant: two or more further passes over the
/// file for each, since the range to show is not known beforehand.
[[nodiscard]] Result<void> add_histograms(Analysis& analysis, store::Warehouse& warehouse,
                                          const store::UnitFrameQuery& query, const Arms& arms);

}  // namespace splitplot::experiment
