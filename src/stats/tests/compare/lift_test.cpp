#include <splitplot/stats/compare/lift.hpp>
#include <splitplot/stats/distributions.hpp>

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

constexpr double kZ95 = 1.959963984540054;

/// Fieller's set by its definition: the ratios r at which t - r c is within its error of zero.
bool in_fieller_set(double c, double v_c, double t, double v_t, double z, double ratio) {
  return std::pow(t - ratio * c, 2) <= z * z * (v_t + ratio * ratio * v_c);
}

TEST(FiellerLift, IsTheSetOfRatiosThatTheDataAllow) {
  const auto lift = fieller_lift(2, 0.3, 3, 0.2, kZ95);
  ASSERT_TRUE(lift.has_value());
  EXPECT_NEAR(lift->value, 0.5, 1e-15);
  EXPECT_TRUE(in_fieller_set(2, 0.3, 3, 0.2, kZ95, lift->interval.lower + 1 + 1e-9));
  EXPECT_FALSE(in_fieller_set(2, 0.3, 3, 0.2, kZ95, lift->interval.lower + 1 - 1e-9));
  EXPECT_TRUE(in_fieller_set(2, 0.3, 3, 0.2, kZ95, lift->interval.upper + 1 - 1e-9));
  EXPECT_FALSE(in_fieller_set(2, 0.3, 3, 0.2, kZ95, lift->interval.upper + 1 + 1e-9));
}

TEST(FiellerLift, DoesNotDependOnUnit) {
  const auto base = fieller_lift(2, 0.3, 3, 0.2, kZ95);
  for (const double factor : {1e-150, 1e-9, 1e9, 1e150}) {
    const auto other =
        fieller_lift(2 * factor, 0.3 * factor * factor, 3 * factor, 0.2 * factor * factor, kZ95);
    ASSERT_TRUE(other.has_value());
    EXPECT_NEAR(other->interval.lower, base->interval.lower, 1e-12);
    EXPECT_NEAR(other->interval.upper, base->interval.upper, 1e-12);
  }
}

TEST(FiellerLift, NegativeControlKeepsTheSignOfTheChange) {
  const auto better = fieller_lift(-10, 0.1, -8, 0.1, kZ95);  // from -10 up to -8
  ASSERT_TRUE(better.has_value());
  EXPECT_NEAR(better->value, 0.2, 1e-15);
  EXPECT_GT(better->interval.lower, 0);
  const auto mirrored = fieller_lift(10, 0.1, 8, 0.1, kZ95);
  EXPECT_NEAR(better->interval.lower, -mirrored->interval.upper, 1e-14);
}

TEST(FiellerLift, HasNoAnswerWhereTheSetIsUnbounded) {
  EXPECT_FALSE(fieller_lift(0, 0.1, 1, 0.1, kZ95).has_value());
  EXPECT_FALSE(fieller_lift(1, 0.3, 1, 0.1, kZ95).has_value());  // 1 is less than 1.96 standard errors from 0
  EXPECT_TRUE(fieller_lift(1, 0.25, 1, 0.1, kZ95).has_value());
  EXPECT_FALSE(fieller_lift(1, std::nan(""), 1, 0.1, kZ95).has_value());
  EXPECT_FALSE(fieller_lift(5e-324, 0, 1e308, 0.1, kZ95).has_value());
  EXPECT_FALSE(fieller_lift(1, -1, 1, 0.1, kZ95).has_value());
}

const ArmMean kControlArm{2, 30, 100};
const ArmMean kTreatmentArm{3, 16, 80};

TEST(DeltaMethodLift, IsTheTangentOfTheRatio) {
  const auto got = delta_method_lift(kControlArm, kTreatmentArm);
  ASSERT_TRUE(got);
  EXPECT_NEAR(got->value, 0.5, 1e-15);
  // Its error by finite differences of t / c.
  const double step = 1e-6;
  const double by_c = (3 / (2 + step) - 3 / (2 - step)) / (2 * step), by_t = 1 / 2.0;
  const double error = std::sqrt(by_c * by_c * 0.3 + by_t * by_t * 0.2);
  EXPECT_NEAR(got->standard_error, error, 1e-9);
  EXPECT_NEAR(got->degrees_of_freedom, satterthwaite_degrees_of_freedom(0.3, 100, 0.2, 80), 1e-12);
  EXPECT_NEAR(got->p_value, 2 * student_t_sf(0.5 / error, got->degrees_of_freedom), 1e-9);
}

TEST(LogRatioLift, IsTheTangentOfTheLogarithm) {
  const auto got =
      log_ratio_lift(kControlArm, kTreatmentArm, {.distribution = ReferenceDistribution::Normal});
  const double error = std::sqrt(0.3 / 4 + 0.2 / 9);
  ASSERT_TRUE(got);
  EXPECT_NEAR(got->value, 0.5, 1e-15);
  EXPECT_NEAR(got->standard_error, error, 1e-14);
  EXPECT_NEAR(got->interval.lower, 1.5 * std::exp(-kZ95 * error) - 1, 1e-13);
  EXPECT_NEAR(got->interval.upper, 1.5 * std::exp(kZ95 * error) - 1, 1e-13);
  EXPECT_NEAR(got->p_value, 2 * normal_sf(std::log(1.5) / error), 1e-14);
}

