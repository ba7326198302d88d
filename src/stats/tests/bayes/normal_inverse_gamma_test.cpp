#include <splitplot/stats/bayes/normal_inverse_gamma.hpp>
#include <splitplot/stats/distributions.hpp>

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

Moments moments_of(std::initializer_list<double> values) {
  Moments moments;
  for (const double value : values) moments.add(value);
  return moments;
}

TEST(NormalInverseGamma, MarginalMeanIsPriorTimesLikelihoodIntegratedOverTheVariance) {
  const NormalInverseGamma prior{1, 2, 3, 4};
  const std::initializer_list<double> values{2.5, 3.5, 1.0, 4.2};
  const auto posterior = normal_inverse_gamma_update(prior, moments_of(values));
  ASSERT_TRUE(posterior.has_value());
  const StudentPosterior marginal = posterior->marginal_mean();
  const auto unnormalised = [&](double mean) {
    double sum = 0;
    for (double u = -6; u < 8; u += 0.01) {  // log variance
      const double variance = std::exp(u);
      double log_density = -(prior.alpha + 1) * u - prior.beta / variance - 0.5 * u -
                           0.5 * prior.kappa * std::pow(mean - prior.mean, 2) / variance + u;
      for (const double x : values) log_density -= 0.5 * u + 0.5 * (x - mean) * (x - mean) / variance;
      sum += std::exp(log_density);
    }
    return sum;
  };
  const auto t = [&](double mean) {
    return student_t_pdf((mean - marginal.location) / marginal.scale, marginal.degrees);
  };
  for (const double mean : {0.0, 1.0, 3.0, 5.0}) {
    EXPECT_NEAR(unnormalised(mean) / unnormalised(2), t(mean) / t(2), 1e-6 * t(mean) / t(2));
  }
}

TEST(NormalInverseGamma, UpdatesInAnyPortions) {
  const NormalInverseGamma prior{1, 2, 3, 4};
  const auto at_once = normal_inverse_gamma_update(prior, moments_of({1, 5, 2, 8}));
  const auto later = normal_inverse_gamma_update(*normal_inverse_gamma_update(prior, moments_of({1, 5})),
                                                 moments_of({2, 8}));
  EXPECT_NEAR(at_once->mean, later->mean, 1e-14);
  EXPECT_NEAR(at_once->kappa, later->kappa, 1e-14);
  EXPECT_NEAR(at_once->alpha, later->alpha, 1e-14);
  EXPECT_NEAR(at_once->beta, later->beta, 1e-13);
  EXPECT_EQ(normal_inverse_gamma_update(prior, {})->beta, prior.beta);
  EXPECT_FALSE(normal_inverse_gamma_update({0, 0, 1, 1}, moments_of({1, 2})).has_value());
  EXPECT_FALSE(normal_inverse_gamma_update({NAN, 1, 1, 1}, moments_of({1, 2})).has_value());
}

/// P(T - C > target) by the midpoint rule over the control.
double brute_above(const StudentPosterior& c, const StudentPosterior& t, double target) {
  constexpr int kPoints = 5000;
  double sum = 0;
  for (int i = 0; i < kPoints; ++i) {
    const double p = (i + 0.5) / kPoints;  // over the control's probability, which leaves no tail out
    const double x = c.location + c.scale * student_t_quantile(p, c.degrees);
    sum += student_t_sf((x + target - t.location) / t.scale, t.degrees) / kPoints;
  }
  return sum;
}

TEST(MeanEffect, IsTheBehrensFisherDistribution) {
  const StudentPosterior control{9.4, 0.4, 6}, treatment{10.1, 0.5, 15};
  const auto effect = mean_effect(control, treatment, Direction::HigherIsBetter, 0.9);
  ASSERT_TRUE(effect.has_value());
  EXPECT_NEAR(effect->beats.chance_to_win, brute_above(control, treatment, 0), 1e-6);
  EXPECT_NEAR(brute_above(control, treatment, effect->interval.lower), 0.95, 1e-6);
  EXPECT_NEAR(brute_above(control, treatment, effect->interval.upper), 0.05, 1e-6);
  EXPECT_NEAR(*chance_of_mean_effect(control, treatment, 0.5, Direction::HigherIsBetter),
              brute_above(control, treatment, 0.5), 1e-6);
  EXPECT_NEAR(*chance_of_mean_effect(control, treatment, 0.5, Direction::LowerIsBetter),
              1 - brute_above(control, treatment, -0.5), 1e-6);
  EXPECT_NEAR(effect->beats.expected_loss_of_keeping - effect->beats.expected_loss, 0.7, 1e-12);
}

TEST(MeanEffect, OfInfiniteDegreesIsNormal) {
  const double infinite = std::numeric_limits<double>::infinity();
  const auto effect = mean_effect({1, 0.3, infinite}, {1.5, 0.4, infinite}, Direction::LowerIsBetter);
  EXPECT_NEAR(effect->beats.chance_to_win, normal_cdf(-1), 1e-12);
  EXPECT_NEAR(effect->beats.expected_loss, 0.5 * (normal_pdf(1) + normal_cdf(1)), 1e-12);
  EXPECT_NEAR(effect->interval.lower, 0.5 - 0.5 * 1.959963984540054, 1e-9);
}

TEST(MeanEffect, HoldsForVeryHeavyTails) {
  // Two Student t of 2 degrees: P(T - C > d) against the midpoint rule in the tail.
  const StudentPosterior control{0, 1, 2}, treatment{0, 1, 2};
  const auto effect = mean_effect(control, treatment, Direction::HigherIsBetter, 0.99);
  EXPECT_NEAR(effect->beats.chance_to_win, 0.5, 1e-12);
  EXPECT_NEAR(brute_above(control, treatment, effect->interval.upper), 0.005, 1e-5);
  EXPECT_FALSE(mean_effect({0, 1, 1}, treatment, Direction::HigherIsBetter).has_value());
  EXPECT_FALSE(mean_effect({0, 0, 3}, treatment, Direction::HigherIsBetter).has_value());
  EXPECT_FALSE(chance_of_mean_effect(control, treatment, NAN, Direction::HigherIsBetter).has_value());
}

}  // namespace
}  // namespace splitplot::stats
