#include <splitplot/base/random.hpp>
#include <splitplot/stats/compare/anova.hpp>
#include <splitplot/stats/compare/means.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

using Values = std::vector<std::vector<double>>;

std::vector<std::span<const double>> spans_of(const Values& groups) {
  return {groups.begin(), groups.end()};
}

std::vector<Moments> moments_of_groups(const Values& groups) {
  std::vector<Moments> result;
  for (const auto& group : groups) result.push_back(moments_of(group).value());
  return result;
}

std::vector<Moments> added_one_by_one(const Values& groups) {
  std::vector<Moments> result(groups.size());
  for (std::size_t g = 0; g < groups.size(); ++g) {
    for (const double x : groups[g]) result[g].add(x);
  }
  return result;
}

Values draw(RandomStream& random, const std::vector<std::size_t>& sizes, double centre, double spread) {
  Values result;
  for (const std::size_t size : sizes) {
    result.emplace_back();
    const double shift = random.normal();
    for (std::size_t i = 0; i < size; ++i) {
      result.back().push_back(centre + spread * (shift + std::exp(random.normal())));
    }
  }
  return result;
}

/// F by its definition, in long double.
long double slow_f(const Values& groups) {
  long double total = 0, units = 0, within = 0, between = 0;
  for (const auto& group : groups) {
    for (const double x : group) total += x;
    units += static_cast<long double>(group.size());
  }
  for (const auto& group : groups) {
    long double mean = 0;
    for (const double x : group) mean += x / static_cast<long double>(group.size());
    for (const double x : group) within += (x - mean) * (x - mean);
    between += static_cast<long double>(group.size()) * (mean - total / units) * (mean - total / units);
  }
  const long double k = static_cast<long double>(groups.size());
  return between / (k - 1) / (within / (units - k));
}

TEST(OneWayAnova, IsItsDefinitionOnValuesAndOnAggregates) {
  RandomStream random(3);
  for (const auto& sizes : {std::vector<std::size_t>{5, 9, 2}, {30, 1, 4, 7}, {3, 3}}) {
    const Values groups = draw(random, sizes, 4, 2);
    const double expected = static_cast<double>(slow_f(groups));
    const auto by_values = one_way_anova(spans_of(groups));
    const auto by_moments = one_way_anova(moments_of_groups(groups));
    ASSERT_TRUE(by_values && by_moments);
    EXPECT_NEAR(by_values->test.statistic, expected, 1e-12 * expected);
    EXPECT_NEAR(by_moments->test.statistic, expected, 1e-12 * expected);
    EXPECT_NEAR(by_moments->r_squared, by_values->r_squared, 1e-13);
    EXPECT_EQ(by_values->test.degrees_between, static_cast<double>(sizes.size() - 1));
    EXPECT_TRUE(by_values->test.assumptions.contains(Assumption::EqualVariances));
  }
}

TEST(OneWayAnova, KeepsItsDigitsFarFromZero) {
  // Deviations are eighths, so that every value is exact and F is that of the data without the shift.
  RandomStream random(6);
  Values near(4), far(4);
  for (std::size_t g = 0; g < 4; ++g) {
    for (int i = 0; i < 200; ++i) {
      near[g].push_back(static_cast<double>(random.below(9) + g) / 8);
      far[g].push_back(1e12 + near[g].back());
    }
  }
  const double expected = static_cast<double>(slow_f(near));
  EXPECT_NEAR(one_way_anova(spans_of(far))->test.statistic, expected, 1e-12 * expected);
  EXPECT_NEAR(one_way_anova(moments_of_groups(far))->test.statistic, expected, 1e-10 * expected);
  EXPECT_NEAR(one_way_anova(added_one_by_one(far))->test.statistic, expected, 1e-10 * expected);
}

TEST(OneWayAnova, OfTwoGroupsIsThePooledT) {
  RandomStream random(9);
  const Values groups = draw(random, {12, 7}, 0, 1);
  const std::vector<Moments> moments = moments_of_groups(groups);
  MeansOptions pooled;
  pooled.variance = VarianceModel::Pooled;
  const auto t = compare_means(moments[0], moments[1], pooled);
  const auto f = one_way_anova(moments);
  EXPECT_NEAR(f->test.statistic, std::pow(t->value / t->standard_error, 2), 1e-11);
  EXPECT_NEAR(f->test.p_value, t->p_value, 1e-12);
  const auto welch = welch_anova(moments);
  const auto welch_t = compare_means(moments[0], moments[1]);
  EXPECT_NEAR(welch->degrees_within, welch_t->degrees_of_freedom, 1e-10);
  EXPECT_NEAR(welch->p_value, welch_t->p_value, 1e-12);
}

