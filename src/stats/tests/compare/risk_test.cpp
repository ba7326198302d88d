#include <splitplot/stats/compare/risk.hpp>

#include <cmath>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

constexpr double kZ95 = 1.959963984540054;

TEST(RiskRatio, HasTheSpreadOfTheDeltaMethodOnLogarithms) {
  const double p_c = 5.0 / 34, p_t = 15.0 / 34;
  const double error = std::sqrt((1 - p_c) / 5 + (1 - p_t) / 15);
  const auto ratio = risk_ratio({5, 34}, {15, 34});
  ASSERT_TRUE(ratio.has_value());
  EXPECT_NEAR(ratio->value, 3, 1e-14);
  EXPECT_NEAR(ratio->standard_error, error, 1e-14);
  EXPECT_NEAR(std::log(ratio->interval.upper), std::log(3.0) + kZ95 * error, 1e-13);
  EXPECT_NEAR(ratio->p_value, std::erfc(std::log(3.0) / error / std::sqrt(2.0)), 1e-14);
}

TEST(OddsRatio, IsTheCrossProductWithWoolfsSpread) {
  const auto ratio = odds_ratio({5, 34}, {15, 34});
  EXPECT_NEAR(ratio->value, 15.0 * 29 / (19 * 5), 1e-13);
  EXPECT_NEAR(ratio->standard_error, std::sqrt(1.0 / 5 + 1.0 / 29 + 1.0 / 15 + 1.0 / 19), 1e-14);
}

TEST(RelativeEffects, TurnOverWithTheArms) {
  const auto forth = risk_ratio({30, 400}, {45, 420}), back = risk_ratio({45, 420}, {30, 400});
  EXPECT_NEAR(forth->value * back->value, 1, 1e-14);
  EXPECT_NEAR(forth->interval.lower * back->interval.upper, 1, 1e-13);
  EXPECT_NEAR(forth->p_value, back->p_value, 1e-14);
  const auto odds = odds_ratio({30, 400}, {45, 420}), lost = odds_ratio({370, 400}, {375, 420});
  EXPECT_NEAR(odds->value * lost->value, 1, 1e-13);
}

TEST(RelativeEffects, RefuseWhereTheLogarithmHasNoSpread) {
  EXPECT_FALSE(risk_ratio({0, 50}, {6, 50}).has_value());
  EXPECT_FALSE(risk_ratio({6, 50}, {0, 50}).has_value());
  EXPECT_FALSE(risk_ratio({50, 50}, {50, 50}).has_value());
  EXPECT_TRUE(risk_ratio({50, 50}, {49, 50}).has_value());
  EXPECT_FALSE(odds_ratio({50, 50}, {49, 50}).has_value());
  EXPECT_FALSE(odds_ratio({1, 5}, {2, 5}, std::nan("")).has_value());
  EXPECT_EQ(risk_ratio({1, 0}, {2, 5}).error().why, "an arm has no units");
}

}  // namespace
}  // namespace splitplot::stats
