#include <splitplot/base/random.hpp>
#include <splitplot/stats/distributions.hpp>
#include <splitplot/stats/many/dunnett.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// The definition by a fine grid: the mean over the control's part and over the scale, trapezoids.
double slow_sf(double critical, const ManyToOne& family, Alternative alternative) {
  const auto known = [&](double c) {
    double sum = 0;
    constexpr double kWidth = 0.02;
    for (double y = -9; y <= 9; y += kWidth) {
      double inside = 1;
      for (const double l : family.loadings) {
        const double sd = std::sqrt(1 - l * l);
        const double upper = normal_cdf((c - l * y) / sd);
        inside *= alternative == Alternative::TwoSided ? upper - normal_cdf((-c - l * y) / sd) : upper;
      }
      sum += kWidth * normal_pdf(y) * inside;
    }
    return 1 - sum;
  };
  if (std::isinf(family.degrees)) return known(critical);
  const double v = family.degrees;
  double sum = 0, weights = 0;
  constexpr double kWidth = 0.02;
  for (double u = -4; u <= 2; u += kWidth) {
    const double weight = std::exp(v * (u - std::exp(2 * u) / 2 + 0.5));
    if (weight < 1e-14) continue;
    weights += weight;
    sum += weight * known(critical * std::exp(u));
  }
  return sum / weights;
}

TEST(DunnettSf, AgreesWithTheDefinitionOnAGrid) {
  const ManyToOne unequal{{0.3, 0.71, 0.5, 0.9}, 7};
  const ManyToOne known{{0.3, 0.71, 0.71, 0.9}, kInfinity};
  for (const Alternative alternative : {Alternative::TwoSided, Alternative::Greater}) {
    EXPECT_NEAR(dunnett_sf(2.3, unequal, alternative), slow_sf(2.3, unequal, alternative), 1e-9);
    for (const double c : {-1.0, 0.4, 2.3, 4.0}) {
      if (alternative == Alternative::TwoSided && c < 0) continue;
      EXPECT_NEAR(dunnett_sf(c, known, alternative), slow_sf(c, known, alternative), 1e-9) << c;
    }
  }
}

TEST(DunnettSf, OneTreatmentIsStudentsTest) {
  for (const double degrees : {1.0, 5.5, 200.0, 1e6, kInfinity}) {
    for (const double c : {-3.0, 0.0, 0.5, 2.0, 6.0, 20.0}) {
      const ManyToOne family{{0.6}, degrees};
      const double one = std::isinf(degrees) ? normal_sf(c) : student_t_sf(c, degrees);
      EXPECT_NEAR(dunnett_sf(c, family, Alternative::Greater) / one, 1, 1e-9) << c << " " << degrees;
      if (c > 0) {
        EXPECT_NEAR(dunnett_sf(c, family) / (2 * one), 1, 1e-9) << c << " " << degrees;
      }
    }
  }
}

TEST(DunnettSf, LiesBetweenOneTestAndBonferroniAndFallsWithTheLoading) {
  RandomStream random(3);
  for (int round = 0; round < 20; ++round) {
    ManyToOne family{{}, round % 2 == 0 ? kInfinity : 3 + 50 * random.uniform()};
    for (int i = 0; i < 2 + round % 3; ++i) family.loadings.push_back(0.05 + 0.9 * random.uniform());
    const double c = 1 + 3 * random.uniform();
    const double one = 2 * (std::isinf(family.degrees) ? normal_sf(c) : student_t_sf(c, family.degrees));
    const double all = dunnett_sf(c, family);
    EXPECT_GT(all, one);
    EXPECT_LT(all, one * static_cast<double>(family.loadings.size()));
    ManyToOne tighter = family;
    for (double& loading : tighter.loadings) loading = std::min(0.999, loading * 1.05);
    EXPECT_LT(dunnett_sf(c, tighter), all);  // Slepian, Sidak: more correlated statistics exceed less often
    std::reverse(family.loadings.begin(), family.loadings.end());
    EXPECT_EQ(dunnett_sf(c, family), all);
    EXPECT_EQ(dunnett_sf(c, family, Alternative::Less), dunnett_sf(c, family, Alternative::Greater));
  }
}

TEST(DunnettCriticalValue, IsExceededWithProbabilityAlpha) {
  for (const double alpha : {1e-6, 0.05, 0.5, 0.97}) {
    for (const Alternative alternative : {Alternative::TwoSided, Alternative::Greater}) {
      const ManyToOne family{{0.7, 0.7, 0.5}, kInfinity};
      const double c = dunnett_critical_value(alpha, family, alternative);
      EXPECT_NEAR(dunnett_sf(c, family, alternative) / alpha, 1, 1e-9);
    }
  }
  const ManyToOne few{{0.7, 0.5}, 3};
  EXPECT_NEAR(dunnett_sf(dunnett_critical_value(0.05, few), few), 0.05, 1e-10);
}

Moments arm(RandomStream& random, int count, double mean, double sd) {
  Moments moments;
  for (int i = 0; i < count; ++i) moments.add(mean + sd * random.normal());
  return moments;
}

