#include <splitplot/stats/bayes/effect.hpp>
#include <splitplot/stats/distributions.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

TEST(BeatsNormal, AgreesWithPlainQuadrature) {
  const double mean = 0.3, sd = 0.5, step = 1e-4;
  double loss = 0, gain = 0;
  for (double x = -4; x < 5; x += step) {
    const double density =
        std::exp(-0.5 * std::pow((x - mean) / sd, 2)) / (sd * std::sqrt(2 * std::acos(-1.0)));
    (x < 0 ? loss : gain) += std::abs(x) * density * step;
  }
  const auto beats = beats_normal(mean, sd, Direction::HigherIsBetter);
  EXPECT_NEAR(beats->expected_loss, loss, 1e-7);
  EXPECT_NEAR(beats->expected_loss_of_keeping, gain, 1e-7);
  EXPECT_NEAR(beats_normal(mean, sd, Direction::LowerIsBetter)->expected_loss, gain, 1e-7);
}

TEST(BeatsNormal, StaysFinite) {
  const auto sure = beats_normal(1e300, 1e-300, Direction::HigherIsBetter);
  ASSERT_TRUE(sure.has_value());
  EXPECT_EQ(sure->chance_to_win, 1);
  EXPECT_EQ(sure->expected_loss, 0);
  EXPECT_EQ(sure->expected_loss_of_keeping, 1e300);
  EXPECT_FALSE(beats_normal(1, 0, Direction::HigherIsBetter).has_value());
  EXPECT_FALSE(beats_normal(1, INFINITY, Direction::HigherIsBetter).has_value());
  EXPECT_FALSE(beats_normal(NAN, 1, Direction::HigherIsBetter).has_value());
}

struct Brute {
  double mass = 0, mean = 0, square = 0, above = 0, loss = 0, gain = 0, below_lower = 0, below_upper = 0;
};

/// Everything about the posterior by the midpoint rule on likelihood times prior.
template <typename Prior>
Brute brute(const MeasuredEffect& effect, const Prior& prior_density, double target, Interval interval,
            double low, double high) {
  constexpr int kPoints = 200000;
  const double step = (high - low) / kPoints;
  Brute sums;
  for (int i = 0; i < kPoints; ++i) {
    const double x = low + (i + 0.5) * step;
    const double z = (x - effect.value) / effect.standard_error;
    const double w = std::exp(-0.5 * z * z) * prior_density(x);
    sums.mass += w;
    sums.mean += w * x;
    sums.square += w * x * x;
    if (x > target) sums.above += w;
    sums.loss += w * std::max(0.0, -x);
    sums.gain += w * std::max(0.0, x);
    if (x < interval.lower) sums.below_lower += w;
    if (x < interval.upper) sums.below_upper += w;
  }
  for (double* sum : {&sums.mean, &sums.square, &sums.above, &sums.loss, &sums.gain, &sums.below_lower,
                      &sums.below_upper}) {
    *sum /= sums.mass;
  }
  return sums;
}

template <typename Density>
void expect_posterior(const MeasuredEffect& effect, const EffectPrior& prior, const Density& density,
                      double low, double high) {
  const auto posterior = effect_posterior(effect, Direction::HigherIsBetter, {prior, 0.9});
  ASSERT_TRUE(posterior.has_value()) << posterior.error().why;
  const double target = effect.value + 0.3 * effect.standard_error;
  const Brute slow = brute(effect, density, target, posterior->interval, low, high);
  const double sd = std::sqrt(slow.square - slow.mean * slow.mean);
  EXPECT_NEAR(posterior->mean, slow.mean, 1e-7 * sd);
  EXPECT_NEAR(posterior->sd, sd, 1e-6 * sd);
  EXPECT_NEAR(*chance_of_effect(effect, target, Direction::HigherIsBetter, prior), slow.above, 1e-4);
  EXPECT_NEAR(*chance_of_effect(effect, -target, Direction::LowerIsBetter, prior), 1 - slow.above, 1e-4);
  EXPECT_NEAR(posterior->beats.expected_loss, slow.loss, 1e-6 * sd);
  EXPECT_NEAR(posterior->beats.expected_loss_of_keeping, slow.gain, 1e-6 * sd);
  // A cell of the midpoint rule holds up to 2e-3 of the sharpest posterior, of which half may lie on the wrong side.
  EXPECT_NEAR(slow.below_lower, 0.05, 1e-3);
  EXPECT_NEAR(slow.below_upper, 0.95, 1e-3);
}

