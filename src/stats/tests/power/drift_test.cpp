#include <splitplot/base/random.hpp>
#include <splitplot/stats/power/drift.hpp>

#include <cmath>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

/// P(Z > x) by the midpoint rule.
double slow_tail(double x) {
  double sum = 0;
  constexpr double kStep = 1e-4;
  for (double z = x + kStep / 2; z < 12; z += kStep) sum += std::exp(-z * z / 2);
  return sum * kStep / std::sqrt(2 * std::acos(-1.0));
}

TEST(PowerOfDrift, IsTheAreaBeyondTheCriticalValues) {
  const double z = 1.959963984540054;
  EXPECT_NEAR(*power_of_drift(1.3), slow_tail(z - 1.3) + slow_tail(z + 1.3), 1e-7);
  EXPECT_NEAR(*power_of_drift(1.3, {0.05, Alternative::TwoSided, FarTail::Ignored}), slow_tail(z - 1.3),
              1e-7);
  EXPECT_NEAR(*power_of_drift(1.3, {0.025, Alternative::Greater}), slow_tail(z - 1.3), 1e-7);
  EXPECT_NEAR(*power_of_drift(-1.3, {0.025, Alternative::Less}), slow_tail(z - 1.3), 1e-7);
  EXPECT_NEAR(*power_of_drift(-1.3, {0.025, Alternative::Greater}), slow_tail(z + 1.3), 1e-7);
  EXPECT_NEAR(*power_of_drift(0), 0.05, 1e-14);
}

TEST(PowerOfDrift, IsInvertedByNormalDriftForPower) {
  for (const Alternative alternative : {Alternative::TwoSided, Alternative::Greater, Alternative::Less}) {
    for (const FarTail far_tail : {FarTail::Counted, FarTail::Ignored}) {
      for (const double alpha : {1e-6, 0.05, 0.4}) {
        for (const double power : {0.41, 0.8, 0.999}) {
          const PowerOptions options{alpha, alternative, far_tail};
          const auto drift = normal_drift_for_power(power, options);
          ASSERT_TRUE(drift.has_value());
          EXPECT_EQ(*drift < 0, alternative == Alternative::Less);
          EXPECT_NEAR(*power_of_drift(*drift, options), power, 1e-12);
        }
      }
    }
  }
}

TEST(PowerOfDrift, RefusesWhatHasNoMeaning) {
  EXPECT_FALSE(power_of_drift(NAN).has_value());
  EXPECT_FALSE(power_of_drift(INFINITY).has_value());
  EXPECT_FALSE(power_of_drift(1, {0.0}).has_value());
  EXPECT_FALSE(power_of_drift(1, {1.0}).has_value());
  EXPECT_FALSE(power_of_drift(1, {NAN}).has_value());
  EXPECT_FALSE(normal_drift_for_power(0.05).has_value());
  EXPECT_FALSE(normal_drift_for_power(1).has_value());
  EXPECT_FALSE(normal_drift_for_power(NAN).has_value());
  EXPECT_EQ(*power_of_drift(1e300), 1);
}

}  // namespace
}  // namespace splitplot::stats
