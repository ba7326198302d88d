#include <splitplot/stats/compare/contingency.hpp>

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

using Counts = std::vector<std::uint64_t>;
using Weights = std::vector<double>;

TEST(SampleRatio, TwoArmsAreTheSquareOfTheBinomialZ) {
  const auto test = sample_ratio_test(Counts{5100, 4900}, Weights{1, 1});
  ASSERT_TRUE(test.has_value());
  const double z = (5100 - 5000) / std::sqrt(10000 * 0.25);
  EXPECT_NEAR(test->statistic, z * z, 1e-12);
  EXPECT_NEAR(test->p_value, std::erfc(z / std::sqrt(2.0)), 1e-12);
}

TEST(SampleRatio, OnlyTheRatiosOfWeightsCount) {
  const auto base = sample_ratio_test(Counts{880, 120}, Weights{0.9, 0.1});
  for (const double factor : {1e-300, 1e-9, 100.0, 1e307}) {
    const auto other = sample_ratio_test(Counts{880, 120}, Weights{0.9 * factor, 0.1 * factor});
    ASSERT_TRUE(other.has_value());
    EXPECT_NEAR(other->statistic, base->statistic, 1e-12 * base->statistic);
  }
}

TEST(SampleRatio, LeavesOutArmsWithoutWeight) {
  const auto test = sample_ratio_test(Counts{500, 77, 510}, Weights{1, 0, 1});
  const auto without = sample_ratio_test(Counts{500, 510}, Weights{1, 1});
  EXPECT_EQ(test->degrees_of_freedom, 1);
  EXPECT_EQ(test->statistic, without->statistic);
}

TEST(SampleRatio, RefusesWhatIsNoPlan) {
  EXPECT_FALSE(sample_ratio_test(Counts{}, Weights{}).has_value());
  EXPECT_FALSE(sample_ratio_test(Counts{5, 5}, Weights{1}).has_value());
  EXPECT_FALSE(sample_ratio_test(Counts{5, 5}, Weights{1, 0}).has_value());
  EXPECT_FALSE(sample_ratio_test(Counts{0, 0}, Weights{1, 1}).has_value());
  EXPECT_FALSE(sample_ratio_test(Counts{5, 5}, Weights{1, -1}).has_value());
  EXPECT_FALSE(sample_ratio_test(Counts{5, 5}, Weights{1, NAN}).has_value());
  EXPECT_FALSE(sample_ratio_test(Counts{5, 5}, Weights{1, INFINITY}).has_value());
}

TEST(SampleRatio, StaysFiniteForAbsurdPlans) {
  const auto test = sample_ratio_test(Counts{1000, 1000}, Weights{1e-300, 1e300});
  ASSERT_TRUE(test.has_value());
  EXPECT_TRUE(std::isfinite(test->statistic));
  EXPECT_EQ(test->p_value, 0);
  const std::uint64_t huge = std::numeric_limits<std::uint64_t>::max();
  EXPECT_NEAR(sample_ratio_test(Counts{huge, huge}, Weights{1, 1})->p_value, 1, 1e-12);
}

TEST(Independence, LeavesOutEmptyRowsAndColumns) {
  const auto full = independence_test(Counts{10, 20, 30, 25}, 2);
  const auto padded = independence_test(Counts{10, 0, 20, 0, 0, 0, 30, 0, 25}, 3);
  ASSERT_TRUE(full.has_value() && padded.has_value());
  EXPECT_NEAR(padded->statistic, full->statistic, 1e-12);
  EXPECT_EQ(padded->degrees_of_freedom, 1);
  // n (ad - bc)^2 over the product of the margins
  EXPECT_NEAR(full->statistic, 85.0 * std::pow(10.0 * 25 - 20.0 * 30, 2) / (30.0 * 55 * 40 * 45), 1e-12);
}

