#include <splitplot/stats/sequential/confidence_sequence.hpp>

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

TEST(ConfidenceSequence, FollowsThePublishedFormula) {
  const double n = 2000, n_tuned = 5000, alpha = 0.05, error = 0.03;
  const double rho2 = (-2 * std::log(alpha) + std::log(1 - 2 * std::log(alpha))) / n_tuned;
  const double s = error * std::sqrt(n);
  const double half =
      s * std::sqrt(2 * (n * rho2 + 1) / (n * n * rho2) * std::log(std::sqrt(n * rho2 + 1) / alpha));
  const auto sequence = asymptotic_confidence_sequence(0.1, error, 2000, 5000);
  ASSERT_TRUE(sequence.has_value());
  EXPECT_NEAR(sequence->half_width, half, 1e-13);
  EXPECT_NEAR(sequence->rho, std::sqrt(rho2), 1e-14);
}

TEST(ConfidenceSequence, PValueIsTheLevelAtWhichTheIntervalTouchesZero) {
  const double error = 0.03, alpha = 0.05;
  const double half = asymptotic_confidence_sequence(0, error, 2000, 5000, 1 - alpha)->half_width;
  EXPECT_NEAR(asymptotic_confidence_sequence(half, error, 2000, 5000, 1 - alpha)->p_value, alpha, 1e-12);
  EXPECT_NEAR(asymptotic_confidence_sequence(-half, error, 2000, 5000, 1 - alpha)->p_value, alpha, 1e-12);
  EXPECT_EQ(asymptotic_confidence_sequence(0, error, 2000, 5000)->p_value, 1);
}

TEST(ConfidenceSequence, IsTightestNearTheSampleItIsTunedFor) {
  // Width in units of what the standard error would be: compare tunings at the same sample.
  const auto width = [](std::uint64_t tuned) {
    return asymptotic_confidence_sequence(0, 1, 10000, tuned)->half_width;
  };
  EXPECT_LT(width(10000), width(2000));
  EXPECT_LT(width(10000), width(50000));
  EXPECT_GT(width(10000), 1.96);  // the price for looking
}

TEST(ConfidenceSequence, RefusesWhatHasNoMeaning) {
  EXPECT_FALSE(asymptotic_confidence_sequence(0, 0, 10, 10).has_value());
  EXPECT_FALSE(asymptotic_confidence_sequence(0, 1, 0, 10).has_value());
  EXPECT_FALSE(asymptotic_confidence_sequence(0, 1, 10, 0).has_value());
  EXPECT_FALSE(asymptotic_confidence_sequence(NAN, 1, 10, 10).has_value());
  EXPECT_FALSE(asymptotic_confidence_sequence(0, 1e308, 10, 10).has_value());
  const auto huge =
      asymptotic_confidence_sequence(1e300, 1e-300, std::numeric_limits<std::uint64_t>::max(), 1);
  ASSERT_TRUE(huge.has_value());
  EXPECT_EQ(huge->p_value, 0);
}

}  // namespace
}  // namespace splitplot::stats