TEST(LiftsByName, DoNotDependOnUnitAndMirrorBelowZero) {
  for (const auto method : {&delta_method_lift, &log_ratio_lift}) {
    for (const auto variance : {VarianceModel::PerArm, VarianceModel::Pooled}) {
      const MeansOptions greater{.alternative = Alternative::Greater, .variance = variance};
      const MeansOptions less{.alternative = Alternative::Less, .variance = variance};
      const auto base = method(kControlArm, kTreatmentArm, greater);
      for (const double unit : {1e-100, 1e100}) {
        const auto other =
            method({2 * unit, 30 * unit * unit, 100}, {3 * unit, 16 * unit * unit, 80}, greater);
        ASSERT_TRUE(base && other);
        EXPECT_NEAR(other->interval.lower, base->interval.lower, 1e-13);
        EXPECT_NEAR(other->p_value, base->p_value, 1e-13);
      }
      const auto mirrored =
          method({-2, 30, 100}, {-3, 16, 80}, less);  // from -2 down to -3: a loss of a half
      EXPECT_NEAR(mirrored->value, -0.5, 1e-15);
      EXPECT_NEAR(mirrored->p_value, base->p_value, 1e-14);
      EXPECT_NEAR(mirrored->interval.upper, -base->interval.lower, 1e-14);
    }
  }
}

TEST(LiftsByName, PooledVarianceIsThatOfBothArms) {
  const ArmMean alike{3, 30, 80};
  const auto pooled = delta_method_lift(kControlArm, alike, {.variance = VarianceModel::Pooled});
  const auto own = delta_method_lift(kControlArm, alike);  // both arms have the variance 30
  EXPECT_NEAR(pooled->standard_error, own->standard_error, 1e-14);
  EXPECT_EQ(pooled->degrees_of_freedom, 178);
}

TEST(LiftsByName, RefuseWhatHasNoRatio) {
  for (const auto method : {&delta_method_lift, &log_ratio_lift}) {
    EXPECT_FALSE(method({0, 1, 10}, {1, 1, 10}, {}));
    EXPECT_FALSE(method({1, 1, 1}, {1, 1, 10}, {}));
    EXPECT_FALSE(method({1, -1, 10}, {1, 1, 10}, {}));
    EXPECT_FALSE(method({1, 0, 10}, {1, 0, 10}, {}));
    EXPECT_FALSE(method({std::nan(""), 1, 10}, {1, 1, 10}, {}));
    EXPECT_FALSE(method({1, 1, 10}, {2, 1, 10}, {.confidence = 1}));
    EXPECT_TRUE(method({1, 1, 10}, {2, 1, 10}, {})->concerns.contains(Concern::FewUnits));
  }
  EXPECT_FALSE(log_ratio_lift({1, 1, 10}, {-1, 1, 10}));
  EXPECT_FALSE(log_ratio_lift({1, 1, 10}, {0, 1, 10}));
  EXPECT_TRUE(delta_method_lift({1, 1, 10}, {-1, 1, 10}));
}

TEST(DeltaMethodLift, OfRatesHasTheErrorOfNumericalDerivatives) {
  // Numerical derivatives of p_t / p_c - 1 by its two arguments.
  const double p_c = 14.0 / 28, p_t = 16.0 / 30, h = 1e-6;
  const auto lift_of = [](double c, double t) { return t / c - 1; };
  const double by_c = (lift_of(p_c + h, p_t) - lift_of(p_c - h, p_t)) / (2 * h);
  const double by_t = (lift_of(p_c, p_t + h) - lift_of(p_c, p_t - h)) / (2 * h);
  const double error =
      std::hypot(by_c * std::sqrt(p_c * (1 - p_c) / 28), by_t * std::sqrt(p_t * (1 - p_t) / 30));
  const ArmMean control = arm_mean(SuccessCount{14, 28}), treatment = arm_mean(SuccessCount{16, 30});
  const auto lift = delta_method_lift(control, treatment, {.distribution = ReferenceDistribution::Normal});
  EXPECT_NEAR(lift->value, p_t / p_c - 1, 1e-14);
  EXPECT_NEAR(lift->standard_error, error, 1e-9);
  EXPECT_NEAR(lift->interval.upper - lift->value, 1.959963984540054 * lift->standard_error, 1e-13);
  const auto welch = delta_method_lift(control, treatment);
  EXPECT_GT(welch->interval.width(), lift->interval.width());
  EXPECT_GT(welch->p_value, lift->p_value);
}

}  // namespace
}  // namespace splitplot::stats
