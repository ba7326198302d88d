#include <splitplot/stats/compare/proportions.hpp>
#include <splitplot/stats/compare/score_interval.hpp>
#include <splitplot/stats/compare/unconditional_tests.hpp>
#include <splitplot/stats/distributions.hpp>

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

constexpr double kZ95 = 1.959963984540054;

/// Wilson's limits as the rates at which the score test just rejects, found by bisection.
double score_limit(const SuccessCount& arm, bool upper) {
  const double n = static_cast<double>(arm.units);
  double inside = arm.rate(), outside = upper ? 1.0 : 0.0;
  for (int i = 0; i < 200; ++i) {
    const double p = 0.5 * (inside + outside);
    const bool accepts = std::abs(arm.rate() - p) <= kZ95 * std::sqrt(p * (1 - p) / n);
    (accepts ? inside : outside) = p;
  }
  return inside;
}

TEST(WilsonInterval, IsTheInversionOfTheScoreTest) {
  for (const SuccessCount& arm :
       {SuccessCount{3, 17}, SuccessCount{0, 5}, SuccessCount{5, 5}, SuccessCount{1, 100000}}) {
    const auto interval = wilson_interval(arm);
    ASSERT_TRUE(interval.has_value());
    EXPECT_NEAR(interval->lower, score_limit(arm, false), 1e-12);
    EXPECT_NEAR(interval->upper, score_limit(arm, true), 1e-12);
  }
}

TEST(CompareProportions, IntervalCombinesWilsonLimits) {
  const SuccessCount control{3, 40}, treatment{9, 38};
  const auto difference = compare_proportions(control, treatment);
  ASSERT_TRUE(difference.has_value());
  const double d = treatment.rate() - control.rate();
  const double below = std::pow(treatment.rate() - score_limit(treatment, false), 2) +
                       std::pow(score_limit(control, true) - control.rate(), 2);
  const double above = std::pow(score_limit(treatment, true) - treatment.rate(), 2) +
                       std::pow(control.rate() - score_limit(control, false), 2);
  EXPECT_NEAR(difference->interval.lower, d - std::sqrt(below), 1e-12);
  EXPECT_NEAR(difference->interval.upper, d + std::sqrt(above), 1e-12);
}

TEST(CompareProportions, SwappingArmsTurnsTheSign) {
  for (const auto& [a, b] : {std::pair{SuccessCount{3, 40}, SuccessCount{9, 38}},
                             std::pair{SuccessCount{300, 4000}, SuccessCount{340, 3900}}}) {
    const auto forth = compare_proportions(a, b);
    const auto back = compare_proportions(b, a);
    ASSERT_TRUE(forth.has_value() && back.has_value());
    EXPECT_NEAR(back->value, -forth->value, 1e-15);
    EXPECT_NEAR(back->interval.lower, -forth->interval.upper, 1e-15);
    EXPECT_NEAR(back->p_value, forth->p_value, 1e-14);
  }
}

TEST(CompareProportions, UsesAnExactTestWhereAnExpectedCellIsSmallOrUnitsAreFew) {
  EXPECT_EQ(compare_proportions({9, 100}, {10, 100})->test, TestMethod::Boschloo);   // 9.5 expected
  EXPECT_EQ(compare_proportions({10, 100}, {10, 100})->test, TestMethod::PooledZ);   // 10 expected
  EXPECT_EQ(compare_proportions({91, 100}, {90, 100})->test, TestMethod::Boschloo);  // failures count as well
  EXPECT_EQ(compare_proportions({50, 99}, {50, 100})->test, TestMethod::Boschloo);   // 199 units
  EXPECT_EQ(compare_proportions({4, 1000}, {9, 1000})->test,
            TestMethod::FisherExact);  // too many for Boschloo
}

TEST(CompareProportions, SaysWhatItAssumesAndWhatSpeaksAgainstIt) {
  const auto few = compare_proportions({4, 1000}, {9, 1000});
  EXPECT_TRUE(few->concerns.contains(Concern::FewSuccesses));
  EXPECT_FALSE(few->assumptions.contains(Assumption::LargeSample));
  const auto many = compare_proportions({400, 1000}, {450, 1000});
  EXPECT_TRUE(many->concerns.empty());
  EXPECT_TRUE(many->assumptions.contains(Assumption::LargeSample));
}

TEST(CompareProportions, RunsTheTestAskedForByName) {
  const SuccessCount control{12, 50}, treatment{22, 60};
  const auto p_value = [&](ProportionTest test, Alternative alternative = Alternative::TwoSided) {
    const auto result = compare_proportions(control, treatment, {.test = test, .alternative = alternative});
    return std::pair(result->test, result->p_value);
  };
  using enum ProportionTest;
  EXPECT_EQ(p_value(FisherExact),
            std::pair(TestMethod::FisherExact, fisher_exact_p_value(control, treatment)));
  EXPECT_EQ(p_value(FisherExact, Alternative::Less).second,
            fisher_exact_p_value(control, treatment, Alternative::Less));
  EXPECT_EQ(p_value(Boschloo), std::pair(TestMethod::Boschloo, boschloo_test(control, treatment)->p_value));
  EXPECT_EQ(p_value(BarnardPooled),
            std::pair(TestMethod::BarnardPooled, barnard_test(control, treatment)->p_value));
  EXPECT_EQ(p_value(BarnardUnpooled).second,
            barnard_test(control, treatment, {.variance = BarnardVariance::Unpooled})->p_value);
  EXPECT_EQ(p_value(MiettinenNurminen).second, score_test(control, treatment, 0)->p_value);
  EXPECT_EQ(p_value(UnpooledZ).second,
            proportion_z_test(control, treatment, {.variance = DifferenceVariance::Unpooled})->p_value);
  EXPECT_EQ(p_value(PooledZ).first, TestMethod::PooledZ);
}

