#include <splitplot/base/random.hpp>
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

TEST(ConfidenceSequence, ExactRhoGivesTheNarrowestIntervalThere) {
  const std::uint64_t units = 3000;
  for (const double alpha : {1e-12, 0.001, 0.05, 0.3, 0.9}) {
    const double rho = *confidence_sequence_rho(alpha, units);
    const auto width = [&](double r) {
      const double mass = static_cast<double>(units) * r * r;
      return std::sqrt((mass + 1) / mass * 2 * std::log(std::sqrt(mass + 1) / alpha));
    };
    // A ternary search on the published width.
    double low = rho / 10, high = rho * 10;
    for (int i = 0; i < 200; ++i) {
      const double a = low + (high - low) / 3, b = high - (high - low) / 3;
      (width(a) < width(b) ? high : low) = width(a) < width(b) ? b : a;
    }
    EXPECT_NEAR(rho / low, 1, 1e-6) << alpha;
    EXPECT_LE(width(rho), width(*confidence_sequence_rho(alpha, units, RhoTuning::Approximate)));
    // Lambert's equation: with w = -(n rho^2 + 1), w exp(w) = -alpha^2 / e.
    const double w = -(static_cast<double>(units) * rho * rho + 1);
    EXPECT_NEAR(std::log(-w) + w, 2 * std::log(alpha) - 1, 1e-12 * std::abs(w));
  }
  EXPECT_NEAR(*confidence_sequence_rho(0.05, 1000), 0.09061990985466854, 1e-15);
  EXPECT_FALSE(confidence_sequence_rho(0, 10).has_value());
  EXPECT_FALSE(confidence_sequence_rho(1, 10).has_value());
  EXPECT_FALSE(confidence_sequence_rho(NAN, 10).has_value());
  EXPECT_FALSE(confidence_sequence_rho(0.05, 0).has_value());
}

TEST(ConfidenceSequence, BoundFollowsThePublishedFormulaAndMirrors) {
  const double n = 6461, tuned = 5000, alpha = 0.05, error = 0.13;
  const double rho2 = (-2 * std::log(2 * alpha) + std::log(1 - 2 * std::log(2 * alpha))) / tuned;
  const double reach =
      error * std::sqrt(n) *
      std::sqrt(2 * (n * rho2 + 1) / (n * n * rho2) * std::log(1 + std::sqrt(n * rho2 + 1) / (2 * alpha)));
  const auto lower = asymptotic_confidence_bound(0.2, error, 6461, 5000, Alternative::Greater);
  ASSERT_TRUE(lower.has_value());
  EXPECT_NEAR(lower->interval.lower, 0.2 - reach, 1e-13);
  EXPECT_EQ(lower->interval.upper, std::numeric_limits<double>::infinity());
  const auto upper = asymptotic_confidence_bound(-0.2, error, 6461, 5000, Alternative::Less);
  EXPECT_EQ(upper->interval.upper, -lower->interval.lower);
  EXPECT_EQ(upper->p_value, lower->p_value);
  // The p-value is alpha where the bound touches zero, and 1 on the wrong side.
  EXPECT_NEAR(asymptotic_confidence_bound(reach, error, 6461, 5000, Alternative::Greater)->p_value, alpha,
              1e-12);
  EXPECT_EQ(asymptotic_confidence_bound(reach, error, 6461, 5000, Alternative::Less)->p_value, 1);
  // One side costs less than two.
  EXPECT_LT(reach, asymptotic_confidence_sequence(0, error, 6461, 5000)->half_width);
  EXPECT_FALSE(asymptotic_confidence_bound(0, 1, 10, 10, Alternative::TwoSided).has_value());
  EXPECT_FALSE(asymptotic_confidence_bound(0, 1, 10, 10, Alternative::Less, 0.5).has_value());
  EXPECT_FALSE(asymptotic_confidence_bound(NAN, 1, 10, 10, Alternative::Less).has_value());
}

