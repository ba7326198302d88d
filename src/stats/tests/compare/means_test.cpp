#include <splitplot/base/random.hpp>
#include <splitplot/stats/compare/means.hpp>
#include <splitplot/stats/distributions.hpp>

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

Moments moments_by_adding(const std::vector<double>& values) {
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
  const auto base = compare_means(moments_by_adding(kControl), moments_by_adding(kTreatment));
  ASSERT_TRUE(base.has_value());
  for (const double factor : {1e-150, 1e-9, 1e9, 1e140}) {
    const auto other = compare_means(moments_by_adding(scaled(kControl, factor, 0)),
                                     moments_by_adding(scaled(kTreatment, factor, 0)));
    ASSERT_TRUE(other.has_value());
    EXPECT_NEAR(other->value / factor, base->value, 1e-12);
    EXPECT_NEAR(other->interval.lower / factor, base->interval.lower, 1e-12);
    EXPECT_NEAR(other->p_value, base->p_value, 1e-11);
  }
  const auto shifted = compare_means(moments_by_adding(scaled(kControl, 1, 1e6)),
                                     moments_by_adding(scaled(kTreatment, 1, 1e6)));
  EXPECT_NEAR(shifted->p_value, base->p_value, 1e-7);
  const auto swapped = compare_means(moments_by_adding(kTreatment), moments_by_adding(kControl));
  EXPECT_NEAR(swapped->interval.upper, -base->interval.lower, 1e-14);
  EXPECT_NEAR(swapped->p_value, base->p_value, 1e-14);
}

TEST(CompareMeans, IntervalAndPValueAgree) {
  const Moments control = moments_by_adding(kControl), treatment = moments_by_adding(kTreatment);
  const double p = compare_means(control, treatment)->p_value;
  const auto at_p = compare_means(control, treatment, 1 - p);  // this interval just touches zero
  EXPECT_NEAR(at_p->interval.lower, 0, 1e-9);
}

TEST(CompareMeans, RefusesWhatHasNoSpreadOrNoRoom) {
  EXPECT_FALSE(compare_means(moments_by_adding({1}), moments_by_adding({1, 2})).has_value());
  EXPECT_FALSE(compare_means(moments_by_adding({}), moments_by_adding({})).has_value());
  EXPECT_FALSE(compare_means(moments_by_adding({1, 1, 1}), moments_by_adding({2, 2, 2})).has_value());
  EXPECT_FALSE(compare_means(moments_by_adding({1e308, -1e308}), moments_by_adding({1e308, 2})).has_value());
  EXPECT_FALSE(compare_means(moments_by_adding({5e-324, 0}), moments_by_adding({0, 5e-324})).has_value());
  const auto one_constant = compare_means(moments_by_adding({1, 1, 1}), moments_by_adding({2, 3, 4}));
  ASSERT_TRUE(one_constant.has_value());
  EXPECT_EQ(welch_degrees_of_freedom(moments_by_adding({1, 1, 1}), moments_by_adding({2, 3, 4})), 2);
  EXPECT_GE(welch_degrees_of_freedom(Moments{}, Moments{}), 1);
}

/// P(T > t) by brute-force integration of the density from t outwards (Simpson's rule on u with t = t0 + u / (1 - u)).
double slow_t_sf(double t, double degrees) {
  constexpr int kSteps = 20000;
  double sum = 0;
  for (int i = 0; i < kSteps; ++i) {
    const double u = static_cast<double>(i) / kSteps;
    const double x = t + u / (1 - u);
    const double value = student_t_pdf(x, degrees) / (1 - u) / (1 - u);
    sum += value * (i == 0 ? 1 : (i % 2 == 1 ? 4 : 2));
  }
  return sum / (3.0 * kSteps);
}

TEST(CompareMeans, OneSidedTestsAreTailsAndEndOpen) {
  const Moments control = moments_by_adding(kControl), treatment = moments_by_adding(kTreatment);
  const auto both = compare_means(control, treatment, 0.9);
  const auto greater =
      compare_means(control, treatment, {.confidence = 0.95, .alternative = Alternative::Greater});
  const auto less = compare_means(control, treatment, {.confidence = 0.95, .alternative = Alternative::Less});
  ASSERT_TRUE(both && greater && less);
  const double t = both->value / both->standard_error;
  ASSERT_GT(t, 0);
  EXPECT_NEAR(greater->p_value, slow_t_sf(t, both->degrees_of_freedom), 1e-9);
  EXPECT_NEAR(greater->p_value, both->p_value / 2, 1e-15);
  EXPECT_NEAR(less->p_value + greater->p_value, 1, 1e-14);
  EXPECT_NEAR(greater->interval.lower, both->interval.lower, 1e-13);
  EXPECT_NEAR(less->interval.upper, both->interval.upper, 1e-13);
  EXPECT_EQ(greater->interval.upper, std::numeric_limits<double>::infinity());
  EXPECT_EQ(less->interval.lower, -std::numeric_limits<double>::infinity());
}