TEST(OneWayAnova, DoesNotDependOnUnitOriginOrOrder) {
  RandomStream random(14);
  const Values base = draw(random, {8, 11, 6}, 0, 1);
  const auto expected = one_way_anova(spans_of(base));
  const auto welch = welch_anova(moments_of_groups(base));
  const auto levene = levene_test(spans_of(base));
  for (const double factor : {1e-140, 1e-9, -1e9, 1e140}) {
    Values other{base[2], base[0], base[1]};
    for (auto& group : other) {
      for (double& x : group) x = (x + 3) * factor;
      std::reverse(group.begin(), group.end());
    }
    EXPECT_NEAR(one_way_anova(spans_of(other))->test.p_value, expected->test.p_value, 1e-10);
    EXPECT_NEAR(welch_anova(moments_of_groups(other))->p_value, welch->p_value, 1e-10);
    EXPECT_NEAR(levene_test(spans_of(other))->p_value, levene->p_value, 1e-10);
  }
}

TEST(WelchAnova, IsItsDefinition) {
  RandomStream random(15);
  const std::vector<Moments> groups = moments_of_groups(draw(random, {8, 21, 6, 30}, 5, 2));
  double weights = 0, mean = 0, between = 0, lack = 0;  // Welch 1951, as in the textbooks
  for (const Moments& g : groups) weights += static_cast<double>(g.count) / g.variance();
  for (const Moments& g : groups) mean += static_cast<double>(g.count) / g.variance() * g.mean / weights;
  for (const Moments& g : groups) {
    const double w = static_cast<double>(g.count) / g.variance();
    between += w * (g.mean - mean) * (g.mean - mean) / 3;
    lack += (1 - w / weights) * (1 - w / weights) / static_cast<double>(g.count - 1);
  }
  const auto got = welch_anova(groups);
  ASSERT_TRUE(got);
  EXPECT_NEAR(got->statistic, between / (1 + 4.0 / 15 * lack), 1e-11 * got->statistic);
  EXPECT_NEAR(got->degrees_within, 15 / (3 * lack), 1e-10 * got->degrees_within);
  EXPECT_FALSE(got->assumptions.contains(Assumption::EqualVariances));
}

TEST(Levene, IsAnAnovaOfDistances) {
  const Values groups{{1, 5, 2, 9}, {3, 3.5, 4}, {0, 10, 20, 30, 50}};
  const double medians[] = {3.5, 3.5, 20};
  Values distances;
  for (std::size_t g = 0; g < 3; ++g) {
    distances.emplace_back();
    for (const double x : groups[g]) distances.back().push_back(std::abs(x - medians[g]));
  }
  EXPECT_NEAR(levene_test(spans_of(groups))->statistic, static_cast<double>(slow_f(distances)), 1e-12);
  const double means[] = {4.25, 3.5, 22};
  for (std::size_t g = 0; g < 3; ++g) {
    for (std::size_t i = 0; i < groups[g].size(); ++i) distances[g][i] = std::abs(groups[g][i] - means[g]);
  }
  EXPECT_NEAR(levene_test(spans_of(groups), SpreadCentre::Mean)->statistic,
              static_cast<double>(slow_f(distances)), 1e-12);
}

TEST(TukeyAllPairs, CoversAllPairsTogether) {
  // The intervals' reach in standard errors is the quantile of the range of four means: simulated, since no other code has it.
  RandomStream random(21);
  const std::vector<Moments> groups = moments_of_groups(draw(random, {6, 6, 6, 6}, 0, 1));
  const auto got = tukey_all_pairs(groups, 0.9);
  ASSERT_TRUE(got);
  const double reach = got->pairs[0].interval.width() / 2 / (got->residual_deviation * std::sqrt(1 / 6.0));
  constexpr int kRuns = 20000;
  int covered = 0;
  for (int run = 0; run < kRuns; ++run) {
    double lowest = INFINITY, highest = -INFINITY, squares = 0;
    for (int g = 0; g < 4; ++g) {
      const double mean = random.normal();
      lowest = std::min(lowest, mean), highest = std::max(highest, mean);
    }
    for (int i = 0; i < 20; ++i) squares += std::pow(random.normal(), 2);
    covered += highest - lowest <= reach * std::sqrt(squares / 20) ? 1 : 0;
  }
  EXPECT_EQ(got->degrees_within, 20);
  EXPECT_NEAR(covered / static_cast<double>(kRuns), 0.9, 3 * std::sqrt(0.09 / kRuns));
}

