#include <splitplot/base/random.hpp>
#include <splitplot/stats/compare/means.hpp>
#include <splitplot/stats/compare/trimmed_means.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::vector<double> skewed(std::size_t n, std::uint64_t seed, double factor = 1) {
  RandomStream random(seed);
  std::vector<double> values(n);
  for (double& value : values) value = factor * std::exp(1.2 * random.normal());
  return values;
}

Moments moments_of(const std::vector<double>& values) {
  Moments result;
  for (const double value : values) result.add(value);
  return result;
}

TEST(Winsorisation, CapsAreQuantilesOfBothArmsTogether) {
  std::vector<double> control, treatment;
  for (int i = 1; i <= 101; ++i) (i % 3 == 0 ? treatment : control).push_back(i);
  const auto upper = winsorisation_caps(control, treatment, {0, 0.9});
  ASSERT_TRUE(upper.has_value());
  EXPECT_EQ(upper->lower, -kInfinity);
  EXPECT_NEAR(upper->upper, 91, 1e-12);
  const auto both = winsorisation_caps(control, treatment, {0.05, 0.9});
  EXPECT_NEAR(both->lower, 6, 1e-12);
  EXPECT_EQ(winsorisation_caps(control, treatment, {0, 1})->upper, kInfinity);
}

TEST(Winsorisation, IsWelchOfValuesCappedByHand) {
  const std::vector<double> control = skewed(200, 1), treatment = skewed(150, 2, 1.3);
  const Interval caps{0.2, 4};
  std::vector<double> low = control, high = treatment;
  std::uint64_t moved = 0;
  for (std::vector<double>* arm : {&low, &high}) {
    for (double& value : *arm) {
      moved += value < 0.2 || value > 4 ? 1 : 0;
      value = value < 0.2 ? 0.2 : value > 4 ? 4 : value;
    }
  }
  const auto welch = compare_means(moments_of(low), moments_of(high), 0.9);
  const auto result = compare_capped(control, treatment, caps, {0.9, Alternative::TwoSided});
  ASSERT_TRUE(welch && result);
  EXPECT_NEAR(result->value, welch->value, 1e-13);
  EXPECT_NEAR(result->interval.upper, welch->interval.upper, 1e-13);
  EXPECT_NEAR(result->p_value, welch->p_value, 1e-13);
  EXPECT_EQ(result->capped, moved);
  EXPECT_NEAR(result->raw_value, moments_of(treatment).mean - moments_of(control).mean, 1e-12);
  EXPECT_TRUE(result->assumptions.contains(Assumption::WinsorisedMetric));
}

TEST(Winsorisation, TighterCapsLeaveLessSpread) {
  const std::vector<double> control = skewed(400, 3), treatment = skewed(400, 4);
  double before = kInfinity;
  for (const double q : {1.0, 0.999, 0.99, 0.9, 0.6}) {
    const auto caps = winsorisation_caps(control, treatment, {0, q});
    const auto result = compare_capped(control, treatment, *caps);
    ASSERT_TRUE(result.has_value());
    EXPECT_LT(result->standard_error, before);
    before = result->standard_error;
  }
}

/// Yuen (1974) from sorted copies, as in the paper.
struct Yuen {
  double mean, d, h;
};
Yuen yuen(std::vector<double> values, std::size_t g) {
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  double mean = 0;
  for (std::size_t i = g; i < n - g; ++i) mean += values[i] / static_cast<double>(n - 2 * g);
  for (std::size_t i = 0; i < g; ++i) values[i] = values[g], values[n - 1 - i] = values[n - 1 - g];
  double winsorised = 0, squares = 0;
  for (const double value : values) winsorised += value / static_cast<double>(n);
  for (const double value : values) squares += (value - winsorised) * (value - winsorised);
  const double h = static_cast<double>(n - 2 * g);
  return {mean, squares / (h * (h - 1)), h};
}

