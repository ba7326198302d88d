/// Do several groups have the same mean, or the same spread? Analysis of variance on mergeable
/// aggregates, or on values where the last digit counts. Pure functions, thread-safe.
#pragma once

#include <splitplot/stats/assumptions.hpp>
#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/moments.hpp>

#include <span>

namespace splitplot::stats {

/// An F test of "all groups are alike".
struct FTest {
  double statistic = 0;
  double degrees_between = 0;
  double degrees_within = 0;
  double p_value = 1;
  Assumptions assumptions;
  Concerns concerns;  ///< `FewUnits` where the smallest group has fewer than 10
};

struct AnalysisOfVariance {
  FTest test;
  double sum_of_squares_between = 0;
  double sum_of_squares_within = 0;
  double r_squared = 0;           ///< share of the sum of squares that lies between groups
  double residual_deviation = 0;  ///< standard deviation within groups
};

/// One-way analysis of variance (Fisher), equal variances taken for granted. Groups without units are left out. Not
/// estimable: fewer than two groups, no more units than groups, no spread within groups, moments or values that are not
/// finite numbers. Values of mean 1e12 and deviation 0.1 (NIST StRD, SmLs07-09) keep ten digits of F: on values by sums in
/// long double around one of them, on aggregates because these keep what rounding leaves off a mean.
[[nodiscard]] Estimated<AnalysisOfVariance> one_way_anova(std::span<const Moments> groups);
[[nodiscard]] Estimated<AnalysisOfVariance> one_way_anova(std::span<const std::span<const double>> groups);

/// Welch's heteroscedastic F test (Welch 1951, Biometrika 38). Not estimable: fewer than two groups with units, a group
/// of one unit or without spread, moments that are not finite.
[[nodiscard]] Estimated<FTest> welch_anova(std::span<const Moments> groups);

/// Where a group's spread is measured from.
enum class SpreadCentre {
  Mean,    ///< Levene 1960: for values that are close to normal
  Median,  ///< Brown & Forsythe 1974, JASA 69: holds its error rate for skewed values, too
};

/// Equal spreads: one-way analysis of variance of |value - centre of its group|. O(n) time and memory. Not estimable: as
/// `one_way_anova` on these.
[[nodiscard]] Estimated<FTest> levene_test(std::span<const std::span<const double>> groups,
                                           SpreadCentre centre = SpreadCentre::Median);

}  // namespace splitplot::stats
