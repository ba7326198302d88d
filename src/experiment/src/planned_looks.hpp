// A test with a limited number of planned looks, of which only the data of now are known.
#pragma once

#include <splitplot/experiment/analysis.hpp>
#include <splitplot/stats/assumptions.hpp>

#include <cstdint>

namespace splitplot::experiment {

/// Where the test stands with `units_now` in all variants. Earlier looks count by the alpha that they could spend. Errors:
/// InvalidArgument where the looks contradict the plan or the units of the file.
[[nodiscard]] Result<LookStatus> look_status(const LookPlan& plan, double alpha, std::uint64_t units_now);

/// z of a difference by its test of one look: its two-sided p-value on the scale of the normal distribution, so that exact and
/// Student's tests keep what they know of small samples.
[[nodiscard]] double z_of(const stats::Difference& difference);

/// The smallest alpha with which z would be at or beyond the boundary of this look: the repeated p-value, earlier looks taken as not
/// having crossed. At most `alpha` exactly where |z| is at or beyond the boundary.
[[nodiscard]] double p_value_at_look(const LookPlan& plan, const LookStatus& look, double alpha, double z);

/// The assumptions of a test of one look, once it is one of the planned ones.
[[nodiscard]] stats::Assumptions at_planned_looks(const stats::Assumptions& assumptions);

}  // namespace splitplot::experiment