TEST(TukeyAllPairs, OfTwoGroupsIsThePooledTAndAgreesWithItsIntervals) {
  RandomStream random(22);
  const std::vector<Moments> two = moments_of_groups(draw(random, {9, 14}, 0, 1));
  MeansOptions pooled;
  pooled.variance = VarianceModel::Pooled;
  const auto t = compare_means(two[0], two[1], pooled);
  const auto tukey = tukey_all_pairs(two);
  ASSERT_TRUE(tukey);
  EXPECT_NEAR(tukey->pairs[0].p_value, t->p_value, 1e-9);
  EXPECT_NEAR(tukey->pairs[0].interval.lower, t->interval.lower, 1e-8);
  const std::vector<Moments> three = moments_of_groups(draw(random, {9, 14, 5}, 0, 1));
  const auto base = tukey_all_pairs(three);
  ASSERT_EQ(base->pairs.size(), 3u);
  const auto touching = tukey_all_pairs(three, 1 - base->pairs[1].p_value);
  const Interval& interval = touching->pairs[1].interval;
  EXPECT_NEAR(std::min(std::abs(interval.lower), std::abs(interval.upper)), 0, 1e-6);
  const auto swapped = tukey_all_pairs(std::vector<Moments>{three[2], three[1], three[0]});
  EXPECT_NEAR(swapped->pairs[1].value, -base->pairs[1].value, 1e-14);
  EXPECT_NEAR(swapped->pairs[1].p_value, base->pairs[1].p_value, 1e-9);
  EXPECT_FALSE(tukey_all_pairs(three, 1));
  EXPECT_FALSE(tukey_all_pairs(std::vector<Moments>{three[0], Moments{}, three[1]}));
  EXPECT_FALSE(tukey_all_pairs(std::vector<Moments>{three[0]}));
}

TEST(Anova, RefusesWhatItCannotJudge) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(one_way_anova(spans_of({})));
  EXPECT_FALSE(one_way_anova(spans_of({{}, {}})));
  EXPECT_FALSE(one_way_anova(spans_of({{1, 2, 3}})));
  EXPECT_FALSE(one_way_anova(spans_of({{1}, {2}})));
  EXPECT_FALSE(one_way_anova(spans_of({{1, 1}, {2, 2}})));
  EXPECT_FALSE(one_way_anova(spans_of({{1, nan}, {2, 3}})));
  EXPECT_FALSE(one_way_anova(spans_of({{1, INFINITY}, {2, 3}})));
  EXPECT_FALSE(one_way_anova(spans_of({{1e308, -1e308}, {2, 3}})));
  EXPECT_FALSE(one_way_anova(std::vector<Moments>{}));
  EXPECT_FALSE(one_way_anova(moments_of_groups({{1, 1}, {2, 2}})));
  EXPECT_FALSE(welch_anova(moments_of_groups({{1, 2}, {3}})));
  EXPECT_FALSE(welch_anova(moments_of_groups({{1, 2}, {3, 3}})));
  EXPECT_FALSE(welch_anova(moments_of_groups({{1, 2}})));
  EXPECT_FALSE(levene_test(spans_of({{1, nan}, {2, 3}})));
  EXPECT_FALSE(levene_test(spans_of({{1}, {2}})));
  const auto with_empty = one_way_anova(spans_of({{}, {1, 2}, {}, {3, 5}}));
  ASSERT_TRUE(with_empty);
  EXPECT_EQ(with_empty->test.degrees_between, 1);
  EXPECT_TRUE(with_empty->test.concerns.contains(Concern::FewUnits));
}

TEST(Tukey, RefusesMeansThatAreNoNumbers) {
  std::vector<Moments> groups = moments_of_groups({{1, 2, 3}, {2, 3, 4}, {5, 6, 8}});
  groups[1].mean = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(tukey_all_pairs(groups));
}

}  // namespace
}  // namespace splitplot::stats
