/// The confidence sequence as a sequential design: the critical values that its interval means at planned looks, so that its power is
/// computed by the same exact recursion as a group-sequential test's (sequential/group_sequential_power.hpp). Pure function,
/// thread-safe.
#pragma once

#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/sequential/group_sequential.hpp>

#include <cstddef>

namespace splitplot::stats {

/// z at which the asymptotic confidence sequence leaves out zero, at `looks` equally spaced looks, the last of which is the sample that
/// it is tuned for: sqrt(2 (m + 1) / m log(sqrt(m + 1) / alpha)), m the share of that sample times rho^2 n (Waudby-Smith et al. 2024, see
/// sequential/confidence_sequence.hpp). The bounds depend on shares alone, so that one drift belongs to a power whatever the sample.
/// Not estimable: alpha outside (0, 1), no looks or more than kMostLooks.
[[nodiscard]] Estimated<GroupSequentialDesign> always_valid_design(std::size_t looks, double alpha = 0.05);

}  // namespace splitplot::stats
