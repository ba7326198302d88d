// What a file offers to somebody who did not say yet which column is what.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/experiment/analysis.hpp>
#include <splitplot/store/warehouse.hpp>

namespace splitplot::app {

/// Why a request without a variant or a metric cannot be run: the file cannot be read, or else which option is missing, with the
/// columns, what they seem to be, and the command to type.
[[nodiscard]] Error what_is_missing(store::Warehouse& warehouse, const experiment::AnalysisRequest& request);

}  // namespace splitplot::app
