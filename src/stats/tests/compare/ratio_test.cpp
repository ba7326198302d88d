#include <splitplot/base/random.hpp>
#include <splitplot/stats/compare/ratio.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

using Rows = std::vector<std::array<double, 2>>;

Rows draw(RandomStream& random, int count, double rate) {
  Rows result;
  for (int i = 0; i < count; ++i) {
    const double own_rate = rate * 2 * random.uniform();  // units differ, so that their rows hang together
    const std::uint64_t views = 1 + random.below(20);
    double clicks = 0;
    for (std::uint64_t v = 0; v < views; ++v) clicks += random.bernoulli(own_rate) ? 1 : 0;
    result.push_back({clicks, static_cast<double>(views)});
  }
  return result;
}

CrossMoments totals_of(const Rows& rows, double numerator_unit = 1, double denominator_unit = 1) {
  CrossMoments result(2);
  for (const auto& row : rows) result.add(std::array{row[0] * numerator_unit, row[1] * denominator_unit});
  return result;
}

/// The linearised value of each unit, whose mean is the ratio: a ratio's test is then a test of these means.
Moments linearised(const Rows& rows) {
  double numerator = 0, denominator = 0;
  for (const auto& row : rows) numerator += row[0], denominator += row[1];
  const double ratio = numerator / denominator;
  Moments result;
  for (const auto& row : rows) {
    result.add(ratio + (row[0] - ratio * row[1]) / (denominator / static_cast<double>(rows.size())));
  }
  return result;
}

TEST(CompareRatios, IsAComparisonOfLinearisedMeans) {
  RandomStream random(1);
  const Rows control = draw(random, 60, 0.2), treatment = draw(random, 45, 0.3);
  for (const auto variance : {VarianceModel::PerArm, VarianceModel::Pooled}) {
    for (const auto distribution : {ReferenceDistribution::StudentT, ReferenceDistribution::Normal}) {
      for (const auto alternative : {Alternative::TwoSided, Alternative::Greater, Alternative::Less}) {
        const MeansOptions options{0.9, alternative, variance, distribution};
        const auto got = compare_ratios(totals_of(control), totals_of(treatment), options);
        const auto slow = compare_means(linearised(control), linearised(treatment), options);
        ASSERT_TRUE(got && slow);
        EXPECT_NEAR(got->value, slow->value, 1e-13);
        EXPECT_NEAR(got->standard_error, slow->standard_error, 1e-13);
        EXPECT_NEAR(got->p_value, slow->p_value, 1e-11);
        if (std::isfinite(slow->interval.lower)) {
          EXPECT_NEAR(got->interval.lower, slow->interval.lower, 1e-12);
        } else {
          EXPECT_EQ(got->interval.lower, slow->interval.lower);
        }
      }
    }
  }
}

TEST(CompareRatios, OfADenominatorOfOneIsTheMean) {
  RandomStream random(2);
  CrossMoments control(2), treatment(2);
  Moments mean_control, mean_treatment;
  for (int i = 0; i < 30; ++i) {
    const double c = random.normal(), t = 2 + random.normal();
    control.add(std::array{c, 1.0}), treatment.add(std::array{t, 1.0});
    mean_control.add(c), mean_treatment.add(t);
  }
  const auto got = compare_ratios(control, treatment);
  const auto slow = compare_means(mean_control, mean_treatment);
  EXPECT_NEAR(got->p_value, slow->p_value, 1e-12);
  EXPECT_NEAR(got->interval.upper, slow->interval.upper, 1e-12);
}

TEST(CompareRatios, TurnsWithUnitsAndArms) {
  RandomStream random(3);
  const Rows control = draw(random, 30, 0.2), treatment = draw(random, 40, 0.25);
  const auto base = compare_ratios(totals_of(control), totals_of(treatment));
  for (const double unit : {1e-70, 1e70}) {
    const auto other =
        compare_ratios(totals_of(control, unit, 1 / unit), totals_of(treatment, unit, 1 / unit));
    ASSERT_TRUE(other);
    EXPECT_NEAR(other->value / unit / unit, base->value, 1e-13);
    EXPECT_NEAR(other->p_value, base->p_value, 1e-11);
  }
  const auto swapped = compare_ratios(totals_of(treatment), totals_of(control));
  EXPECT_NEAR(swapped->interval.lower, -base->interval.upper, 1e-14);
  const auto lift = ratio_lift(totals_of(control), totals_of(treatment));
  const auto scaled = ratio_lift(totals_of(control, 100), totals_of(treatment, 100));
  ASSERT_TRUE(lift && scaled);
  EXPECT_NEAR(lift->interval.lower, scaled->interval.lower, 1e-12);
}

TEST(RatioLift, LeavesOutZeroWhenTheDifferenceDoesNearly) {
  // Fieller's set at "no lift" asks whether |t - c| exceeds its error, which is the test of the difference.
  RandomStream random(4);
  const Rows control = draw(random, 80, 0.2), treatment = draw(random, 80, 0.26);
  const auto difference = compare_ratios(totals_of(control), totals_of(treatment));
  MeansOptions at_p;
  at_p.confidence = 1 - difference->p_value;
  const auto lift = ratio_lift(totals_of(control), totals_of(treatment), at_p);
  ASSERT_TRUE(lift);
  EXPECT_NEAR(difference->value > 0 ? lift->interval.lower : lift->interval.upper, 0, 1e-9);
}

TEST(CompareRatios, ErrsAsOftenAsStatedWhereRowsHangTogether) {
  RandomStream random(5);
  int rejected = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto got = compare_ratios(totals_of(draw(random, 50, 0.3)), totals_of(draw(random, 50, 0.3)));
    rejected += got->p_value <= 0.05 ? 1 : 0;
  }
  EXPECT_NEAR(rejected / 1000.0, 0.05, 3 * std::sqrt(0.05 * 0.95 / 1000));
}

TEST(CompareRatios, RefusesWhatHasNoRatio) {
  RandomStream random(6);
  const CrossMoments good = totals_of(draw(random, 30, 0.3));
  EXPECT_TRUE(compare_ratios(good, good));
  EXPECT_FALSE(compare_ratios(good, CrossMoments(2)));
  EXPECT_FALSE(compare_ratios(CrossMoments(1), good));
  EXPECT_FALSE(compare_ratios(good, totals_of({{1, 2}})));
  EXPECT_FALSE(compare_ratios(good, totals_of({{1, 0}, {2, 0}, {1, 0}})));
  EXPECT_FALSE(ratio_lift(good, totals_of({{1, 1}, {2, -1}})));
  EXPECT_FALSE(compare_ratios(totals_of({{0.3, 3}, {0.1, 1}, {0.7, 7}}), totals_of({{0.9, 3}, {0.3, 1}})));
  EXPECT_FALSE(compare_ratios(good, totals_of({{1e308, 1}, {-1e308, 2}})));
  EXPECT_FALSE(compare_ratios(good, CrossMoments::from_parts(5, {std::nan(""), 1}, {1, 0, 0, 1})));
  EXPECT_FALSE(compare_ratios(good, good, {.confidence = 1}));
  EXPECT_FALSE(ratio_lift(good, good, {.confidence = 0}));
  EXPECT_TRUE(compare_ratios(good, totals_of(draw(random, 5, 0.3)))->concerns.contains(Concern::FewClusters));
  const auto rough = compare_ratios(good, totals_of({{1, 1}, {5, 9}, {2, 1}, {3, 1}}));
  EXPECT_TRUE(rough->concerns.contains(Concern::FewUnits));
}

}  // namespace
}  // namespace splitplot::stats
