/// Counts against a plan, and counts against each other: sample-ratio mismatch (SRM: did the split that was planned arrive? A mismatch
/// means that units were lost or gained by variant, and no effect can be trusted), and tables. Pure functions, thread-safe.
#pragma once

#include <splitplot/stats/assumptions.hpp>
#include <splitplot/stats/compare/proportion_intervals.hpp>
#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/moments.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace splitplot::stats {

struct ChiSquareTest {
  double statistic = 0;
  double degrees_of_freedom = 0;
  double p_value = 1;
  Assumptions assumptions{};
  Concerns concerns{};  ///< FewUnits where an expected count is below 5
};

/// Pearson's chi-square of observed counts against planned weights (any positive scale). Arms of weight zero
/// are left out of the test and of its degrees of freedom. Fixed horizon: looked at repeatedly it alarms too
/// often. Not estimable: fewer than two arms with weight, no units, a negative or non-finite weight, sizes
/// that differ.
[[nodiscard]] Estimated<ChiSquareTest> sample_ratio_test(std::span<const std::uint64_t> observed,
                                                         std::span<const double> weights);

/// How the counts of two arms are held against a plan.
enum class TwoArmRatioTest {
  ExactBinomial,    ///< sum of the outcomes at most as likely as this one, ties within a relative 1e-7
  NormalCorrected,  ///< z with Yates's continuity correction
  Normal,           ///< z, whose square is Pearson's chi-square
};

/// Two-sided p-value of the counts of two arms. Exact where few units make chi-square coarse; time grows with the standard deviation of a
/// count. Not estimable: other than two arms with positive finite weights, no units.
[[nodiscard]] Estimated<double> two_arm_ratio_p_value(
    std::span<const std::uint64_t> observed, std::span<const double> weights,
    TwoArmRatioTest method = TwoArmRatioTest::ExactBinomial);

/// What a table's departure from independence is measured by.
enum class TableStatistic {
  Pearson,          ///< sum of (observed - expected)^2 / expected
  LikelihoodRatio,  ///< G = 2 sum of observed log(observed / expected)
};

struct IndependenceOptions {
  TableStatistic statistic = TableStatistic::Pearson;
  /// Of 2 x 2 tables alone: observed counts move by half a unit towards the expected ones, or up to them. Larger tables ignore it.
  Continuity continuity = Continuity::None;
};

/// Chi-square of independence for an r x c table of counts, row-major; empty rows and columns are left out. Used for "is the split the
/// same in every segment". Not estimable: fewer than two rows or columns left.
[[nodiscard]] Estimated<ChiSquareTest> independence_test(std::span<const std::uint64_t> table,
                                                         std::size_t columns,
                                                         const IndependenceOptions& options = {});

/// Counts that independence leads one to expect, row total x column total / units, row-major as the table. Not estimable: a table that
/// is not rectangular, or without units.
[[nodiscard]] Estimated<std::vector<double>> expected_counts(std::span<const std::uint64_t> table,
                                                             std::size_t columns);

/// Cramer's V (Cramer 1946): sqrt(chi-square / (units (min(rows, columns) - 1))), from 0 (independent) to 1. Refuses as
/// `independence_test` does.
[[nodiscard]] Estimated<double> cramers_v(std::span<const std::uint64_t> table, std::size_t columns);

/// Are the proportions of two or more arms equal? Pearson's chi-square of the table of successes and failures, degrees arms - 1. Not
/// estimable: fewer than two arms, an arm without units or with more successes than units, nobody or everybody succeeds.
[[nodiscard]] Estimated<ChiSquareTest> equal_proportions_test(std::span<const SuccessCount> arms);

}  // namespace splitplot::stats
