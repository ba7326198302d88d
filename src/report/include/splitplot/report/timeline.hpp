/// An experiment's effect over time as people and programs read it. Pure functions; they compute no statistic.
#pragma once

#include <splitplot/experiment/timeline.hpp>
#include <splitplot/report/report.hpp>

#include <string>

namespace splitplot::report {

/// A row per step: the cumulative effect with its always-valid band as a bar, and that of the units first exposed in
/// the step.
[[nodiscard]] std::string to_terminal(const experiment::Timeline& timeline, const TerminalStyle& style = {});

/// The document of docs/formats/timeline-v1.schema.json.
[[nodiscard]] std::string to_json(const experiment::Timeline& timeline);

}  // namespace splitplot::report
