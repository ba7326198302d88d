#include <splitplot/base/random.hpp>
#include <splitplot/stats/compare/non_inferiority.hpp>
#include <splitplot/stats/distributions.hpp>

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

Moments draw(RandomStream& random, int count, double mean, double factor = 1) {
  Moments result;
  for (int i = 0; i < count; ++i) result.add(factor * (mean + random.normal()));
  return result;
}

TEST(NonInferiority, IsSuperiorityOverAShiftedControl) {
  RandomStream random(1);
  Moments control, treatment, shifted;
  for (int i = 0; i < 30; ++i) {
    const double x = random.normal();
    control.add(x);
    shifted.add(x - 0.5);
  }
  for (int i = 0; i < 20; ++i) treatment.add(2 * random.normal());
  const auto got = non_inferiority_of_means(control, treatment, 0.5);
  MeansOptions greater;
  greater.alternative = Alternative::Greater;
  const auto slow = compare_means(shifted, treatment, greater);
  ASSERT_TRUE(got && slow);
  EXPECT_NEAR(got->p_value, slow->p_value, 1e-12);
  EXPECT_NEAR(got->statistic, slow->value / slow->standard_error, 1e-12);
}

TEST(NonInferiority, HarmfulDirectionsAreMirrorImages) {
  RandomStream one(2), other(2);
  const Moments control = draw(one, 25, 1), treatment = draw(one, 40, 1.1);
  const Moments control_down = draw(other, 25, 1, -1), treatment_down = draw(other, 40, 1.1, -1);
  NonInferiorityOptions higher;
  higher.harmful = HarmfulDirection::Higher;
  const auto up = non_inferiority_of_means(control, treatment, 0.3);
  const auto down = non_inferiority_of_means(control_down, treatment_down, 0.3, higher);
  EXPECT_NEAR(up->p_value, down->p_value, 1e-14);
  EXPECT_NEAR(up->interval.lower, -down->interval.upper, 1e-14);
  EXPECT_EQ(up->interval.upper, std::numeric_limits<double>::infinity());
  EXPECT_EQ(down->interval.lower, -std::numeric_limits<double>::infinity());
}

TEST(NonInferiority, IsShownExactlyWhenTheIntervalClearsTheMargin) {
  RandomStream random(3);
  int shown = 0;
  for (int i = 0; i < 200; ++i) {
    const Moments control = draw(random, 15, 0), treatment = draw(random, 12, 0);
    const auto got = non_inferiority_of_means(control, treatment, 0.7);
    EXPECT_EQ(got->shown, got->interval.lower >= -0.7);
    shown += got->shown ? 1 : 0;
    const auto wider = non_inferiority_of_means(control, treatment, 1.4);
    EXPECT_LT(wider->p_value, got->p_value);
  }
  EXPECT_GT(shown, 20);
  EXPECT_LT(shown, 180);
}

TEST(NonInferiority, AtTheMarginErrsAsOftenAsStated) {
  RandomStream random(4);
  int shown = 0;
  for (int i = 0; i < 4000; ++i) {
    const Moments control = draw(random, 20, 1), treatment = draw(random, 20, 0.5);
    shown += non_inferiority_of_means(control, treatment, 0.5)->shown ? 1 : 0;
  }
  EXPECT_NEAR(shown / 4000.0, 0.025, 3 * std::sqrt(0.025 * 0.975 / 4000));
}

TEST(Equivalence, IsTwoOneSidedTestsAndTheNarrowerInterval) {
  RandomStream random(5);
  int shown = 0;
  for (int i = 0; i < 200; ++i) {
    const Moments control = draw(random, 40, 0), treatment = draw(random, 35, 0.1);
    const auto got = equivalence_of_means(control, treatment, {-0.5, 0.6});
    ASSERT_TRUE(got);
    EXPECT_EQ(got->shown, -0.5 <= got->interval.lower && got->interval.upper <= 0.6);
    EXPECT_NEAR(got->p_value_above_lower,
                student_t_sf((got->difference + 0.5) / got->standard_error, got->degrees_of_freedom), 1e-15);
    EXPECT_NEAR(got->p_value_below_upper,
                student_t_cdf((got->difference - 0.6) / got->standard_error, got->degrees_of_freedom), 1e-15);
    EXPECT_EQ(got->p_value, std::max(got->p_value_above_lower, got->p_value_below_upper));
    shown += got->shown ? 1 : 0;
  }
  EXPECT_GT(shown, 20);
  EXPECT_LT(shown, 180);
}

TEST(Margins, AreCheckedBeforeUse) {
  RandomStream random(6);
  const Moments arm = draw(random, 10, 0);
  const double nan = std::nan(""), infinity = std::numeric_limits<double>::infinity();
  for (const double margin : {-1.0, nan, infinity}) EXPECT_FALSE(non_inferiority_of_means(arm, arm, margin));
  EXPECT_TRUE(non_inferiority_of_means(arm, arm, 0));
  NonInferiorityOptions options;
  for (const double level : {0.0, 0.5, nan}) {
    options.significance = level;
    EXPECT_FALSE(non_inferiority_of_means(arm, arm, 1, options));
  }
  EXPECT_FALSE(equivalence_of_means(arm, arm, {1, -1}));
  EXPECT_FALSE(equivalence_of_means(arm, arm, {0, 0}));
  EXPECT_FALSE(equivalence_of_means(arm, arm, {-infinity, 1}));
  EXPECT_FALSE(equivalence_of_means(arm, arm, {-1, 1}, {.significance = 0.7}));
  EXPECT_FALSE(non_inferiority_of_means(Moments{}, arm, 1));
  EXPECT_FALSE(equivalence_of_means(arm, Moments{}, {-1, 1}));
}

}  // namespace
}  // namespace splitplot::stats
