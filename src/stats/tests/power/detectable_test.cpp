#include <splitplot/base/random.hpp>
#include <splitplot/stats/power/detectable.hpp>

#include <cmath>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

TEST(DetectableDifference, IsFoundAsOftenAsPromised) {
  const double error = 0.7;
  const auto difference = detectable_difference(error, 0.05, 0.80);
  ASSERT_TRUE(difference.has_value());
  EXPECT_NEAR(*difference / error, 1.959964 + 0.841621, 1e-6);  // tables of the normal distribution
  RandomStream random(12);
  int found = 0;
  for (int i = 0; i < 40000; ++i) found += *difference + error * random.normal() > 1.959964 * error ? 1 : 0;
  EXPECT_NEAR(found / 40000.0, 0.80, 3 * std::sqrt(0.8 * 0.2 / 40000));
}

TEST(DetectableDifference, RefusesWhatHasNoMeaning) {
  EXPECT_FALSE(detectable_difference(0).has_value());
  EXPECT_FALSE(detectable_difference(INFINITY).has_value());
  EXPECT_FALSE(detectable_difference(1e308).has_value());
  EXPECT_FALSE(detectable_difference(1, 0).has_value());
  EXPECT_FALSE(detectable_difference(1, 0.05, 0.02).has_value());
  EXPECT_FALSE(detectable_difference(1, 0.05, 1).has_value());
}

TEST(DetectableByInterval, IsWhatTheFixedTestSeesForItsOwnInterval) {
  EXPECT_NEAR(*detectable_by_interval(1.959963984540054 * 0.7, 0.7, 0.8),
              *detectable_difference(0.7, 0.05, 0.8), 1e-9);
}

TEST(DetectableByInterval, LeavesOutZeroAsOftenAsPromised) {
  const double half_width = 3, error = 0.7;
  const double difference = *detectable_by_interval(half_width, error, 0.9);
  RandomStream random(13);
  int found = 0;
  for (int i = 0; i < 40000; ++i) found += difference + error * random.normal() > half_width ? 1 : 0;
  EXPECT_NEAR(found / 40000.0, 0.90, 3 * std::sqrt(0.9 * 0.1 / 40000));
}

TEST(DetectableByInterval, RefusesWhatHasNoMeaning) {
  EXPECT_FALSE(detectable_by_interval(0, 1).has_value());
  EXPECT_FALSE(detectable_by_interval(1, 0).has_value());
  EXPECT_FALSE(detectable_by_interval(INFINITY, 1).has_value());
  EXPECT_FALSE(detectable_by_interval(1, 1, 1).has_value());
}

TEST(UnitsForNormalMean, GrowWithTheSquareOfSkewness) {
  EXPECT_EQ(units_for_normal_mean(0), 0);
  EXPECT_EQ(units_for_normal_mean(2), 1420);
  EXPECT_EQ(units_for_normal_mean(-2), 1420);
  EXPECT_TRUE(std::isfinite(units_for_normal_mean(1e200)));
}

}  // namespace
}  // namespace splitplot::stats
