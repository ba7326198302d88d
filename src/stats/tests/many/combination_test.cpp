#include <splitplot/base/random.hpp>
#include <splitplot/stats/distributions.hpp>
#include <splitplot/stats/many/combination.hpp>

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

using Values = std::vector<double>;

TEST(CombineFisher, TwoTestsHaveAClosedForm) {
  // P(p1 p2 <= c) = c (1 - log c) for independent uniform p-values.
  for (const double c : {1e-20, 0.003, 0.2, 0.9}) {
    const auto test = combine_fisher(Values{std::sqrt(c), std::sqrt(c)});
    ASSERT_TRUE(test.has_value());
    EXPECT_NEAR(test->p_value, c * (1 - std::log(c)), 1e-13 * (1 - std::log(c)));
  }
}

TEST(CombineStouffer, OneTestStaysAsItIs) {
  for (const double p : {1e-200, 0.01, 0.5, 0.99}) {
    EXPECT_NEAR(combine_stouffer(Values{p})->p_value / p, 1, 1e-11);
    EXPECT_NEAR(combine_stouffer(Values{p, 0.3}, Values{7, 0})->p_value / p, 1, 1e-11);
  }
}

TEST(Combination, HoldsItsLevelForUniformPValues) {
  constexpr int kRuns = 20000;
  RandomStream random(11);
  int fisher = 0, stouffer = 0, weighted = 0;
  for (int run = 0; run < kRuns; ++run) {
    const Values p{random.uniform(), random.uniform(), random.uniform(), random.uniform()};
    if (combine_fisher(p)->p_value <= 0.05) ++fisher;
    if (combine_stouffer(p)->p_value <= 0.05) ++stouffer;
    if (combine_stouffer(p, Values{1, 2, 0.3, 5})->p_value <= 0.05) ++weighted;
  }
  const double band = 3 * std::sqrt(0.05 * 0.95 / kRuns);
  EXPECT_NEAR(1.0 * fisher / kRuns, 0.05, band);
  EXPECT_NEAR(1.0 * stouffer / kRuns, 0.05, band);
  EXPECT_NEAR(1.0 * weighted / kRuns, 0.05, band);
}

TEST(CombineStouffer, FollowsOnlyTheRatiosOfWeights) {
  const Values p{0.01, 0.2, 0.7};
  const double want = combine_stouffer(p, Values{1, 2, 3})->p_value;
  EXPECT_NEAR(combine_stouffer(p, Values{1e300, 2e300, 3e300})->p_value, want, 1e-15);
  EXPECT_NEAR(combine_stouffer(p, Values{1e-300, 2e-300, 3e-300})->p_value, want, 1e-15);
  EXPECT_NEAR(combine_stouffer(Values{0.7, 0.01, 0.2}, Values{3, 1, 2})->p_value, want, 1e-15);
}

TEST(Combination, AnswersAtTheEndsAndRefusesNonsense) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(combine_fisher(Values{0, 1})->p_value, 0);
  EXPECT_EQ(combine_fisher(Values{1, 1})->p_value, 1);
  EXPECT_EQ(combine_stouffer(Values{0, 0.5})->p_value, 0);
  EXPECT_EQ(combine_stouffer(Values{1, 0.5})->p_value, 1);
  EXPECT_FALSE(combine_stouffer(Values{0, 1}).has_value());
  EXPECT_FALSE(combine_fisher({}).has_value());
  EXPECT_FALSE(combine_stouffer({}).has_value());
  EXPECT_FALSE(combine_fisher(Values{0.1, kNaN}).has_value());
  EXPECT_FALSE(combine_fisher(Values{-0.1}).has_value());
  EXPECT_FALSE(combine_stouffer(Values{0.1}, Values{1, 2}).has_value());
  EXPECT_FALSE(combine_stouffer(Values{0.1}, Values{0}).has_value());
  EXPECT_FALSE(combine_stouffer(Values{0.1, 0.2}, Values{1, -1}).has_value());
}

}  // namespace
}  // namespace splitplot::stats
