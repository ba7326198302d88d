/// Do several groups have the same mean, the same spread, and which of them differ? Analysis of variance on mergeable
/// aggregates, or on values where the last digit counts. Pure functions, thread-safe.
#pragma once

#include <splitplot/stats/assumptions.hpp>
#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/moments.hpp>

#include <cstddef>
#include <span>
#include <vector>

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

/// One pair of Tukey's all-pairs comparison.
struct PairDifference {
  std::size_t first = 0;   ///< index of the group that is subtracted
  std::size_t second = 0;  ///< always above `first`
  double value = 0;        ///< mean of `second` - mean of `first`
  Interval interval;       ///< simultaneous: all pairs are covered together at the confidence asked for
  double p_value = 1;      ///< adjusted for all pairs
};

struct AllPairs {
  std::vector<PairDifference> pairs;  ///< (0,1), (0,2), ..., (1,2), ...
  double degrees_within = 0;
  double residual_deviation = 0;
  Assumptions assumptions;
  Concerns concerns;
};

/// Tukey's honestly significant differences by the studentized range; for groups of different sizes Kramer's standard
/// errors (Tukey 1949, Biometrics 5; Kramer 1956, Biometrics 12), which are slightly conservative. Not estimable: as
/// `one_way_anova`, a group without units, a confidence outside (0, 1).
[[nodiscard]] Estimated<AllPairs> tukey_all_pairs(std::span<const Moments> groups, double confidence = 0.95);

}  // namespace splitplot::stats