TEST(EffectPosterior, UnderANormalPriorAgreesWithPlainQuadrature) {
  const auto density = [](double x) { return std::exp(-0.5 * (x - 0.5) * (x - 0.5) / 0.04); };
  expect_posterior({0.1, 0.3}, NormalEffectPrior{0.5, 0.2}, density, -2, 3);
}

TEST(EffectPosterior, UnderAStudentPriorAgreesWithPlainQuadrature) {
  const auto density = [](double location, double scale, double degrees) {
    return [=](double x) {
      const double t = (x - location) / scale;
      return std::pow(1 + t * t / degrees, -0.5 * (degrees + 1));
    };
  };
  expect_posterior({0.1, 0.05}, StudentEffectPrior{0, 0.03, 3}, density(0, 0.03, 3), -0.6, 0.8);
  expect_posterior({3, 1}, StudentEffectPrior{-1, 0.2, 2}, density(-1, 0.2, 2), -9, 14);  // two peaks
  expect_posterior({-8, 1}, StudentEffectPrior{0, 0.1, 4}, density(0, 0.1, 4), -18,
                   4);  // two peaks, far apart
  expect_posterior({0.2, 1}, StudentEffectPrior{0, 50, 1}, density(0, 50, 1), -12, 12);  // hardly a prior
  expect_posterior({2, 1}, StudentEffectPrior{0.5, 0.01, 5}, density(0.5, 0.01, 5), -2, 10);  // a sharp one
}

TEST(EffectPosterior, OfAStudentPriorWithManyDegreesIsTheNormalOne) {
  const MeasuredEffect effect{0.3, 0.2};
  const auto normal =
      effect_posterior(effect, Direction::HigherIsBetter, {NormalEffectPrior{0.1, 0.15}, 0.95});
  for (const double degrees : {1e7, 1e12, std::numeric_limits<double>::infinity()}) {
    const auto student =
        effect_posterior(effect, Direction::HigherIsBetter, {StudentEffectPrior{0.1, 0.15, degrees}, 0.95});
    EXPECT_NEAR(student->mean, normal->mean, 1e-7);
    EXPECT_NEAR(student->interval.lower, normal->interval.lower, 1e-6);
    EXPECT_NEAR(student->beats.chance_to_win, normal->beats.chance_to_win, 1e-6);
  }
}

TEST(EffectPosterior, ShrinksALargeEffectLessUnderHeavyTails) {
  const MeasuredEffect large{1, 0.1}, small{0.1, 0.1};
  const auto mean = [](const MeasuredEffect& effect, const EffectPrior& prior) {
    return effect_posterior(effect, Direction::HigherIsBetter, {prior, 0.95})->mean;
  };
  EXPECT_GT(mean(large, StudentEffectPrior{0, 0.1, 3}), 0.9);
  EXPECT_LT(mean(large, NormalEffectPrior{0, 0.1}), 0.51);
  EXPECT_LT(mean(small, StudentEffectPrior{0, 0.1, 3}), 0.06);
}

TEST(EffectPosterior, FollowsTheUnitAndTheSign) {
  for (const double unit : {1e-200, 1e-3, 1e200}) {
    for (const EffectPrior& prior : {EffectPrior{NormalEffectPrior{0.1 * unit, 0.3 * unit}},
                                     EffectPrior{StudentEffectPrior{0.1 * unit, 0.3 * unit, 4}}}) {
      const auto scaled =
          effect_posterior({0.4 * unit, 0.2 * unit}, Direction::HigherIsBetter, {prior, 0.95});
      const EffectPrior plain = std::holds_alternative<NormalEffectPrior>(prior)
                                    ? EffectPrior{NormalEffectPrior{0.1, 0.3}}
                                    : EffectPrior{StudentEffectPrior{0.1, 0.3, 4}};
      const auto one = effect_posterior({0.4, 0.2}, Direction::HigherIsBetter, {plain, 0.95});
      EXPECT_NEAR(scaled->mean / unit, one->mean, 1e-12);
      EXPECT_NEAR(scaled->interval.upper / unit, one->interval.upper, 1e-11);
      EXPECT_NEAR(scaled->beats.chance_to_win, one->beats.chance_to_win, 1e-12);
      EXPECT_NEAR(scaled->beats.expected_loss / unit, one->beats.expected_loss, 1e-13);
    }
  }
  const auto up =
      effect_posterior({0.4, 0.2}, Direction::HigherIsBetter, {StudentEffectPrior{0.1, 0.3, 4}, 0.95});
  const auto down =
      effect_posterior({-0.4, 0.2}, Direction::LowerIsBetter, {StudentEffectPrior{-0.1, 0.3, 4}, 0.95});
  EXPECT_NEAR(up->beats.expected_loss, down->beats.expected_loss, 1e-11);
  EXPECT_NEAR(up->interval.upper, -down->interval.lower, 1e-11);
}

