#include <splitplot/stats/compare/proportions.hpp>
#include <splitplot/stats/distributions.hpp>

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

constexpr double kZ95 = 1.959963984540054;

/// P(X = k) of the hypergeometric distribution by products of ratios; all tables at most as likely are added
/// up.
double brute_fisher(const SuccessCount& control, const SuccessCount& treatment) {
  const std::uint64_t total = control.units + treatment.units;
  const std::uint64_t successes = control.successes + treatment.successes;
  const std::uint64_t failures = total - successes;
  const std::uint64_t low = control.units > failures ? control.units - failures : 0;
  const std::uint64_t high = std::min(control.units, successes);
  std::vector<long double> weights{1};
  for (std::uint64_t k = low; k < high; ++k) {
    const long double up =
        static_cast<long double>(successes - k) * static_cast<long double>(control.units - k);
    const long double down =
        static_cast<long double>(k + 1) * static_cast<long double>(failures - control.units + k + 1);
    weights.push_back(weights.back() * up / down);
  }
  long double all = 0, tail = 0;
  for (const long double w : weights) all += w;
  for (const long double w : weights) tail += w <= weights[control.successes - low] * (1 + 1e-7L) ? w : 0;
  return static_cast<double>(tail / all);
}

TEST(FisherExact, AgreesWithEnumerationOfEveryTable) {
  for (std::uint64_t n_c = 1; n_c <= 12; ++n_c) {
    for (std::uint64_t n_t = 1; n_t <= 9; ++n_t) {
      for (std::uint64_t x_c = 0; x_c <= n_c; ++x_c) {
        for (std::uint64_t x_t = 0; x_t <= n_t; ++x_t) {
          const SuccessCount control{x_c, n_c}, treatment{x_t, n_t};
          EXPECT_NEAR(fisher_exact_p_value(control, treatment), brute_fisher(control, treatment), 1e-12)
              << x_c << "/" << n_c << " " << x_t << "/" << n_t;
        }
      }
    }
  }
}

TEST(FisherExact, KeepsItsDigitsFarInTheTail) {
  const SuccessCount control{5, 3000}, treatment{160, 2000};
  const double slow = brute_fisher(control, treatment);
  EXPECT_LT(slow, 1e-40);
  EXPECT_NEAR(fisher_exact_p_value(control, treatment), slow, 1e-10 * slow);
}

TEST(FisherExact, AnswersForMillionsOfUnits) {
  // One cell is small: the number of successes is then nearly Binomial(13, 1/2), of which P(X <= 2) = 92 /
  // 8192.
  EXPECT_NEAR(fisher_exact_p_value({2, 10'000'000}, {11, 10'000'000}), 2 * 92.0 / 8192, 1e-6);
  EXPECT_EQ(fisher_exact_p_value({5, 10'000'000}, {5, 10'000'000}), 1);
}

TEST(FisherExact, IsTheSameForSwappedArmsAndForFailures) {
  const SuccessCount a{3, 40}, b{9, 38}, a_failures{37, 40}, b_failures{29, 38};
  const double p = fisher_exact_p_value(a, b);
  EXPECT_NEAR(fisher_exact_p_value(b, a), p, 1e-14);
  EXPECT_NEAR(fisher_exact_p_value(a_failures, b_failures), p, 1e-14);
}

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

TEST(CompareProportions, UsesFisherWhereAnExpectedCellIsSmall) {
  EXPECT_EQ(compare_proportions({9, 100}, {10, 100})->test, TestMethod::FisherExact);  // 9.5 expected
  EXPECT_EQ(compare_proportions({10, 100}, {10, 100})->test, TestMethod::PooledZ);     // 10 expected
  EXPECT_EQ(compare_proportions({91, 100}, {90, 100})->test,
            TestMethod::FisherExact);  // failures count as well
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
