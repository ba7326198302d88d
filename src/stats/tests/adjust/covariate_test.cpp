#include <splitplot/base/random.hpp>
#include <splitplot/stats/adjust/covariate.hpp>

#include <cmath>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

struct Data {
  CrossMoments control, treatment;
  std::vector<CrossMoments> arms() const { return {control, treatment}; }
};

/// y = 2 x1 - 3 x2 + noise (+ 1 in the treatment); rows (y, x1 f1, x2 f2, extra(x1, x2)) where extra is asked
/// for.
template <typename Extra>
Data simulate(double f1, double f2, std::size_t dimensions, Extra extra) {
  RandomStream random(314);
  Data data{CrossMoments(dimensions), CrossMoments(dimensions)};
  for (int i = 0; i < 2000; ++i) {
    const bool treated = i % 3 == 0;
    const double x1 = random.normal() + 5, x2 = random.normal() + 0.5 * x1;
    std::vector<double> row{2 * x1 - 3 * x2 + 0.5 * random.normal() + (treated ? 1 : 0), x1 * f1, x2 * f2,
                            extra(x1, x2)};
    row.resize(dimensions);
    (treated ? data.treatment : data.control).add(row);
  }
  return data;
}
const auto kNoExtra = [](double, double) { return 0.0; };

TEST(Cuped, FindsTheCoefficientsWhateverTheUnits) {
  const Data plain = simulate(1, 1, 3, kNoExtra);
  const auto theta = cuped_coefficients(plain.arms());
  ASSERT_TRUE(theta.has_value());
  EXPECT_NEAR((*theta)[0], 2, 0.06);
  EXPECT_NEAR((*theta)[1], -3, 0.06);
  const auto badly_scaled = cuped_coefficients(simulate(1e9, 1e-9, 3, kNoExtra).arms());
  ASSERT_TRUE(badly_scaled.has_value());
  EXPECT_NEAR((*badly_scaled)[0] * 1e9, (*theta)[0], 1e-9);
  EXPECT_NEAR((*badly_scaled)[1] * 1e-9, (*theta)[1], 1e-9);
}

TEST(Cuped, ResidualsAreUncorrelatedWithEveryCovariate) {  // the normal equations, term by term
  const Data data = simulate(1, 1, 3, kNoExtra);
  const auto theta = cuped_coefficients(data.arms());
  for (std::size_t i = 1; i <= 2; ++i) {
    double left = 0, size = 0;
    for (const CrossMoments& arm : data.arms()) {
      left += arm.comoment(i, 0) - (*theta)[0] * arm.comoment(i, 1) - (*theta)[1] * arm.comoment(i, 2);
      size += std::abs(arm.comoment(i, 0));
    }
    EXPECT_NEAR(left, 0, 1e-11 * size);
  }
}

TEST(Cuped, LeavesOutConstantAndCollinearCovariates) {
  const auto theta = cuped_coefficients(simulate(1, 1, 3, kNoExtra).arms());
  const auto collinear =
      cuped_coefficients(simulate(1, 1, 4, [](double a, double b) { return 2 * a - b; }).arms());
  const auto constant = cuped_coefficients(simulate(1, 1, 4, [](double, double) { return 0.1; }).arms());
  for (const auto& other : {collinear, constant}) {
    ASSERT_TRUE(other.has_value());
    EXPECT_EQ((*other)[2], 0);
    EXPECT_NEAR((*other)[0], (*theta)[0], 1e-9);
    EXPECT_NEAR((*other)[1], (*theta)[1], 1e-9);
  }
}

