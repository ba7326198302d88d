// The path of an analysis behind its plan, which files and served experiments share.
#pragma once

#include "frame_plan.hpp"

#include <splitplot/base/result.hpp>
#include <splitplot/experiment/analysis.hpp>
#include <splitplot/store/warehouse.hpp>

namespace splitplot::experiment {

/// Reads what the plan asks for, and analyses it. `analysis` comes with `request`, `source` and, of a served experiment,
/// `served`. Errors: as of `analyze_file`.
[[nodiscard]] Result<Analysis> analyse_plan(store::Warehouse& warehouse, FramePlan plan, Analysis analysis,
                                            const store::Progress& progress);

}  // namespace splitplot::experiment