TEST(Independence, IsTheSameForTheTransposedTable) {
  const auto rows = independence_test(Counts{90, 60, 104, 30, 50, 51}, 3);
  const auto columns = independence_test(Counts{90, 30, 60, 50, 104, 51}, 2);
  EXPECT_NEAR(rows->statistic, columns->statistic, 1e-11);
  EXPECT_EQ(rows->degrees_of_freedom, 2);
}

TEST(Independence, RefusesWhatIsNoTable) {
  EXPECT_FALSE(independence_test(Counts{1, 2, 3}, 2).has_value());
  EXPECT_FALSE(independence_test(Counts{1, 2}, 0).has_value());
  EXPECT_FALSE(independence_test(Counts{1, 2}, 2).has_value());
  EXPECT_FALSE(independence_test(Counts{1, 0, 2, 0}, 2).has_value());
  EXPECT_FALSE(independence_test(Counts{}, 2).has_value());
}

TEST(Independence, YatesMovesTwoByTwoTablesAloneAndNeverTooFar) {
  const IndependenceOptions yates{.continuity = Continuity::Yates};
  // n (|ad - bc| - n / 2)^2 over the product of the margins
  const double n = 31, cross = 12.0 * 7 - 7.0 * 5;
  EXPECT_NEAR(independence_test(Counts{12, 7, 5, 7}, 2, yates)->statistic,
              n * std::pow(cross - n / 2, 2) / (19.0 * 12 * 17 * 14), 1e-12);
  EXPECT_EQ(independence_test(Counts{10, 10, 10, 11}, 2, yates)->statistic, 0);
  const Counts wide{90, 60, 104, 30, 50, 51};
  EXPECT_EQ(independence_test(wide, 3, yates)->statistic, independence_test(wide, 3)->statistic);
}

TEST(Independence, LikelihoodRatioIsTwiceTheLogOfTheRatio) {
  const Counts table{90, 60, 104, 0, 50, 51};
  const double rows[] = {254, 101}, columns[] = {90, 110, 155};
  long double sum = 0;
  for (std::size_t cell = 0; cell < 6; ++cell) {
    const long double observed = static_cast<long double>(table[cell]);
    if (observed > 0) sum += observed * std::log(observed * 355 / (rows[cell / 3] * columns[cell % 3]));
  }
  const auto test = independence_test(table, 3, {.statistic = TableStatistic::LikelihoodRatio});
  EXPECT_NEAR(test->statistic, static_cast<double>(2 * sum), 1e-11);
  // Close to Pearson's where the departure is small.
  const Counts close{50'010, 49'990, 50'000, 50'000};
  EXPECT_NEAR(independence_test(close, 2, {.statistic = TableStatistic::LikelihoodRatio})->statistic,
              independence_test(close, 2)->statistic, 1e-8);
}

TEST(Independence, CramersVRunsFromZeroToOne) {
  EXPECT_EQ(*cramers_v(Counts{10, 20, 30, 60}, 2), 0);
  EXPECT_NEAR(*cramers_v(Counts{10, 0, 0, 0, 20, 0, 0, 0, 5}, 3), 1, 1e-12);
  const double phi = (10.0 * 25 - 20.0 * 30) / std::sqrt(30.0 * 55 * 40 * 45);
  EXPECT_NEAR(*cramers_v(Counts{10, 20, 30, 25}, 2), std::abs(phi), 1e-12);
  EXPECT_FALSE(cramers_v(Counts{10, 0, 20, 0}, 2).has_value());
}

TEST(Independence, ExpectedCountsKeepTheMargins) {
  const auto expected = expected_counts(Counts{10, 20, 30, 25}, 2);
  EXPECT_NEAR((*expected)[0], 30.0 * 40 / 85, 1e-12);
  EXPECT_NEAR((*expected)[0] + (*expected)[1], 30, 1e-12);
  EXPECT_FALSE(expected_counts(Counts{0, 0}, 2).has_value());
}