TEST(Cuped, AdjustmentRemovesNoiseAndKeepsTheEffect) {
  const Data data = simulate(1, 1, 3, kNoExtra);
  const auto theta = cuped_coefficients(data.arms());
  const std::vector<double> centre = covariate_centre(data.arms());
  const AdjustedMean control = adjust_mean(data.control, *theta, centre);
  const AdjustedMean treatment = adjust_mean(data.treatment, *theta, centre);
  const auto difference = compare_adjusted(control, treatment);
  ASSERT_TRUE(difference.has_value());
  EXPECT_NEAR(difference->value, 1, 3 * 0.5 * std::sqrt(1 / 667.0 + 1 / 1333.0));
  EXPECT_NEAR(difference->standard_error, 0.5 * std::sqrt(1 / 667.0 + 1 / 1333.0), 0.002);
  EXPECT_EQ(difference->test, TestMethod::AdjustedT);
  // The mean over all units is what it was: the centre is that of all arms, weighted by their units.
  const double raw = data.control.mean(0) * 1333 + data.treatment.mean(0) * 667;
  EXPECT_NEAR(control.mean * 1333 + treatment.mean * 667, raw, 1e-8 * std::abs(raw));
}

TEST(Cuped, AdjustedVarianceIsThatOfTheAdjustedValues) {
  RandomStream random(2);
  CrossMoments arm(2);
  Moments adjusted;
  for (int i = 0; i < 50; ++i) {
    const double x = random.normal(), y = x + random.normal();
    arm.add(std::vector<double>{y, x});
    adjusted.add(y - 0.7 * (x - 0.2));
  }
  const AdjustedMean mean = adjust_mean(arm, std::vector<double>{0.7}, std::vector<double>{0.2});
  EXPECT_NEAR(mean.mean, adjusted.mean, 1e-13);
  EXPECT_NEAR(mean.variance_of_mean, adjusted.variance_of_mean(), 1e-13);
}

TEST(Cuped, RefusesWhatCannotBeEstimated) {
  EXPECT_FALSE(cuped_coefficients({}).has_value());
  EXPECT_FALSE(cuped_coefficients(std::vector<CrossMoments>{CrossMoments(1)}).has_value());
  CrossMoments few(2), constant(2), huge(2), other(3);
  for (int i = 0; i < 3; ++i) few.add(std::vector<double>{1.0 * i, 2.0 * i});
  for (int i = 0; i < 30; ++i) constant.add(std::vector<double>{1.0 * i, 0.1});
  for (int i = 0; i < 30; ++i) huge.add(std::vector<double>{1.0 * i, i % 2 == 0 ? 1e200 : -1e200});
  other.add(std::vector<double>{1, 2, 3});
  EXPECT_FALSE(cuped_coefficients(std::vector<CrossMoments>{few}).has_value());
  EXPECT_FALSE(cuped_coefficients(std::vector<CrossMoments>{constant}).has_value());
  EXPECT_FALSE(cuped_coefficients(std::vector<CrossMoments>{huge}).has_value());
  EXPECT_FALSE(cuped_coefficients(std::vector<CrossMoments>{few, other}).has_value());
  EXPECT_FALSE(compare_adjusted({1, 0.5, 1}, {1, 0.5, 10}).has_value());
  EXPECT_FALSE(compare_adjusted({1, 0, 10}, {1, 0, 10}).has_value());
  EXPECT_FALSE(compare_adjusted({1e308, 1, 10}, {-1e308, 1, 10}).has_value());
}

TEST(Cuped, PerfectCovariateLeavesNoSpread) {
  CrossMoments arm(2);
  for (int i = 0; i < 40; ++i) arm.add(std::vector<double>{0.3 * i, 0.1 * i});
  const std::vector<CrossMoments> arms{arm, arm};
  const auto theta = cuped_coefficients(arms);
  ASSERT_TRUE(theta.has_value());
  const AdjustedMean mean = adjust_mean(arm, *theta, covariate_centre(arms));
  EXPECT_EQ(mean.variance_of_mean, 0);
  EXPECT_FALSE(compare_adjusted(mean, mean).has_value());
}

