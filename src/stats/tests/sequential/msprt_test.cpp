#include "slow_recursion.hpp"

#include <splitplot/base/random.hpp>
#include <splitplot/stats/sequential/msprt.hpp>

#include <cmath>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

TEST(MixtureSprt, IsTheLikelihoodRatioIntegratedOverTheMixture) {
  const double difference = 0.08, variance = 2, n = 1000, tau2 = 0.0025;
  const double error2 = variance / n, tau = std::sqrt(tau2);
  const auto integrand = [&](double effect) {
    const double log_ratio = (difference * effect - effect * effect / 2) / error2;
    return std::exp(log_ratio) * slow::phi(effect / tau) / tau;
  };
  const auto test = mixture_sprt(difference, variance, n, tau2);
  ASSERT_TRUE(test.has_value());
  EXPECT_NEAR(test->log_likelihood_ratio, std::log(slow::simpson(integrand, -0.8, 0.8, 20000)), 1e-10);
  EXPECT_NEAR(test->p_value, std::min(1.0, std::exp(-test->log_likelihood_ratio)), 1e-15);
}

TEST(MixtureSprt, IntervalHoldsTheEffectsThatAreNotRejected) {
  RandomStream random(4);
  for (int i = 0; i < 100; ++i) {
    const double difference = random.normal(), variance = std::exp(3 * random.normal());
    const double n = 1 + std::exp(10 * random.uniform()), tau2 = std::exp(2 * random.normal());
    const double alpha = 0.5 * random.uniform() + 1e-4;
    const auto test = mixture_sprt(difference, variance, n, tau2, 1 - alpha);
    for (const double end : {test->interval.lower, test->interval.upper})
      EXPECT_NEAR(mixture_sprt(difference - end, variance, n, tau2)->p_value, alpha, 1e-9 * (1 + 1 / alpha));
    const auto swapped = mixture_sprt(-difference, variance, n, tau2, 1 - alpha);
    EXPECT_EQ(swapped->log_likelihood_ratio, test->log_likelihood_ratio);
    EXPECT_EQ(swapped->interval.lower, -test->interval.upper);
    const double unit = 1e90;
    const auto scaled =
        mixture_sprt(difference * unit, variance * unit * unit, n, tau2 * unit * unit, 1 - alpha);
    EXPECT_NEAR(scaled->log_likelihood_ratio, test->log_likelihood_ratio,
                1e-9 * (1 + std::abs(test->log_likelihood_ratio)));
  }
}

TEST(MixtureSprt, NullErrorStaysBelowAlphaUnderHundredLooks) {
  RandomStream random(6);
  const int runs = 1000;
  int alarms = 0;
  for (int run = 0; run < runs; ++run) {
    double sum = 0;
    bool alarm = false;
    for (int look = 1; look <= 100 && !alarm; ++look) {
      sum += std::sqrt(2.0 * 20) * random.normal();
      alarm = mixture_sprt(sum / (20.0 * look), 2, 20.0 * look, 0.05)->p_value <= 0.05;
    }
    alarms += alarm ? 1 : 0;
  }
  EXPECT_LE(alarms / static_cast<double>(runs), 0.05 + 3 * std::sqrt(0.05 * 0.95 / runs));
  EXPECT_GT(alarms, 0);
}

TEST(MixtureSprt, HostileInputIsRefusedOrAnswered) {
  EXPECT_FALSE(mixture_sprt(NAN, 1, 1, 1).has_value());
  EXPECT_FALSE(mixture_sprt(0, 0, 1, 1).has_value());
  EXPECT_FALSE(mixture_sprt(0, 1, 0, 1).has_value());
  EXPECT_FALSE(mixture_sprt(0, 1, 1, 0).has_value());
  EXPECT_FALSE(mixture_sprt(0, 1, 1, INFINITY).has_value());
  EXPECT_FALSE(mixture_sprt(0, 1, 1, 1, 1).has_value());
  EXPECT_FALSE(mixture_sprt(1e308, 1e-300, 1e10, 1).has_value());
  EXPECT_FALSE(mixture_sprt(0, 1e308, 1, 5e-324).has_value());
  EXPECT_TRUE(mixture_sprt(0, 1e308, 1, 1e308).has_value());
  EXPECT_EQ(mixture_sprt(1e3, 1, 1000, 1)->p_value, 0);
}

}  // namespace
}  // namespace splitplot::stats