TEST(TrimmedMeans, AgreeWithYuensFormulas) {
  const std::vector<double> control = skewed(33, 5), treatment = skewed(21, 6, 1.5);
  const auto result = compare_trimmed_means(control, treatment, 0.1);
  ASSERT_TRUE(result.has_value());
  const Yuen c = yuen(control, 3), t = yuen(treatment, 2);
  EXPECT_NEAR(result->value, t.mean - c.mean, 1e-13);
  EXPECT_NEAR(result->standard_error, std::sqrt(c.d + t.d), 1e-13);
  EXPECT_NEAR(result->degrees_of_freedom,
              (c.d + t.d) * (c.d + t.d) / (c.d * c.d / (c.h - 1) + t.d * t.d / (t.h - 1)), 1e-10);
  EXPECT_NEAR(result->statistic, result->value / result->standard_error, 1e-13);
}

TEST(TrimmedMeans, WithoutTrimmingAreWelch) {
  const std::vector<double> control = skewed(20, 7), treatment = skewed(30, 8);
  const auto welch = compare_means(moments_of(control), moments_of(treatment));
  const auto result = compare_trimmed_means(control, treatment, 0);
  ASSERT_TRUE(welch && result);
  EXPECT_NEAR(result->value, welch->value, 1e-13);
  EXPECT_NEAR(result->p_value, welch->p_value, 1e-13);
}

TEST(TrimmedMeans, OrderUnitsSwappedArmsAndOutliers) {
  const std::vector<double> control = skewed(40, 9), treatment = skewed(50, 10, 2);
  std::vector<double> wild = treatment, scaled_control = control,
                      scaled_treatment(treatment.rbegin(), treatment.rend());
  *std::max_element(wild.begin(), wild.end()) = 1e15;
  for (double& value : scaled_control) value *= 1e-100;
  for (double& value : scaled_treatment) value *= 1e-100;
  const auto plain = compare_trimmed_means(control, treatment),
             turned = compare_trimmed_means(treatment, control);
  const auto scaled = compare_trimmed_means(scaled_control, scaled_treatment),
             same = compare_trimmed_means(control, wild);
  ASSERT_TRUE(plain && turned && scaled && same);
  EXPECT_NEAR(plain->value, -turned->value, 1e-13);
  EXPECT_NEAR(plain->p_value, turned->p_value, 1e-13);
  EXPECT_NEAR(scaled->p_value, plain->p_value, 1e-12);
  EXPECT_EQ(same->value, plain->value);
  EXPECT_EQ(same->p_value, plain->p_value);
  const auto greater = compare_trimmed_means(control, treatment, 0.2, {0.95, Alternative::Greater});
  EXPECT_NEAR(greater->p_value, plain->p_value / 2, 1e-13);
}

TEST(TrimmedMeans, RefuseWhatCannotBeEstimated) {
  const std::vector<double> good{1, 2, 3, 4, 5, 6}, one{1}, same(6, 2.0),
      broken{1, std::numeric_limits<double>::quiet_NaN(), 3};
  EXPECT_FALSE(compare_trimmed_means(good, one).has_value());
  EXPECT_FALSE(compare_trimmed_means({}, good).has_value());
  EXPECT_FALSE(compare_trimmed_means(same, same).has_value());
  EXPECT_FALSE(compare_trimmed_means(good, broken).has_value());
  for (const double trim : {-0.1, 0.5, 2.0, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_FALSE(compare_trimmed_means(good, good, trim).has_value());
  }
  EXPECT_FALSE(compare_trimmed_means(std::vector<double>{1, 2, 3}, good, 0.49).has_value());
  EXPECT_FALSE(compare_capped(good, one, {0, 1}).has_value());
  EXPECT_FALSE(compare_capped(good, good, {2, 1}).has_value());
  EXPECT_FALSE(compare_capped(good, good, {0, 0.5}).has_value());  // all values at the cap
  EXPECT_FALSE(compare_capped(good, broken, {0, 1}).has_value());
  EXPECT_FALSE(compare_capped(std::vector<double>{-1e308, 1e308}, good, {-kInfinity, kInfinity}).has_value());
  EXPECT_FALSE(winsorisation_caps({}, {}).has_value());
  EXPECT_FALSE(winsorisation_caps(good, broken).has_value());
  EXPECT_FALSE(winsorisation_caps(good, good, {0.9, 0.5}).has_value());
}

}  // namespace
}  // namespace splitplot::stats