TEST(DunnettTest, IntervalsExcludeZeroWhereTheTestRejects) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    RandomStream random(seed);
    const Moments control = arm(random, 20, 0, 1);
    const std::vector<Moments> treatments{arm(random, 15, 0.9, 1), arm(random, 8, 0, 2)};
    for (const Alternative alternative : {Alternative::TwoSided, Alternative::Greater, Alternative::Less}) {
      for (const DunnettVariance variance : {DunnettVariance::Pooled, DunnettVariance::PerArm}) {
        const auto test = dunnett_test(control, treatments, {alternative, 0.9, variance});
        ASSERT_TRUE(test.has_value());
        for (const DunnettComparison& comparison : test->comparisons) {
          EXPECT_EQ(comparison.adjusted_p_value <= 0.1, !comparison.interval.contains(0));
        }
      }
    }
  }
}

TEST(DunnettTest, HoldsTheFamilyWiseErrorAtUnequalVariancesIfEachArmHasItsOwn) {
  constexpr int kRuns = 1000, kFewRuns = 20;
  int pooled = 0, own = 0;
  RandomStream random(9);
  for (int run = 0; run < kRuns; ++run) {
    // The means of arms of 400 and 4,000 units, drawn as such; a variance estimated on so many is as good as known.
    const auto summary = [&](std::uint64_t count, double sd) {
      Moments moments;
      moments.count = count;
      moments.mean = sd * random.normal() / std::sqrt(static_cast<double>(count));
      moments.m2 = sd * sd * static_cast<double>(count - 1);
      return moments;
    };
    const Moments control = summary(4000, 1);
    const std::vector<Moments> treatments{summary(400, 3), summary(400, 3)};
    const auto rejects = [&](DunnettVariance variance) {
      const auto test = dunnett_test(control, treatments, {Alternative::TwoSided, 0.95, variance});
      return std::any_of(test->comparisons.begin(), test->comparisons.end(),
                         [](const DunnettComparison& c) { return c.adjusted_p_value <= 0.05; });
    };
    if (run < kFewRuns && rejects(DunnettVariance::Pooled)) ++pooled;
    if (rejects(DunnettVariance::PerArm)) ++own;
  }
  EXPECT_NEAR(1.0 * own / kRuns, 0.05, 3 * std::sqrt(0.05 * 0.95 / kRuns));
  EXPECT_GT(1.0 * pooled / kFewRuns, 0.2);  // what the default must not be used for
}

TEST(DunnettTest, ChangesUnitsWithItsData) {
  RandomStream random(5);
  const Moments control = arm(random, 9, 1, 1);
  const std::vector<Moments> treatments{arm(random, 7, 2, 1), arm(random, 5, 0, 1)};
  const auto scaled = [](Moments moments, double factor) {
    moments.mean *= factor;
    moments.m2 *= factor * factor;
    return moments;
  };
  const auto test = dunnett_test(control, treatments);
  const auto larger =
      dunnett_test(scaled(control, 1e100),
                   std::vector<Moments>{scaled(treatments[0], 1e100), scaled(treatments[1], 1e100)});
  const auto swapped = dunnett_test(control, std::vector<Moments>{treatments[1], treatments[0]});
  ASSERT_TRUE(test && larger && swapped);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_NEAR(larger->comparisons[i].adjusted_p_value, test->comparisons[i].adjusted_p_value, 1e-10);
    EXPECT_NEAR(larger->comparisons[i].interval.upper / 1e100, test->comparisons[i].interval.upper, 1e-9);
    EXPECT_EQ(swapped->comparisons[1 - i].adjusted_p_value, test->comparisons[i].adjusted_p_value);
  }
}

TEST(DunnettTest, RefusesWhatItCannotUse) {
  RandomStream random(7);
  const Moments good = arm(random, 5, 0, 1);
  Moments one, constant, huge;
  one.add(3);
  for (int i = 0; i < 4; ++i) constant.add(2);
  huge.add(1e308);
  huge.add(-1e308);
  const auto refused = [](const Moments& control, const std::vector<Moments>& treatments,
                          DunnettOptions options = {}) {
    return !dunnett_test(control, treatments, options).has_value();
  };
  EXPECT_TRUE(refused(good, {}));
  EXPECT_TRUE(refused(good, {Moments{}}));
  EXPECT_TRUE(refused(one, {one}));
  EXPECT_TRUE(refused(constant, {constant}));
  EXPECT_TRUE(refused(good, {huge}));
  EXPECT_TRUE(refused(good, {good}, {Alternative::TwoSided, 1}));
  EXPECT_TRUE(refused(good, {one}, {Alternative::TwoSided, 0.95, DunnettVariance::PerArm}));
  EXPECT_TRUE(refused(good, {constant}, {Alternative::TwoSided, 0.95, DunnettVariance::PerArm}));
  EXPECT_FALSE(refused(good, {one}));
}

}  // namespace
}  // namespace splitplot::stats