TEST(CompareMeans, PooledVarianceIsTheTextbooks) {
  const Moments c = moments_by_adding(kControl), t = moments_by_adding(kTreatment);
  const auto got = compare_means(c, t, {.variance = VarianceModel::Pooled});
  const double pooled = (c.m2 + t.m2) / 12;  // 8 + 6 - 2 degrees of freedom
  EXPECT_EQ(got->degrees_of_freedom, 12);
  EXPECT_NEAR(got->standard_error, std::sqrt(pooled * (1 / 8.0 + 1 / 6.0)), 1e-15);
  EXPECT_EQ(got->test, TestMethod::StudentT);
  EXPECT_TRUE(got->assumptions.contains(Assumption::EqualVariances));
  EXPECT_FALSE(compare_means(c, t)->assumptions.contains(Assumption::EqualVariances));
  const auto normal = compare_means(c, t, {.distribution = ReferenceDistribution::Normal});
  EXPECT_EQ(normal->test, TestMethod::MeansZ);
  EXPECT_NEAR(normal->p_value, 2 * normal_sf(normal->value / normal->standard_error), 1e-15);
}

TEST(CompareMeans, GrowsSurerWithTheDifferenceAndWithTheUnits) {
  RandomStream random(12);
  for (int round = 0; round < 20; ++round) {
    Moments control, near, far;
    for (int i = 0; i < 25; ++i) control.add(random.normal());
    for (int i = 0; i < 15; ++i) {
      const double x = 1 + random.normal();
      near.add(x), far.add(x + 1);
    }
    const auto greater = MeansOptions{.alternative = Alternative::Greater};
    EXPECT_LT(compare_means(control, far, greater)->p_value, compare_means(control, near, greater)->p_value);
    Moments twice = control;
    twice.merge(control);
    EXPECT_LT(compare_means(twice, near)->standard_error, compare_means(control, near)->standard_error);
  }
}

TEST(CompareMeans, CarriesItsConcerns) {
  Moments heavy, light;
  for (int i = 0; i < 1000; ++i) {
    light.add(i % 7);
    if (i < 50) heavy.add(i == 0 ? 1000 : i % 7);
  }
  EXPECT_TRUE(compare_means(light, heavy)->concerns.contains(Concern::SkewedForItsSize));
  EXPECT_TRUE(compare_means(light, light)->concerns.empty());
}

TEST(ComparePairs, IsATestOfOneMean) {
  const std::vector<double> differences{1.2, 2.4, 1.3, 1.3, 0, 1, 1.8, 0.8, 4.6, 1.4};
  const Moments moments = moments_by_adding(differences);
  const auto got = compare_pairs(moments);
  const auto interval = mean_interval(moments);
  ASSERT_TRUE(got);
  EXPECT_NEAR(got->interval.lower, interval->lower, 1e-14);
  EXPECT_NEAR(got->p_value, 2 * slow_t_sf(got->value / got->standard_error, 9), 1e-9);
  EXPECT_EQ(got->test, TestMethod::PairedT);
  EXPECT_TRUE(got->concerns.contains(Concern::FewUnits));
  EXPECT_FALSE(compare_pairs(moments_by_adding({1})));
  EXPECT_FALSE(compare_pairs(moments_by_adding({2, 2, 2})));
  EXPECT_FALSE(compare_pairs(moments, {.confidence = 1.0}));
}

TEST(CompareMeans, RefusesMomentsThatAreNoNumbers) {
  Moments bad = moments_by_adding(kControl);
  bad.mean = std::nan("");
  EXPECT_FALSE(compare_means(bad, moments_by_adding(kTreatment)));
  bad = moments_by_adding(kControl);
  bad.m2 = std::nan("");
  EXPECT_FALSE(compare_means(moments_by_adding(kTreatment), bad));
  EXPECT_FALSE(compare_means(moments_by_adding(kTreatment), moments_by_adding(kControl), std::nan("")));
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
