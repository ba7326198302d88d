#include <splitplot/base/random.hpp>
#include <splitplot/stats/compare/rank.hpp>
#include <splitplot/stats/distributions.hpp>

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

using Values = std::vector<std::vector<double>>;

std::vector<std::span<const double>> spans_of(const Values& groups) {
  return {groups.begin(), groups.end()};
}

/// H as (N - 1) times the share of the ranks' sum of squares between groups, ranks by counting: slow, and right with ties.
double slow_h(const Values& groups) {
  std::vector<double> all;
  for (const auto& group : groups) all.insert(all.end(), group.begin(), group.end());
  const auto rank = [&](double x) {
    double below = 0, equal = 0;
    for (const double y : all) below += y < x, equal += y == x;
    return below + (equal + 1) / 2;
  };
  const double n = static_cast<double>(all.size());
  double between = 0, total = 0;
  for (const auto& group : groups) {
    if (group.empty()) continue;
    double mean = 0;
    for (const double x : group) {
      mean += rank(x) / static_cast<double>(group.size());
      total += std::pow(rank(x) - (n + 1) / 2, 2);
    }
    between += static_cast<double>(group.size()) * std::pow(mean - (n + 1) / 2, 2);
  }
  return (n - 1) * between / total;
}

TEST(KruskalWallis, IsItsDefinitionWithTies) {
  RandomStream random(4);
  for (int round = 0; round < 50; ++round) {
    Values groups(2 + random.below(4));
    for (auto& group : groups) {
      const std::uint64_t size = 1 + random.below(12);
      for (std::uint64_t i = 0; i < size; ++i) group.push_back(static_cast<double>(random.below(7)));
    }
    groups[0].push_back(20);  // so that not all are equal
    const auto test = kruskal_wallis(spans_of(groups));
    ASSERT_TRUE(test);
    EXPECT_NEAR(test->statistic, slow_h(groups), 1e-11);
    EXPECT_EQ(test->p_value, chi_square_sf(test->statistic, static_cast<double>(groups.size() - 1)));
  }
}

TEST(KruskalWallis, DoesNotDependOnARisingTransformationOrOnOrder) {
  const Values base{{1, 4, 2.5, 9}, {3, 8, 7}, {0.1, 0.2, 2, 6, 11}};
  const double expected = kruskal_wallis(spans_of(base))->statistic;
  Values other{base[1], {}, base[2], base[0]};
  for (auto& group : other) {
    for (double& x : group) x = std::exp(30 * x) * 1e150;
  }
  other[2][4] = std::numeric_limits<double>::infinity();  // the largest stays the largest
  EXPECT_NEAR(kruskal_wallis(spans_of(other))->statistic, expected, 1e-12);
}

TEST(KruskalWallis, RefusesWhatHasNoOrder) {
  EXPECT_FALSE(kruskal_wallis(spans_of({})));
  EXPECT_FALSE(kruskal_wallis(spans_of({{1, 2}, {}})));
  EXPECT_FALSE(kruskal_wallis(spans_of({{1, 1}, {1}})));
  EXPECT_FALSE(kruskal_wallis(spans_of({{1, std::nan("")}, {1}})));
  EXPECT_TRUE(kruskal_wallis(spans_of({{1}, {2}}))->concerns.contains(Concern::FewUnits));
  EXPECT_TRUE(kruskal_wallis(spans_of({{5e-324, 1e308}, {0, -1e308}})));
}

}  // namespace
}  // namespace splitplot::stats
