#include <splitplot/base/random.hpp>
#include <splitplot/stats/compare/means.hpp>
#include <splitplot/stats/compare/skewness.hpp>

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

double exponential(RandomStream& random) {
  return -std::log(1 - random.uniform());
}

double lognormal2(RandomStream& random) {
  return std::exp(2 * random.normal());
}

double normal(RandomStream& random) {
  return random.normal();
}

double rare(RandomStream& random) {
  return random.bernoulli(0.01) ? 1 : 0;
}

Moments draw(RandomStream& random, double (*value)(RandomStream&), int count) {
  Moments result;
  for (int i = 0; i < count; ++i) result.add(value(random));
  return result;
}

int flagged(double (*value)(RandomStream&), int control, int treatment, int runs) {
  RandomStream random(31);
  int result = 0;
  for (int i = 0; i < runs; ++i) {
    const Moments c = draw(random, value, control);
    const Moments t = draw(random, value, treatment);
    if (skewness_concern(c, t).contains(Concern::SkewedForItsSize)) ++result;
  }
  return result;
}

TEST(SkewnessOfDifference, IsThatOfSimulatedDifferences) {
  // Means of 400 and 40 exponentials: third moments 2 / n^2, so that the difference's skewness is known.
  const double truth = (2 / 1600.0 - 2 / 160000.0) / std::pow(1 / 40.0 + 1 / 400.0, 1.5);
  RandomStream random(7);
  double sum = 0;
  for (int i = 0; i < 300; ++i) {
    const Moments control = draw(random, exponential, 400);
    sum += skewness_of_difference(control, draw(random, exponential, 40));
  }
  EXPECT_NEAR(sum / 300, truth, 0.05 * truth);
}

TEST(SkewnessOfDifference, IsFreeOfUnitAndTurnsWithTheArms) {
  RandomStream random(8);
  std::vector<double> c, t;
  for (int i = 0; i < 200; ++i) c.push_back(lognormal2(random));
  for (int i = 0; i < 50; ++i) t.push_back(exponential(random));
  const auto of = [](std::vector<double> values, double factor) {
    for (double& x : values) x *= factor;
    return moments_of(values).value();
  };
  const double base = skewness_of_difference(of(c, 1), of(t, 1));
  ASSERT_NE(base, 0);
  for (const double factor : {1e-90, 1e-3, 1e90}) {
    EXPECT_NEAR(skewness_of_difference(of(c, factor), of(t, factor)), base, 1e-10 * std::abs(base));
  }
  EXPECT_NEAR(skewness_of_difference(of(c, -1), of(t, -1)), -base, 1e-10 * std::abs(base));
  EXPECT_NEAR(skewness_of_difference(of(t, 1), of(c, 1)), -base, 1e-10 * std::abs(base));
}

TEST(SkewnessOfDifference, OfEqualArmsCancels) {
  RandomStream random(9);
  const Moments control = draw(random, lognormal2, 500);
  EXPECT_EQ(skewness_of_difference(control, control), 0);
}

TEST(SkewnessConcern, SeesAHeavyTailBesideALargeArm) {
  EXPECT_EQ(flagged(&lognormal2, 10000, 100, 40), 40);
  EXPECT_GE(flagged(&lognormal2, 1000, 100, 200), 190);
}

TEST(SkewnessConcern, LeavesWellBehavedDataAlone) {
  EXPECT_LE(flagged(&normal, 20, 20, 2000), 100);
  EXPECT_LE(flagged(&normal, 5000, 20, 100), 5);
  EXPECT_LE(flagged(&exponential, 1000, 1000, 100), 0);
  EXPECT_LE(flagged(&exponential, 20, 20, 2000), 100);
  EXPECT_LE(flagged(&rare, 1000, 1000, 100), 5);
}

TEST(SkewnessConcern, OfOneMeanIsItsOwnSkewness) {
  RandomStream random(10);
  int seen = 0;
  for (int i = 0; i < 100; ++i) {
    seen += skewness_concern(draw(random, lognormal2, 100)).contains(Concern::SkewedForItsSize) ? 1 : 0;
    EXPECT_TRUE(skewness_concern(draw(random, exponential, 500)).empty());
  }
  EXPECT_GE(seen, 75);
  Moments one_success;  // 999 zeros and a one: skewness is close to sqrt(1000)
  for (int i = 0; i < 1000; ++i) one_success.add(i == 0 ? 1 : 0);
  EXPECT_TRUE(skewness_concern(one_success).contains(Concern::SkewedForItsSize));
}

TEST(SkewnessConcern, SaysNothingOfShapeWhereThereIsNone) {
  Moments constant;
  for (int i = 0; i < 30; ++i) constant.add(2);
  EXPECT_TRUE(skewness_concern(constant, constant).empty());
  EXPECT_EQ(skewness_of_difference(constant, constant), 0);
  EXPECT_EQ(skewness_concern(Moments{}, Moments{}), Concerns{Concern::FewUnits});
  const Moments sums = moments_from_sums(100, 50, 900).value();
  EXPECT_TRUE(skewness_concern(sums, sums).empty());
  Moments huge;
  for (int i = 0; i < 30; ++i) huge.add(i % 2 == 0 ? 1e308 : -1e308);
  EXPECT_EQ(skewness_of_difference(huge, constant), 0);
  Moments few;
  for (const double x : {1.0, 2.0, 4.0}) few.add(x);
  EXPECT_TRUE(skewness_concern(few, constant).contains(Concern::FewUnits));
}

}  // namespace
}  // namespace splitplot::stats
