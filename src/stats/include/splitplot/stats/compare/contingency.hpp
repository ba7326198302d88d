/// Sample-ratio mismatch (SRM): did the split that was planned arrive? A mismatch means that units were lost
/// or gained by variant, and no effect can be trusted. Pure functions, thread-safe.
#pragma once

#include <splitplot/stats/estimate.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace splitplot::stats {

struct ChiSquareTest {
  double statistic = 0;
  double degrees_of_freedom = 0;
  double p_value = 1;
};

/// Pearson's chi-square of observed counts against planned weights (any positive scale). Arms of weight zero
/// are left out of the test and of its degrees of freedom. Fixed horizon: looked at repeatedly it alarms too
/// often. Not estimable: fewer than two arms with weight, no units, a negative or non-finite weight, sizes
/// that differ.
[[nodiscard]] Estimated<ChiSquareTest> sample_ratio_test(std::span<const std::uint64_t> observed,
                                                         std::span<const double> weights);

/// Pearson's chi-square of independence for an r x c table of counts, row-major; empty rows and columns are
/// left out. Used for "is the split the same in every segment". Not estimable: fewer than two rows or columns
/// left.
[[nodiscard]] Estimated<ChiSquareTest> independence_test(std::span<const std::uint64_t> table,
                                                         std::size_t columns);

}  // namespace splitplot::stats
