/// Do several groups have the same distribution, judged by ranks alone? Works on values, since ranks are not mergeable.
/// Pure functions, thread-safe.
#pragma once

#include <splitplot/stats/assumptions.hpp>
#include <splitplot/stats/estimate.hpp>

#include <span>

namespace splitplot::stats {

struct RankTest {
  double statistic = 0;  ///< H, corrected for ties
  double degrees_of_freedom = 0;
  double p_value = 1;
  Assumptions assumptions;
  Concerns concerns;  ///< `FewUnits` where a group has fewer than five, for which chi-square is rough
};

/// Kruskal and Wallis's test (1952, JASA 47) with mean ranks for ties, against chi-square. Free of unit and of any rising
/// transformation. It is no test of means: groups of one mean and different shapes are told apart. Groups without values
/// are left out. O(n log n) time, O(n) memory. Not estimable: fewer than two groups, all values equal, NaN. Infinite values
/// rank first and last.
[[nodiscard]] Estimated<RankTest> kruskal_wallis(std::span<const std::span<const double>> groups);

}  // namespace splitplot::stats