TEST(EqualProportions, TwoArmsAreTheSquareOfThePooledZ) {
  const std::vector<SuccessCount> arms{{120, 1000}, {150, 900}};
  const double pooled = 270.0 / 1900, d = 150.0 / 900 - 0.12;
  EXPECT_NEAR(equal_proportions_test(arms)->statistic,
              d * d / (pooled * (1 - pooled) * (1.0 / 1000 + 1.0 / 900)), 1e-10);
  const std::vector<SuccessCount> four{{83, 86}, {90, 93}, {129, 136}, {70, 82}};
  EXPECT_EQ(equal_proportions_test(four)->degrees_of_freedom, 3);
  EXPECT_TRUE(equal_proportions_test(four)->concerns.empty());  // 5.2 failures expected in the smallest cell
  const std::vector<SuccessCount> small{{8, 10}, {9, 10}};
  EXPECT_TRUE(equal_proportions_test(small)->concerns.contains(Concern::FewUnits));
  EXPECT_FALSE(equal_proportions_test(std::vector<SuccessCount>{{1, 5}}).has_value());
  EXPECT_FALSE(equal_proportions_test(std::vector<SuccessCount>{{1, 5}, {0, 0}}).has_value());
  EXPECT_FALSE(equal_proportions_test(std::vector<SuccessCount>{{0, 5}, {0, 5}}).has_value());
}

/// Outcomes at most as likely, each by logarithms of factorials.
double slow_binomial_test(std::uint64_t k, std::uint64_t n, double share) {
  const auto log_pmf = [&](std::uint64_t i) {
    const double x = static_cast<double>(i), rest = static_cast<double>(n - i);
    return std::lgamma(static_cast<double>(n) + 1) - std::lgamma(x + 1) - std::lgamma(rest + 1) +
           x * std::log(share) + rest * std::log(1 - share);
  };
  double sum = 0;
  for (std::uint64_t i = 0; i <= n; ++i) sum += log_pmf(i) <= log_pmf(k) + 1e-7 ? std::exp(log_pmf(i)) : 0;
  return sum;
}

TEST(TwoArmRatio, ExactTestAddsUpTheOutcomesAtMostAsLikely) {
  for (const double weight : {1.0, 0.25, 9.0}) {
    for (const std::uint64_t n : {1, 2, 17, 40, 300}) {
      for (std::uint64_t k = 0; k <= n; k += 1 + n / 40) {
        EXPECT_NEAR(*two_arm_ratio_p_value(Counts{k, n - k}, Weights{weight, 1}),
                    slow_binomial_test(k, n, weight / (1 + weight)), 1e-11);
      }
    }
  }
}

TEST(TwoArmRatio, NormalTestIsTheChiSquareAndAgreesWithTheExactOneForManyUnits) {
  const Counts counts{821'588, 815'482};
  const Weights equal{1, 1};
  EXPECT_NEAR(*two_arm_ratio_p_value(counts, equal, TwoArmRatioTest::Normal),
              sample_ratio_test(counts, equal)->p_value, 1e-15);
  const double corrected = *two_arm_ratio_p_value(counts, equal, TwoArmRatioTest::NormalCorrected);
  EXPECT_NEAR(*two_arm_ratio_p_value(counts, equal), corrected, 1e-3 * corrected);
  EXPECT_EQ(*two_arm_ratio_p_value(Counts{5, 5}, equal, TwoArmRatioTest::NormalCorrected), 1);
  EXPECT_FALSE(two_arm_ratio_p_value(Counts{5, 5}, Weights{1, 0}).has_value());
  EXPECT_FALSE(two_arm_ratio_p_value(Counts{0, 0}, equal).has_value());
  EXPECT_FALSE(two_arm_ratio_p_value(Counts{1, 2, 3}, Weights{1, 1, 1}).has_value());
  EXPECT_FALSE(two_arm_ratio_p_value(Counts{1, 2}, Weights{1e-320, 1e300}).has_value());
}

}  // namespace
}  // namespace splitplot::stats
