#include "slow_recursion.hpp"

#include <splitplot/base/random.hpp>
#include <splitplot/stats/sequential/spending.hpp>

#include <cmath>
#include <limits>
#include <numbers>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

constexpr SpendingFunction kAll[] = {
    {SpendingFamily::OBrienFleming, 0},     {SpendingFamily::Pocock, 0},
    {SpendingFamily::HwangShihDeCani, -4},  {SpendingFamily::HwangShihDeCani, 0},
    {SpendingFamily::HwangShihDeCani, 1.5}, {SpendingFamily::KimDeMetsPower, 0.5},
    {SpendingFamily::KimDeMetsPower, 3}};

TEST(Spending, FollowsThePublishedFormulas) {
  const double alpha = 0.025, t = 0.37;
  EXPECT_NEAR(*spent_alpha({SpendingFamily::Pocock, 0}, alpha, t),
              alpha * std::log(1 + (std::numbers::e - 1) * t), 1e-16);
  EXPECT_NEAR(*spent_alpha({SpendingFamily::HwangShihDeCani, -4}, alpha, t),
              alpha * (1 - std::exp(4 * t)) / (1 - std::exp(4.0)), 1e-16);
  EXPECT_NEAR(*spent_alpha({SpendingFamily::HwangShihDeCani, 2}, alpha, t),
              alpha * (1 - std::exp(-2 * t)) / (1 - std::exp(-2.0)), 1e-16);
  EXPECT_NEAR(*spent_alpha({SpendingFamily::HwangShihDeCani, 0}, alpha, t), alpha * t, 1e-16);
  EXPECT_NEAR(*spent_alpha({SpendingFamily::KimDeMetsPower, 1.5}, alpha, t), alpha * std::pow(t, 1.5), 1e-16);
  // z of 1 - alpha / 2 by bisection on its definition.
  double low = 0, high = 10;
  for (int i = 0; i < 200; ++i) (slow::above((low + high) / 2) > alpha / 2 ? low : high) = (low + high) / 2;
  EXPECT_NEAR(*spent_alpha({SpendingFamily::OBrienFleming, 0}, alpha, t), 2 * slow::above(low / std::sqrt(t)),
              1e-15);
}

TEST(Spending, GrowsFromNothingToAlpha) {
  RandomStream random(3);
  for (const SpendingFunction& spending : kAll) {
    for (int i = 0; i < 100; ++i) {
      const double alpha = random.uniform() * 0.9 + 1e-6;
      const double t = random.uniform(), later = t + (1 - t) * random.uniform();
      EXPECT_LE(*spent_alpha(spending, alpha, t), *spent_alpha(spending, alpha, later) * (1 + 1e-14));
    }
    EXPECT_EQ(*spent_alpha(spending, 0.05, 0), 0);
    EXPECT_NEAR(*spent_alpha(spending, 0.05, 1), 0.05, 1e-16);
    EXPECT_NEAR(*spent_alpha(spending, 0.05, 7), 0.05, 1e-16);
    EXPECT_NEAR(*spent_alpha(spending, 0.05, 1 - 1e-12), 0.05, 1e-11);
  }
}

TEST(Spending, ExtremeParametersStayNumbers) {
  EXPECT_EQ(*spent_alpha({SpendingFamily::HwangShihDeCani, -500}, 0.05, 0.001),
            *spent_alpha({SpendingFamily::HwangShihDeCani, -500}, 0.05, 0.001));
  EXPECT_GT(*spent_alpha({SpendingFamily::HwangShihDeCani, -500}, 0.05, 0.5), 0);
  EXPECT_NEAR(*spent_alpha({SpendingFamily::HwangShihDeCani, 500}, 0.05, 0.5), 0.05, 1e-15);
  EXPECT_GT(*spent_alpha({SpendingFamily::OBrienFleming, 0}, 0.05, 0.01), 0);
}

TEST(Spending, RefusesWhatHasNoMeaning) {
  EXPECT_FALSE(spent_alpha({}, 0, 0.5).has_value());
  EXPECT_FALSE(spent_alpha({}, 1, 0.5).has_value());
  EXPECT_FALSE(spent_alpha({}, NAN, 0.5).has_value());
  EXPECT_FALSE(spent_alpha({}, 0.05, -0.1).has_value());
  EXPECT_FALSE(spent_alpha({}, 0.05, NAN).has_value());
  EXPECT_FALSE(spent_alpha({SpendingFamily::KimDeMetsPower, 0}, 0.05, 0.5).has_value());
  EXPECT_FALSE(spent_alpha({SpendingFamily::KimDeMetsPower, NAN}, 0.05, 0.5).has_value());
  EXPECT_FALSE(spent_alpha({SpendingFamily::HwangShihDeCani, 501}, 0.05, 0.5).has_value());
}

}  // namespace
}  // namespace splitplot::stats
