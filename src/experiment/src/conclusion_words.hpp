// The pieces that sentences of a conclusion are made of.
#pragma once

#include <splitplot/experiment/analysis.hpp>
#include <splitplot/experiment/numbers.hpp>

#include <string>
#include <vector>

namespace splitplot::experiment {

[[nodiscard]] Quantity quantity_of(const MetricResult& metric);

/// "a", "a and b", "a, b and c".
[[nodiscard]] std::string enumerated(const std::vector<std::string>& items);

/// "+7.66 points [6.99, 8.32]" in the metric's unit.
[[nodiscard]] std::string change_text(const MetricResult& metric, const stats::Estimate& difference);

/// A metric that is the same for every unit, has no value at all, or lacks values in one variant more than in another, says nothing
/// about any treatment.
[[nodiscard]] const Finding* reason_to_skip(const MetricResult& metric);

}  // namespace splitplot::experiment
