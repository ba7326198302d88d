#include <splitplot/base/random.hpp>
#include <splitplot/stats/compare/robust.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

std::vector<double> heavy(std::size_t n, std::uint64_t seed) {
  RandomStream random(seed);
  std::vector<double> values(n);
  for (double& value : values) value = 5 + random.normal() / std::max(0.05, random.uniform());
  return values;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  return n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

TEST(Robust, SpreadAgreesWithItsDefinition) {
  for (const std::size_t n : {1U, 2U, 3U, 10U, 101U}) {
    const std::vector<double> values = heavy(n, n);
    std::vector<double> deviations;
    for (const double value : values) deviations.push_back(std::abs(value - median(values)));
    EXPECT_NEAR(median_absolute_deviation(values).value(), 1.482602218505602 * median(deviations), 1e-13);
  }
  EXPECT_NEAR(interquartile_range(std::vector<double>{9, 1, 5, 3, 7}).value(), 4, 1e-15);
}

TEST(Robust, MadEstimatesANormalDeviation) {
  RandomStream random(3);
  std::vector<double> values(20000);
  for (double& value : values) value = 7 * random.normal() + 100;
  // The estimate's relative standard error is 1.17 / sqrt(n).
  EXPECT_NEAR(median_absolute_deviation(values).value(), 7, 3 * 7 * 1.17 / std::sqrt(20000.0));
  EXPECT_NEAR(excess_kurtosis(values).value(), 0, 3 * std::sqrt(24 / 20000.0));
}

TEST(Robust, KurtosisOfKnownDistributions) {
  EXPECT_NEAR(excess_kurtosis(std::vector<double>{-1, 1}).value(), -2, 1e-14);
  EXPECT_NEAR(excess_kurtosis(std::vector<double>{1, 2, 3, 4, 5, 6}).value(), -1.2 * (36 + 1) / 35.0,
              1e-12);  // discrete uniform
  EXPECT_NEAR(excess_kurtosis(std::vector<double>{1e150, 2e150, 4e150}).value(),
              excess_kurtosis(std::vector<double>{1, 2, 4}).value(), 1e-12);
  EXPECT_FALSE(excess_kurtosis(std::vector<double>{2, 2, 2}).has_value());
}

TEST(MedianOfMeans, RunsFromTheMeanToTheMedian) {
  const std::vector<double> values = heavy(31, 8);
  double mean = 0;
  for (const double value : values) mean += value / 31;
  EXPECT_NEAR(median_of_means(values, 1).value(), mean, 1e-12);
  EXPECT_NEAR(median_of_means(values, 31).value(), median(values), 1e-12);
  // 7 values in 3 blocks: 3, 2, 2.
  EXPECT_NEAR(median_of_means(std::vector<double>{1, 2, 3, 10, 20, 4, 6}, 3).value(), 5, 1e-14);
  EXPECT_FALSE(median_of_means(values, 0).has_value());
  EXPECT_FALSE(median_of_means(values, 32).has_value());
}

/// Sum of residuals cut at the threshold, decreasing in the location: its root by bisection.
double huber_by_bisection(const std::vector<double>& values, double limit) {
  double low = *std::min_element(values.begin(), values.end()),
         high = *std::max_element(values.begin(), values.end());
  for (int i = 0; i < 200; ++i) {
    const double middle = (low + high) / 2;
    double sum = 0;
    for (const double value : values) sum += std::clamp(value - middle, -limit, limit);
    (sum > 0 ? low : high) = middle;
  }
  return low;
}

TEST(Huber, SolvesItsEquation) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    const std::vector<double> values = heavy(60, seed);
    for (const double threshold : {0.5, 1.345, 3.0}) {
      HuberOptions options;
      options.threshold = threshold;
      const auto fixed = huber_location(values, options);
      ASSERT_TRUE(fixed.has_value());
      EXPECT_NEAR(fixed->scale, median_absolute_deviation(values).value(), 1e-14);
      EXPECT_NEAR(fixed->location, huber_by_bisection(values, threshold * fixed->scale), 1e-9);
      options.scale = HuberScale::AboutLocation;
      const auto joint = huber_location(values, options);
      ASSERT_TRUE(joint.has_value());
      EXPECT_NEAR(joint->location, huber_by_bisection(values, threshold * joint->scale), 1e-9);
      std::vector<double> deviations;
      for (const double value : values) deviations.push_back(std::abs(value - joint->location));
      EXPECT_NEAR(joint->scale, 1.482602218505602 * median(deviations), 1e-9);
    }
  }
}

TEST(Huber, MovesWithTheValuesAndBarelyWithAnOutlier) {
  const std::vector<double> values = heavy(40, 5);
  std::vector<double> moved = values, wild = values, reversed(values.rbegin(), values.rend());
  for (double& value : moved) value = 1e6 * value - 3;
  wild[0] = 1e12;
  const double location = huber_location(values)->location;
  EXPECT_NEAR(huber_location(moved)->location, 1e6 * location - 3, 1e-4);
  EXPECT_NEAR(huber_location(moved)->standard_error, 1e6 * huber_location(values)->standard_error, 1e-4);
  EXPECT_NEAR(huber_location(reversed)->location, location, 1e-10);
  EXPECT_LT(std::abs(huber_location(wild)->location - location), huber_location(values)->scale);
  HuberOptions wide;
  wide.threshold = 1e9;  // nothing is cut: the mean
  double mean = 0;
  for (const double value : values) mean += value / 40;
  EXPECT_NEAR(huber_location(values, wide)->location, mean, 1e-11);
}

TEST(Huber, IntervalCoversTheCentreOfASymmetricDistribution) {
  constexpr int kRuns = 1500;
  int covered = 0;
  for (int run = 0; run < kRuns; ++run) {
    covered += huber_location(heavy(60, static_cast<std::uint64_t>(run) + 77))->interval.contains(5) ? 1 : 0;
  }
  EXPECT_NEAR(covered / static_cast<double>(kRuns), 0.95, 3 * std::sqrt(0.05 * 0.95 / kRuns));
}

TEST(Robust, RefusesWhatCannotBeEstimated) {
  const double nan = std::numeric_limits<double>::quiet_NaN(),
               infinity = std::numeric_limits<double>::infinity();
  for (const std::vector<double>& bad :
       std::vector<std::vector<double>>{{}, {1, nan, 3, 4}, {1, infinity, 3, 4}}) {
    EXPECT_FALSE(median_absolute_deviation(bad).has_value());
    EXPECT_FALSE(interquartile_range(bad).has_value());
    EXPECT_FALSE(excess_kurtosis(bad).has_value());
    EXPECT_FALSE(median_of_means(bad, 1).has_value());
    EXPECT_FALSE(huber_location(bad).has_value());
  }
  EXPECT_FALSE(huber_location(std::vector<double>{1, 2}).has_value());
  EXPECT_FALSE(huber_location(std::vector<double>{1, 1, 1, 1, 5}).has_value());
  EXPECT_FALSE(huber_location(std::vector<double>{1e308, -1e308, 1.5e308, -1.5e308}).has_value());
  HuberOptions options;
  options.threshold = 0;
  EXPECT_FALSE(huber_location(std::vector<double>{1, 2, 3}, options).has_value());
}

}  // namespace
}  // namespace splitplot::stats