TEST(Cuped, AnArmWithoutUnitsCannotBeCompared) {
  CrossMoments arm(2);
  for (int i = 0; i < 10; ++i) arm.add(std::vector<double>{1.0 * i, 1.0 * (i % 3)});
  const AdjustedMean some = adjust_mean(arm, std::vector<double>{0.5}, std::vector<double>{1.0});
  const AdjustedMean none = adjust_mean(CrossMoments(), std::vector<double>{0.5}, std::vector<double>{1.0});
  EXPECT_FALSE(compare_adjusted(some, none).has_value());
  EXPECT_FALSE(compare_adjusted(none, some).has_value());
}

TEST(Cuped, DegreesOfFreedomAreWelchsLessOneForEachCovariate) {
  // Equal arms of 10 with equal variances: 18, less 2.
  const AdjustedMean arm{1, 0.5, 10, 2};
  EXPECT_NEAR(adjusted_degrees_of_freedom(arm, arm), 16, 1e-12);
  const AdjustedMean tiny{1, 0.5, 2, 2};
  EXPECT_FALSE(compare_adjusted(tiny, tiny).has_value());
}

TEST(Cuped, OneSidedAndNormalAreTheTwoSidedTCutInHalfAndItsLimit) {
  const AdjustedMean control{1, 0.5, 12, 1}, treatment{3, 0.7, 15, 1};
  const auto both = compare_adjusted(control, treatment, 0.9);
  const auto greater =
      compare_adjusted(control, treatment, AdjustedComparison{0.95, Alternative::Greater, {}});
  const auto less = compare_adjusted(control, treatment, AdjustedComparison{0.95, Alternative::Less, {}});
  ASSERT_TRUE(both && greater && less);
  EXPECT_NEAR(greater->p_value, both->p_value / 2, 1e-14);
  EXPECT_NEAR(greater->p_value + less->p_value, 1, 1e-14);
  EXPECT_NEAR(greater->interval.lower, both->interval.lower, 1e-12);
  EXPECT_NEAR(less->interval.upper, both->interval.upper, 1e-12);
  EXPECT_TRUE(std::isinf(greater->interval.upper) && std::isinf(less->interval.lower));
  EXPECT_TRUE(both->assumptions.contains(Assumption::CovariateBeforeExposure));
  EXPECT_TRUE(both->concerns.contains(Concern::FewUnits));
  const AdjustedComparison normal{0.95, Alternative::TwoSided, ReferenceDistribution::Normal};
  const auto z = compare_adjusted(control, treatment, normal);
  EXPECT_NEAR(z->interval.width(), 2 * 1.959963984540054 * std::sqrt(1.2), 1e-12);
  EXPECT_LT(z->p_value, both->p_value);
  const AdjustedMean many{1, 0.5, 1'000'000'000, 1}, others{3, 0.7, 1'000'000'000, 1};
  EXPECT_NEAR(compare_adjusted(many, others)->p_value, z->p_value, 1e-8);
}

TEST(Cuped, SmallSegmentsFindNothingMoreOftenThanPromised) {
  // Three units an arm, coefficients known from elsewhere: the case in which a normal approximation finds effects in a tenth of all
  // segments and more.
  RandomStream random(77);
  const std::vector<double> theta{0.8}, centre{0.0};
  constexpr int kRuns = 20000;
  int found = 0;
  for (int run = 0; run < kRuns; ++run) {
    CrossMoments control(2), treatment(2);
    for (int i = 0; i < 3; ++i) {
      for (CrossMoments* arm : {&control, &treatment}) {
        const double x = random.normal();
        arm->add(std::vector<double>{0.8 * x + random.normal(), x});
      }
    }
    const auto difference =
        compare_adjusted(adjust_mean(control, theta, centre), adjust_mean(treatment, theta, centre));
    found += difference && difference->p_value <= 0.05 ? 1 : 0;
  }
  EXPECT_LT(found / static_cast<double>(kRuns), 0.05 + 3 * std::sqrt(0.05 * 0.95 / kRuns));
}

}  // namespace
}  // namespace splitplot::stats
