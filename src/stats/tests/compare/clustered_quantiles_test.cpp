#include <splitplot/base/random.hpp>
#include <splitplot/stats/compare/clustered_quantiles.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

struct Rows {
  std::vector<double> values;
  std::vector<std::uint64_t> units;
  [[nodiscard]] ClusteredRows view() const { return {values, units}; }
};

/// Units of one to nine rows that share a level.
Rows generate(std::size_t units, std::uint64_t seed, double shift = 0) {
  RandomStream random(seed);
  Rows rows;
  for (std::size_t unit = 0; unit < units; ++unit) {
    const double level = random.normal() + shift;
    for (std::uint64_t left = 1 + random.below(9); left > 0; --left) {
      rows.values.push_back(level + 0.5 * random.normal());
      rows.units.push_back(1000 * unit + 7);
    }
  }
  return rows;
}

TEST(ClusteredQuantile, ErrorIsThatOfUnitsLinearisedCounts) {
  const Rows rows = generate(50, 1);
  const auto result = clustered_quantile(rows.view(), 0.8);
  ASSERT_TRUE(result.has_value());
  std::map<std::uint64_t, double> sums;  // of (row at or below) - F over a unit's rows
  for (std::size_t i = 0; i < rows.values.size(); ++i) {
    sums[rows.units[i]] += (rows.values[i] <= result->value ? 1 : 0) - result->share.share;
  }
  double squares = 0, total = 0;
  for (const auto& [unit, sum] : sums) squares += sum * sum, total += sum;
  EXPECT_NEAR(total, 0, 1e-9);
  const double n = static_cast<double>(rows.values.size());
  EXPECT_NEAR(result->share.standard_error, std::sqrt(squares * 50 / 49) / n, 1e-13);
  EXPECT_EQ(result->units, 50U);
  EXPECT_GT(result->design_effect, 1.5);  // rows of a unit are alike
}

TEST(ClusteredQuantile, UnitsOfOneRowAreIndependentRows) {
  Rows rows = generate(400, 2);
  std::iota(rows.units.begin(), rows.units.end(), 0);
  const auto clustered = clustered_quantile(rows.view(), 0.5);
  ASSERT_TRUE(clustered.has_value());
  const double n = static_cast<double>(rows.values.size());
  const double share = clustered->share.share;
  EXPECT_NEAR(clustered->share.standard_error, std::sqrt(share * (1 - share) / (n - 1)), 1e-13);
  std::vector<double> sorted = rows.values;
  std::sort(sorted.begin(), sorted.end());
  const auto plain = quantile_interval(sorted, 0.5);
  EXPECT_LE(std::abs(static_cast<double>(clustered->ranks.lower) - static_cast<double>(plain->ranks.lower)),
            1);
  EXPECT_LE(std::abs(static_cast<double>(clustered->ranks.upper) - static_cast<double>(plain->ranks.upper)),
            1);
}

TEST(ClusteredQuantile, OrderOfRowsAndNamesOfUnitsDoNotMatter) {
  const Rows rows = generate(40, 3);
  Rows other = rows;
  std::reverse(other.values.begin(), other.values.end());
  std::reverse(other.units.begin(), other.units.end());
  for (std::uint64_t& unit : other.units) unit = ~unit;
  const auto one = clustered_quantile(rows.view(), 0.9), two = clustered_quantile(other.view(), 0.9);
  ASSERT_TRUE(one && two);
  EXPECT_EQ(one->interval, two->interval);
  EXPECT_NEAR(one->share.standard_error, two->share.standard_error, 1e-15);
}

