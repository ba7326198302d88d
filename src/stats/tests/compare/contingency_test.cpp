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

}  // namespace
}  // namespace splitplot::stats