TEST(ConfidenceSequence, LiftHoldsTheRatiosThatAreNotRejected) {
  const double control = 2, control_error = 0.0009, treatment = 2.3, treatment_error = 0.0016;
  const auto lift =
      relative_confidence_sequence(control, control_error, treatment, treatment_error, 4000, 5000);
  ASSERT_TRUE(lift.has_value());
  for (const double end : {lift->lift.interval.lower, lift->lift.interval.upper}) {
    const double ratio = 1 + end;
    const auto test = asymptotic_confidence_sequence(
        treatment - ratio * control, std::sqrt(treatment_error + ratio * ratio * control_error), 4000, 5000);
    EXPECT_NEAR(test->p_value, 0.05, 1e-10);
  }
  EXPECT_NEAR(lift->lift.value, 0.15, 1e-15);
  EXPECT_NEAR(lift->p_value, asymptotic_confidence_sequence(0.3, 0.05, 4000, 5000)->p_value, 1e-17);
  const auto delta = relative_confidence_sequence(control, control_error, treatment, treatment_error, 4000,
                                                  5000, 0.95, RelativeMethod::Delta);
  EXPECT_NEAR(delta->standard_error,
              std::sqrt(treatment_error / 4 + treatment * treatment * control_error / 16), 1e-15);
  EXPECT_NEAR(delta->lift.interval.upper - 0.15, 0.15 - delta->lift.interval.lower, 1e-14);
  const auto negative =
      relative_confidence_sequence(-control, control_error, -treatment, treatment_error, 4000, 5000);
  EXPECT_LT(negative->lift.interval.upper, 0);
}

TEST(ConfidenceSequence, LiftIsRefusedWhereItHasNoBounds) {
  EXPECT_FALSE(relative_confidence_sequence(0, 1, 1, 1, 100, 100).has_value());
  EXPECT_FALSE(
      relative_confidence_sequence(0.1, 1, 1, 1, 100, 100).has_value());  // control not told from zero
  EXPECT_FALSE(relative_confidence_sequence(NAN, 1, 1, 1, 100, 100).has_value());
  EXPECT_FALSE(relative_confidence_sequence(1, NAN, 1, 1, 100, 100).has_value());
  EXPECT_FALSE(relative_confidence_sequence(1, 0, 1, 0, 100, 100).has_value());
}

TEST(ConfidenceSequence, WatchedLiftKeepsItsErrorRateWhereTheDeltaMethodDoesNot) {
  // A rate of 2 %, 40 looks from 100 units an arm: far too early for the delta method.
  RandomStream random(31);
  const int runs = 300;
  int fieller_misses = 0, delta_misses = 0;
  for (int run = 0; run < runs; ++run) {
    double successes[2] = {0, 0};
    bool fieller_missed = false, delta_missed = false;
    for (int look = 1; look <= 40; ++look) {
      for (double& count : successes) {
        for (int unit = 0; unit < 100; ++unit) count += random.bernoulli(0.02) ? 1 : 0;
      }
      const double n = 100.0 * look, c = successes[0] / n, t = successes[1] / n;
      for (const RelativeMethod method : {RelativeMethod::Fieller, RelativeMethod::Delta}) {
        const auto lift = relative_confidence_sequence(c, c * (1 - c) / n, t, t * (1 - t) / n,
                                                       static_cast<std::uint64_t>(2 * n), 400, 0.95, method);
        const bool missed = lift && !lift->lift.interval.contains(0);
        (method == RelativeMethod::Fieller ? fieller_missed : delta_missed) |= missed;
      }
    }
    fieller_misses += fieller_missed ? 1 : 0;
    delta_misses += delta_missed ? 1 : 0;
  }
  EXPECT_LE(fieller_misses / static_cast<double>(runs), 0.05);
  EXPECT_GT(delta_misses, 2 * fieller_misses);
}

TEST(ConfidenceSequence, RunningMeanUsesThePopulationVariance) {
  Moments moments;
  const double values[] = {1, 4, 2, 8, 5, 7};
  double sum = 0, squares = 0;
  for (const double x : values) {
    moments.add(x);
    sum += x;
    squares += x * x;
  }
  const double mean = sum / 6, deviation = std::sqrt(squares / 6 - mean * mean);
  const auto result = mean_confidence_sequence(moments, 100);
  ASSERT_TRUE(result.has_value());
  EXPECT_NEAR(result->mean.interval.upper - mean,
              asymptotic_confidence_sequence(0, deviation / std::sqrt(6.0), 6, 100)->half_width, 1e-13);
  EXPECT_FALSE(mean_confidence_sequence(Moments{}, 100).has_value());
  Moments constant;
  constant.add(3);
  constant.add(3);
  EXPECT_FALSE(mean_confidence_sequence(constant, 100).has_value());
}

}  // namespace
}  // namespace splitplot::stats
