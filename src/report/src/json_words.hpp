/// The words of the analysis' JSON. They are part of the format and never change.
#pragma once

#include <splitplot/experiment/analysis.hpp>
#include <splitplot/stats/assumptions.hpp>

#include <string_view>

namespace splitplot::report {

[[nodiscard]] std::string_view word(stats::Correction correction);
/// "hierarchical", or the correction.
[[nodiscard]] std::string_view word(experiment::FamilyStructure structure, stats::Correction correction);
[[nodiscard]] std::string_view word(experiment::Severity severity);
[[nodiscard]] std::string_view word(experiment::MetricKind kind);
[[nodiscard]] std::string_view word(experiment::MetricRole role);
[[nodiscard]] std::string_view word(experiment::Monitoring monitoring);
[[nodiscard]] std::string_view word(store::RepeatedUnits repeated);
[[nodiscard]] std::string_view word(stats::Assumption assumption);

}  // namespace splitplot::report
