/// Words that the text and the JSON of a plan share. Pure functions.
#pragma once

#include <splitplot/stats/power/plan.hpp>
#include <splitplot/stats/power/segment_plan.hpp>

#include <string>
#include <string_view>

namespace splitplot::report {

/// As the option and the JSON spell it ("always-valid"), and as a sentence starts with it.
[[nodiscard]] std::string_view word_of(stats::DesignMethod method);
[[nodiscard]] std::string_view name_of(stats::DesignMethod method);
/// What it is good for.
[[nodiscard]] std::string_view reason_for(stats::DesignMethod method);

[[nodiscard]] std::string_view word_of(stats::SegmentVerdict verdict);

}  // namespace splitplot::report