TEST(CompareProportions, GivesTheIntervalAskedForByName) {
  const auto difference = compare_proportions(
      {3, 40}, {9, 38}, {.confidence = 0.9, .interval = ProportionDifferenceInterval::MiettinenNurminen});
  EXPECT_EQ(difference->interval_method, IntervalMethod::MiettinenNurminen);
  EXPECT_EQ(difference->interval, *score_interval({3, 40}, {9, 38}, {.confidence = 0.9}));
}

TEST(ProportionZ, MatchesItsFormulaAndItsSides) {
  const SuccessCount control{120, 1000}, treatment{150, 900};
  const double d = 150.0 / 900 - 0.12, pooled = 270.0 / 1900;
  const auto test = proportion_z_test(control, treatment);
  EXPECT_NEAR(test->statistic, d / std::sqrt(pooled * (1 - pooled) * (1.0 / 1000 + 1.0 / 900)), 1e-12);
  EXPECT_NEAR(test->p_value, std::erfc(test->statistic / std::sqrt(2.0)), 1e-14);
  const double greater =
      proportion_z_test(control, treatment, {.alternative = Alternative::Greater})->p_value;
  const double less = proportion_z_test(control, treatment, {.alternative = Alternative::Less})->p_value;
  EXPECT_NEAR(greater, test->p_value / 2, 1e-14);
  EXPECT_NEAR(less + greater, 1, 1e-14);
  const auto corrected = proportion_z_test(control, treatment, {.continuity = Continuity::Yates});
  EXPECT_NEAR(corrected->statistic / test->statistic, (d - 0.5 * (1.0 / 1000 + 1.0 / 900)) / d, 1e-12);
  EXPECT_EQ(proportion_z_test({1, 2}, {1, 2}, {.continuity = Continuity::Yates})->statistic, 0);
  EXPECT_FALSE(proportion_z_test({0, 9}, {0, 9}).has_value());
  EXPECT_FALSE(proportion_z_test({0, 9}, {9, 9}, {.variance = DifferenceVariance::Unpooled}).has_value());
}

TEST(CompareProportions, AnswersWhereNobodyOrEverybodySucceeds) {
  for (const std::uint64_t successes : {std::uint64_t{0}, std::uint64_t{50}}) {
    const auto difference = compare_proportions({successes, 50}, {successes, 50});
    ASSERT_TRUE(difference.has_value());
    EXPECT_EQ(difference->value, 0);
    EXPECT_EQ(difference->p_value, 1);
    EXPECT_LT(difference->interval.lower, -0.05);
    EXPECT_GT(difference->interval.upper, 0.05);
  }
}

TEST(CompareProportions, RefusesWhatIsNoTable) {
  EXPECT_FALSE(compare_proportions({0, 0}, {1, 5}).has_value());
  EXPECT_FALSE(compare_proportions({0, 5}, {0, 0}).has_value());
  EXPECT_FALSE(compare_proportions({6, 5}, {1, 5}).has_value());
  EXPECT_FALSE(compare_proportions({1, 5}, {1, 5}, 1.0).has_value());
  EXPECT_FALSE(compare_proportions({1, 5}, {1, 5}, std::nan("")).has_value());
  EXPECT_FALSE(compare_proportions({1, 5}, {1, std::numeric_limits<std::uint64_t>::max()}).has_value());
  EXPECT_EQ(compare_proportions({0, 0}, {1, 5}).error().why, "an arm has no units");
}

TEST(CompareProportions, AnswersForEverySmallAndForHugeTables) {
  const std::vector<SuccessCount> arms{
      {0, 1}, {1, 1}, {0, 2}, {1, 2}, {2, 2}, {7, 1'000'000'000'000}, {500'000'000'000, 1'000'000'000'000}};
  for (const SuccessCount& a : arms) {
    for (const SuccessCount& b : arms) {
      const auto difference = compare_proportions(a, b);
      ASSERT_TRUE(difference.has_value());
      EXPECT_LE(difference->interval.lower, difference->value);
      EXPECT_GE(difference->interval.upper, difference->value);
      EXPECT_GE(difference->p_value, 0);
      EXPECT_LE(difference->p_value, 1);
    }
  }
}

TEST(CompareProportions, LargerDifferenceHasSmallerPValue) {
  double last = 1.1;
  for (std::uint64_t successes = 100; successes <= 200; successes += 5) {
    const double p = compare_proportions({100, 1000}, {successes, 1000})->p_value;
    EXPECT_LT(p, last);
    last = p;
  }
}

}  // namespace
}  // namespace splitplot::stats
