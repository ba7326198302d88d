#include <splitplot/base/random.hpp>
#include <splitplot/stats/compare/means.hpp>
#include <splitplot/stats/compare/two_part.hpp>

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

std::vector<double> revenue(RandomStream& random, int count, double rate, double scale) {
  std::vector<double> result;
  for (int i = 0; i < count; ++i) {
    result.push_back(random.bernoulli(rate) ? scale * (0.2 - std::log(1 - random.uniform())) : 0.0);
  }
  return result;
}

TwoPartMoments two_part_of(const std::vector<double>& values, double factor = 1) {
  TwoPartMoments result;
  for (const double x : values) result.add(factor * x);
  return result;
}

TEST(TwoPart, AddsUpToTheDifferenceOfMeans) {
  RandomStream random(1);
  for (int round = 0; round < 20; ++round) {
    const auto c = revenue(random, 400, 0.1, 20), t = revenue(random, 300, 0.15, 25);
    const auto got = compare_two_part(two_part_of(c), two_part_of(t));
    ASSERT_TRUE(got);
    const auto slow =
        compare_means(moments_of(c).value(), moments_of(t).value());  // over all values, zeros included
    EXPECT_NEAR(got->total.value, slow->value, 1e-13 * 25);
    EXPECT_NEAR(got->total.standard_error, slow->standard_error, 1e-12);
    EXPECT_NEAR(got->total.p_value, slow->p_value, 1e-10);
    EXPECT_EQ(got->total.concerns, slow->concerns);
    EXPECT_NEAR(got->from_conversion.value + got->from_value.value, slow->value, 1e-13 * 25);
    const double p_c = got->conversion_rate.value, m = got->value_per_converter->value;
    EXPECT_EQ(got->from_conversion.value > 0, p_c > 0);
    EXPECT_EQ(got->from_value.value > 0, m > 0);
  }
}

TEST(TwoPart, StandardErrorsAndIntervalsAreThoseOfRepetition) {
  RandomStream random(2);
  constexpr int kRuns = 2000;
  const double true_conversion = (0.15 - 0.1) * (1.2 * 20 + 1.2 * 25) / 2;
  const double true_value = (1.2 * 25 - 1.2 * 20) * (0.15 + 0.1) / 2;
  Moments conversion, value, error_conversion, error_value;
  int covered_conversion = 0, covered_value = 0;
  for (int i = 0; i < kRuns; ++i) {
    const auto got = compare_two_part(two_part_of(revenue(random, 400, 0.1, 20)),
                                      two_part_of(revenue(random, 300, 0.15, 25)));
    ASSERT_TRUE(got);
    conversion.add(got->from_conversion.value);
    value.add(got->from_value.value);
    error_conversion.add(got->from_conversion.standard_error);
    error_value.add(got->from_value.standard_error);
    covered_conversion += got->from_conversion.interval.contains(true_conversion) ? 1 : 0;
    covered_value += got->from_value.interval.contains(true_value) ? 1 : 0;
  }
  const double three_errors = 3 / std::sqrt(2.0 * kRuns);  // relative, of a standard deviation
  EXPECT_NEAR(error_conversion.mean / std::sqrt(conversion.variance()), 1, three_errors);
  EXPECT_NEAR(error_value.mean / std::sqrt(value.variance()), 1, three_errors);
  const double three = 3 * std::sqrt(0.05 * 0.95 / kRuns);
  EXPECT_NEAR(covered_conversion / static_cast<double>(kRuns), 0.95, three);
  EXPECT_NEAR(covered_value / static_cast<double>(kRuns), 0.95, three);
}

TEST(TwoPart, MergesAndTurnsWithUnitAndArms) {
  RandomStream random(3);
  const auto c = revenue(random, 200, 0.3, 2), t = revenue(random, 100, 0.2, 3);
  TwoPartMoments parts = two_part_of({c.begin(), c.begin() + 77});
  parts.merge(two_part_of({c.begin() + 77, c.end()}));
  const auto base = compare_two_part(two_part_of(c), two_part_of(t));
  const auto merged = compare_two_part(parts, two_part_of(t));
  EXPECT_NEAR(merged->from_value.standard_error, base->from_value.standard_error, 1e-13);
  const auto swapped = compare_two_part(two_part_of(t), two_part_of(c));
  EXPECT_NEAR(swapped->from_conversion.interval.lower, -base->from_conversion.interval.upper, 1e-13);
  EXPECT_NEAR(swapped->from_value.value, -base->from_value.value, 1e-14);
  for (const double factor : {1e-90, 1e90}) {
    const auto other = compare_two_part(two_part_of(c, factor), two_part_of(t, factor));
    ASSERT_TRUE(other);
    EXPECT_NEAR(other->from_value.interval.upper / factor, base->from_value.interval.upper, 1e-12);
    EXPECT_NEAR(other->from_conversion.standard_error / factor, base->from_conversion.standard_error, 1e-12);
  }
}

TEST(TwoPart, OfAFixedPriceIsConversionAlone) {
  const TwoPartMoments control = two_part_of({0, 0, 0, 9, 9, 0, 0, 9});
  const TwoPartMoments treatment = two_part_of({9, 9, 0, 9, 9, 0, 0, 9});
  const auto got = compare_two_part(control, treatment);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->from_value.value, 0);
  EXPECT_NEAR(got->from_conversion.value, got->total.value, 1e-14);
  EXPECT_FALSE(got->value_per_converter);  // no spread among converters
}

TEST(TwoPart, RefusesArmsWithoutConverters) {
  const TwoPartMoments good = two_part_of({0, 1, 2, 3});
  EXPECT_FALSE(compare_two_part(good, TwoPartMoments{}));
  EXPECT_FALSE(compare_two_part(two_part_of({0, 0, 0}), good));
  EXPECT_FALSE(compare_two_part(two_part_of({0, 0, 5}), good));
  EXPECT_FALSE(compare_two_part(good, good, 0));
  TwoPartMoments impossible = good;
  impossible.units = 2;
  EXPECT_FALSE(compare_two_part(impossible, good));
  EXPECT_FALSE(compare_two_part(two_part_of({0, 1e308, -1e308}), good));
  const auto all_convert = compare_two_part(two_part_of({1, 2, 3}), two_part_of({2, 3, 5}));
  ASSERT_TRUE(all_convert);
  EXPECT_EQ(all_convert->from_conversion.value, 0);
}

}  // namespace
}  // namespace splitplot::stats