TEST(EffectPosterior, StaysFiniteForHostileInput) {
  for (const double value : {0.0, 5e-324, -1e-300, 1.0, 1e150, -1e308}) {
    for (const double error : {1e-300, 1.0, 1e300}) {
      for (const EffectPrior& prior :
           {EffectPrior{FlatEffectPrior{}}, EffectPrior{NormalEffectPrior{0, 1e-3}},
            EffectPrior{NormalEffectPrior{1e300, 1e300}}, EffectPrior{StudentEffectPrior{0, 1e-9, 3}},
            EffectPrior{StudentEffectPrior{1, 1e9, 0.5}}}) {
        const auto posterior = effect_posterior({value, error}, Direction::HigherIsBetter, {prior, 0.95});
        ASSERT_TRUE(posterior.has_value());
        EXPECT_TRUE(std::isfinite(posterior->mean));
        EXPECT_TRUE(std::isfinite(posterior->sd));
        EXPECT_LE(posterior->interval.lower, posterior->interval.upper);
        EXPECT_TRUE(posterior->beats.chance_to_win >= 0 && posterior->beats.chance_to_win <= 1);
        EXPECT_GE(posterior->beats.expected_loss, 0);
      }
    }
  }
  EXPECT_FALSE(effect_posterior({NAN, 1}, Direction::HigherIsBetter).has_value());
  EXPECT_FALSE(effect_posterior({0, 0}, Direction::HigherIsBetter).has_value());
  EXPECT_FALSE(
      effect_posterior({0, 1}, Direction::HigherIsBetter, {NormalEffectPrior{0, 0}, 0.95}).has_value());
  EXPECT_FALSE(
      effect_posterior({0, 1}, Direction::HigherIsBetter, {StudentEffectPrior{0, 1, 0}, 0.95}).has_value());
  EXPECT_FALSE(effect_posterior({0, 1}, Direction::HigherIsBetter, {FlatEffectPrior{}, 0}).has_value());
  EXPECT_FALSE(chance_of_effect({0, 1}, INFINITY, Direction::HigherIsBetter).has_value());
}

TEST(RelativeEffect, IsTheDeltaMethod) {
  // The variance of t / c by numerical derivatives.
  Moments control, treatment;
  for (const double x : {9.0, 10.0, 11.0, 12.0, 8.5}) control.add(x);
  for (const double x : {10.5, 12.5, 11.0, 13.0}) treatment.add(x);
  const double h = 1e-5;
  const auto ratio = [](double c, double t) { return t / c; };
  const double by_c =
      (ratio(control.mean + h, treatment.mean) - ratio(control.mean - h, treatment.mean)) / (2 * h);
  const double by_t =
      (ratio(control.mean, treatment.mean + h) - ratio(control.mean, treatment.mean - h)) / (2 * h);
  const auto effect = relative_effect(control, treatment);
  EXPECT_NEAR(effect->value, treatment.mean / control.mean - 1, 1e-15);
  EXPECT_NEAR(
      effect->standard_error,
      std::sqrt(by_c * by_c * control.variance_of_mean() + by_t * by_t * treatment.variance_of_mean()), 1e-9);
  EXPECT_FALSE(relative_effect({}, treatment).has_value());
  Moments zero;
  for (const double x : {-1.0, 1.0}) zero.add(x);
  EXPECT_FALSE(relative_effect(zero, treatment).has_value());
}

TEST(EffectPosterior, AtTheEndOfADoublesRangeIsFiniteOrRefused) {
  for (const double scale : {1e300, 1.7e308}) {
    const auto posterior = effect_posterior({-1e308, 1e307}, Direction::HigherIsBetter,
                                            {.prior = StudentEffectPrior{-1e308, scale, 3}});
    if (!posterior) continue;
    EXPECT_TRUE(std::isfinite(posterior->mean) && std::isfinite(posterior->sd));
    EXPECT_TRUE(std::isfinite(posterior->interval.lower) && std::isfinite(posterior->interval.upper));
    EXPECT_TRUE(std::isfinite(posterior->beats.expected_loss));
  }
}

}  // namespace
}  // namespace splitplot::stats
