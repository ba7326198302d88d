/// What the group-sequential sources share: checks, and a design's boundaries put into the recursion. Private to `stats`.
#pragma once

#include "sequential/crossing.hpp"

#include <splitplot/stats/sequential/group_sequential.hpp>

#include <optional>
#include <string>
#include <vector>

namespace splitplot::stats {

/// Why looks cannot be at these amounts of information, or nothing.
[[nodiscard]] std::optional<std::string> refusal_of_information(std::span<const double> information);

/// Why this is no design, or nothing: the sizes agree, information increases, critical values are positive numbers.
[[nodiscard]] std::optional<std::string> refusal_of(const GroupSequentialDesign& design);

/// Information as shares of the last look's.
[[nodiscard]] std::vector<double> shares_of_last(std::span<const double> information);

/// Fixes the region of the next look between the critical values for z.
void advance_by_critical(CrossingRecursion& recursion, double critical, StoppingSides sides);

/// A recursion through all looks of the design but the last, on times that are shares of the last look's information; so
/// `drift` is the mean of z at the last look.
[[nodiscard]] CrossingRecursion recursion_of(const GroupSequentialDesign& design, double drift,
                                             double open_reach = CrossingRecursion::kUsualReach);

}  // namespace splitplot::stats
