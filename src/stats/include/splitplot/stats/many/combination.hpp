/// One p-value from several of independent tests of the same hypothesis. Pure functions, thread-safe.
#pragma once

#include <splitplot/stats/assumptions.hpp>
#include <splitplot/stats/estimate.hpp>

#include <span>

namespace splitplot::stats {

struct CombinedTest {
  double statistic = 0;
  double p_value = 1;
  Assumptions assumptions{};
};

/// -2 sum log p against chi-square with two degrees a test (Fisher 1932, Statistical Methods for Research Workers, section 21.1): finds
/// one strong effect among many. A p-value of 0 answers 0. Not estimable: no p-values, one outside [0, 1].
[[nodiscard]] Estimated<CombinedTest> combine_fisher(std::span<const double> p_values);

/// Sum of w z over the root of the sum of w^2, z the upper normal quantile of a one-sided p-value (Stouffer 1949; with weights Liptak
/// 1958): finds many weak effects of one direction. Without weights all weigh alike; good weights are roots of sample sizes. Not
/// estimable: no p-values, one outside [0, 1], p-values of 0 and 1 together, sizes that differ, a weight that is negative or not
/// finite, weights that are all zero.
[[nodiscard]] Estimated<CombinedTest> combine_stouffer(std::span<const double> p_values,
                                                       std::span<const double> weights = {});

}  // namespace splitplot::stats
