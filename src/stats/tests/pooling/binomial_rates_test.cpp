#include <splitplot/stats/distributions.hpp>
#include <splitplot/stats/pooling/binomial_rates.hpp>

#include <cmath>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

using Counts = std::vector<SuccessCount>;

const Counts kThree{{0, 12}, {3, 20}, {9, 30}};

double log_beta(double a, double b) {
  return log_gamma(a) + log_gamma(b) - log_gamma(a + b);
}

double log_likelihood(const Counts& counts, double a, double b) {
  double sum = 0;
  for (const auto& c : counts) {
    const double x = static_cast<double>(c.successes), n = static_cast<double>(c.units);
    sum += log_beta(a + x, b + n - x) - log_beta(a, b);
  }
  return sum;
}

TEST(PoolRates, AgreesWithASumOverAPlainGrid) {
  const RateRegion region{{-4, 1}, {-1, 6}};
  double mass = 0, mean = 0, rate = 0, square = 0, below = 0;
  const auto found = pool_rates(kThree, {.confidence = 0.9, .region = region});
  ASSERT_TRUE(found) << found.error().why;
  constexpr int kPoints = 160;
  for (int i = 0; i < kPoints; ++i) {
    for (int k = 0; k < kPoints; ++k) {
      const double u = -4 + 5 * (i + 0.5) / kPoints, v = -1 + 7 * (k + 0.5) / kPoints;
      const double a = std::exp(v) / (1 + std::exp(-u)), b = std::exp(v) / (1 + std::exp(u));
      const double p = a * b * std::pow(a + b, -2.5) * std::exp(log_likelihood(kThree, a, b));
      const double m = a / (a + b + 12);
      mass += p, mean += p * a / (a + b), rate += p * m;
      square += p * m * (a + 1) / (a + b + 13);
      below += p * beta_cdf(found->segments[0].interval.upper, a, b + 12);
    }
  }
  EXPECT_NEAR(found->mean, mean / mass, 3e-5);
  EXPECT_NEAR(found->segments[0].mean, rate / mass, 3e-5);
  EXPECT_NEAR(found->segments[0].sd, std::sqrt(square / mass - std::pow(rate / mass, 2)), 3e-5);
  EXPECT_NEAR(below / mass, 0.95, 3e-4);
}

TEST(PoolRates, WithoutARegionTakesAllThatCounts) {
  const auto all = pool_rates(kThree);
  const auto wide = pool_rates(kThree, {.region = RateRegion{{-60, 60}, {-12, 45}}});
  ASSERT_TRUE(all && wide);
  EXPECT_FALSE(all->alpha_mean);
  EXPECT_NEAR(all->mean, wide->mean, 1e-6);
  EXPECT_NEAR(all->segments[2].interval.upper, wide->segments[2].interval.upper, 1e-5);
}

TEST(PoolRates, SwapsWithSuccessAndFailure) {
  const auto plain = pool_rates(kThree);
  const auto swapped = pool_rates(Counts{{12, 12}, {17, 20}, {21, 30}});
  ASSERT_TRUE(plain && swapped);
  for (std::size_t j = 0; j < 3; ++j) {
    EXPECT_NEAR(plain->segments[j].mean, 1 - swapped->segments[j].mean, 1e-7);
    EXPECT_NEAR(plain->segments[j].interval.lower, 1 - swapped->segments[j].interval.upper, 1e-6);
  }
}

TEST(PoolRates, RefusesWhatHasNoAnswer) {
  EXPECT_FALSE(pool_rates(Counts{{1, 10}}));
  EXPECT_FALSE(pool_rates(Counts{{0, 10}, {0, 20}}));
  EXPECT_FALSE(pool_rates(Counts{{10, 10}, {20, 20}}));
  EXPECT_FALSE(pool_rates(Counts{{11, 10}, {2, 20}}));
  EXPECT_FALSE(pool_rates(kThree, {.confidence = 0}));
  EXPECT_FALSE(pool_rates(kThree, {.region = RateRegion{{1, 1}, {0, 1}}}));
}

TEST(FitBetaBinomial, StandsOnTheTopOfTheLikelihood) {
  const Counts counts{{0, 12}, {3, 20}, {9, 30}, {12, 25}, {1, 40}};
  const auto fit = fit_beta_binomial(counts);
  ASSERT_TRUE(fit) << fit.error().why;
  EXPECT_NEAR(fit->log_likelihood, log_likelihood(counts, fit->alpha, fit->beta), 1e-9);
  for (const double factor : {0.999, 1.001}) {
    EXPECT_LT(log_likelihood(counts, fit->alpha * factor, fit->beta), fit->log_likelihood);
    EXPECT_LT(log_likelihood(counts, fit->alpha, fit->beta * factor), fit->log_likelihood);
    EXPECT_LT(log_likelihood(counts, fit->alpha * factor, fit->beta * factor), fit->log_likelihood);
  }
  EXPECT_NEAR(fit->shrunken_rates[0], fit->alpha / (fit->alpha + fit->beta + 12), 1e-14);
  EXPECT_FALSE(fit_beta_binomial(Counts{{10, 100}, {10, 100}, {10, 100}}));
}

TEST(BetaMomentsOfRates, GiveTheRatesTheirMeanAndVariance) {
  const auto moments = beta_moments_of_rates(Counts{{1, 10}, {3, 10}, {0, 0}, {4, 20}});
  ASSERT_TRUE(moments);
  EXPECT_NEAR(moments->mean, 0.2, 1e-15);
  EXPECT_NEAR(moments->sd, 0.1, 1e-15);
  const double size = moments->alpha + moments->beta;
  EXPECT_NEAR(moments->alpha / size, 0.2, 1e-15);
  EXPECT_NEAR(0.2 * 0.8 / (size + 1), 0.01, 1e-15);
  EXPECT_FALSE(beta_moments_of_rates(Counts{{1, 10}, {2, 20}}));
  EXPECT_FALSE(beta_moments_of_rates(Counts{{0, 10}, {20, 20}}));
}

}  // namespace
}  // namespace splitplot::stats
