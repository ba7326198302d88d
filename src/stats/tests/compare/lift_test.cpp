#include <splitplot/stats/compare/lift.hpp>

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

}  // namespace
}  // namespace splitplot::stats
