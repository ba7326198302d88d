#include <splitplot/base/random.hpp>
#include <splitplot/stats/compare/means.hpp>
#include <splitplot/stats/distributions.hpp>

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

Moments moments_of(const std::vector<double>& values) {
  Moments moments;
  for (const double x : values) moments.add(x);
  return moments;
}

std::vector<double> scaled(std::vector<double> values, double factor, double shift) {
  for (double& x : values) x = x * factor + shift;
  return values;
}

const std::vector<double> kControl{4.17, 5.58, 5.18, 6.11, 4.5, 4.61, 5.17, 4.53};
const std::vector<double> kTreatment{6.31, 5.12, 5.54, 5.5, 5.37, 5.29};

TEST(CompareMeans, DoesNotDependOnUnitOrOrigin) {
  const auto base = compare_means(moments_of(kControl), moments_of(kTreatment));
  ASSERT_TRUE(base.has_value());
  for (const double factor : {1e-150, 1e-9, 1e9, 1e140}) {
    const auto other =
        compare_means(moments_of(scaled(kControl, factor, 0)), moments_of(scaled(kTreatment, factor, 0)));
    ASSERT_TRUE(other.has_value());
    EXPECT_NEAR(other->value / factor, base->value, 1e-12);
    EXPECT_NEAR(other->interval.lower / factor, base->interval.lower, 1e-12);
    EXPECT_NEAR(other->p_value, base->p_value, 1e-11);
  }
  const auto shifted =
      compare_means(moments_of(scaled(kControl, 1, 1e6)), moments_of(scaled(kTreatment, 1, 1e6)));
  EXPECT_NEAR(shifted->p_value, base->p_value, 1e-7);
  const auto swapped = compare_means(moments_of(kTreatment), moments_of(kControl));
  EXPECT_NEAR(swapped->interval.upper, -base->interval.lower, 1e-14);
  EXPECT_NEAR(swapped->p_value, base->p_value, 1e-14);
}

TEST(CompareMeans, IntervalAndPValueAgree) {
  const Moments control = moments_of(kControl), treatment = moments_of(kTreatment);
  const double p = compare_means(control, treatment)->p_value;
  const auto at_p = compare_means(control, treatment, 1 - p);  // this interval just touches zero
  EXPECT_NEAR(at_p->interval.lower, 0, 1e-9);
}

TEST(CompareMeans, RefusesWhatHasNoSpreadOrNoRoom) {
  EXPECT_FALSE(compare_means(moments_of({1}), moments_of({1, 2})).has_value());
  EXPECT_FALSE(compare_means(moments_of({}), moments_of({})).has_value());
  EXPECT_FALSE(compare_means(moments_of({1, 1, 1}), moments_of({2, 2, 2})).has_value());
  EXPECT_FALSE(compare_means(moments_of({1e308, -1e308}), moments_of({1e308, 2})).has_value());
  EXPECT_FALSE(compare_means(moments_of({5e-324, 0}), moments_of({0, 5e-324})).has_value());
  const auto one_constant = compare_means(moments_of({1, 1, 1}), moments_of({2, 3, 4}));
  ASSERT_TRUE(one_constant.has_value());
  EXPECT_EQ(welch_degrees_of_freedom(moments_of({1, 1, 1}), moments_of({2, 3, 4})), 2);
  EXPECT_GE(welch_degrees_of_freedom(Moments{}, Moments{}), 1);
}

TEST(MeanInterval, IsStudentsForTheSleepData) {
  // R 4.2.2: t.test(sleep$extra[1:10]), interval -0.5297804 to 2.0297804.
  Moments moments;
  for (const double x : {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0}) moments.add(x);
  const auto interval = mean_interval(moments);
  ASSERT_TRUE(interval.has_value());
  EXPECT_NEAR(interval->lower, -0.5297804, 5e-8);
  EXPECT_NEAR(interval->upper, 2.0297804, 5e-8);
}

TEST(MeanInterval, NeedsTwoUnits) {
  Moments moments;
  EXPECT_FALSE(mean_interval(moments).has_value());
  moments.add(3);
  EXPECT_FALSE(mean_interval(moments).has_value());
}

}  // namespace
}  // namespace splitplot::stats