TEST(ClusteredQuantile, CoversTheTrueQuantileWhereIndependentRowsWouldNot) {
  // The true median is zero by symmetry.
  constexpr int kRuns = 600;
  int clustered = 0, independent = 0;
  for (int run = 0; run < kRuns; ++run) {
    const Rows rows = generate(100, static_cast<std::uint64_t>(run) + 5000);
    clustered += clustered_quantile(rows.view(), 0.5)->interval.contains(0) ? 1 : 0;
    std::vector<double> sorted = rows.values;
    std::sort(sorted.begin(), sorted.end());
    independent += quantile_interval(sorted, 0.5)->interval.contains(0) ? 1 : 0;
  }
  EXPECT_NEAR(clustered / static_cast<double>(kRuns), 0.95, 3 * std::sqrt(0.05 * 0.95 / kRuns));
  EXPECT_LT(independent / static_cast<double>(kRuns), 0.8);
}

TEST(CompareClusteredQuantiles, SwappedArmsTurnTheSignAndAShiftIsFound) {
  const Rows control = generate(300, 8), treatment = generate(300, 9, 0.8);
  QuantileComparison options;
  options.type = QuantileType::Type1;
  const auto one = compare_clustered_quantiles(control.view(), treatment.view(), 0.75, options);
  const auto two = compare_clustered_quantiles(treatment.view(), control.view(), 0.75, options);
  ASSERT_TRUE(one && two);
  EXPECT_EQ(one->value, -two->value);
  EXPECT_EQ(one->interval.upper, -two->interval.lower);
  EXPECT_EQ(one->p_value, two->p_value);
  EXPECT_LT(one->p_value, 1e-6);
  EXPECT_TRUE(one->interval.contains(0.8));
  EXPECT_EQ(one->control, clustered_quantile(control.view(), 0.75)->value);
}

TEST(ClusteredShare, WorkedExample) {
  // Units (2 rows, 1 at or below), (4, 3), (3, 0): F = 4 / 9, linearised counts 1/9, 11/9, -12/9.
  const std::vector<ClusterCount> clusters{{2, 1}, {4, 3}, {3, 0}};
  const auto share = clustered_share(clusters);
  ASSERT_TRUE(share.has_value());
  EXPECT_NEAR(share->share, 4.0 / 9, 1e-15);
  EXPECT_NEAR(share->standard_error, std::sqrt((1 + 121 + 144) / 81.0 / 2 * 3) / 9, 1e-15);
}

TEST(ClusteredQuantile, RanksAreCutAndRefusalsGiven) {
  const auto ranks = clustered_quantile_ranks(10, 0.9, 0.2);
  ASSERT_TRUE(ranks.has_value());
  EXPECT_EQ(ranks->lower, 5U);  // floor(9 - 3.92)
  EXPECT_EQ(ranks->upper, 11U);
  EXPECT_FALSE(clustered_quantile_ranks(0, 0.9, 0.2).has_value());
  EXPECT_FALSE(clustered_quantile_ranks(10, 1, 0.2).has_value());
  EXPECT_FALSE(clustered_quantile_ranks(10, 0.5, -1).has_value());
  EXPECT_FALSE(clustered_quantile_ranks(10, 0.5, std::numeric_limits<double>::quiet_NaN()).has_value());
  EXPECT_FALSE(clustered_share(std::vector<ClusterCount>{{1, 1}}).has_value());
  EXPECT_FALSE(clustered_share(std::vector<ClusterCount>{{0, 0}, {0, 0}}).has_value());
  EXPECT_FALSE(clustered_share(std::vector<ClusterCount>{{1, 2}, {1, 1}}).has_value());
  const std::vector<double> values{1, 2, 3}, broken{1, std::numeric_limits<double>::infinity(), 3};
  const std::vector<std::uint64_t> units{1, 2, 2}, one_unit{4, 4, 4}, few{1, 2};
  EXPECT_FALSE(clustered_quantile({values, few}, 0.5).has_value());
  EXPECT_FALSE(clustered_quantile({broken, units}, 0.5).has_value());
  EXPECT_FALSE(clustered_quantile({values, one_unit}, 0.5).has_value());
  EXPECT_FALSE(clustered_quantile({{}, {}}, 0.5).has_value());
  EXPECT_FALSE(compare_clustered_quantiles({values, units}, {values, few}, 0.5).has_value());
}

}  // namespace
}  // namespace splitplot::stats
