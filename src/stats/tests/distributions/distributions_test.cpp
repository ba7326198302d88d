#include <splitplot/base/random.hpp>
#include <splitplot/stats/distributions.hpp>

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

void expect_close(double value, double want, double relative = 1e-11) {
  EXPECT_NEAR(value / want, 1, relative) << value << " for " << want;
}

// Expectations from mpmath with 50 digits.
TEST(Distributions, KeepTheirDigitsInFarTails) {
  expect_close(normal_sf(37), 5.7255712225245768e-300);
  expect_close(normal_cdf(-30), 4.9067139271481871e-198);
  expect_close(chi_square_sf(100, 3), 1.5541594313896049e-21);
  expect_close(student_t_sf(30, 25.5), 1.0258686025060414e-21);
  expect_close(f_sf(100, 7, 1000), 1.1089232210155455e-110);
  expect_close(noncentral_chi_square_sf(600, 20, 100), 2.8242516929266127e-44);
  expect_close(noncentral_chi_square_sf(505, 1, 100), 5.2927841334528943e-36);
  expect_close(noncentral_f_sf(186, 2, 10000, 60), 2.1906563635611421e-30);
}

TEST(Distributions, QuantilesAreTheInversesOfProbabilities) {
  RandomStream random(4);
  for (int i = 0; i < 200; ++i) {
    const double p = i % 2 == 0 ? random.uniform() * 0.98 + 0.01 : std::pow(10, -12 * random.uniform() - 1);
    const double a = std::exp(6 * random.uniform() - 2), b = std::exp(6 * random.uniform() - 2);
    expect_close(normal_cdf(normal_quantile(p)), p);
    expect_close(student_t_cdf(student_t_quantile(p, a), a), p, 1e-10);
    expect_close(1 - chi_square_sf(chi_square_quantile(p, 1 + a), 1 + a), p, 1e-10 + 1e-14 / p);
    expect_close(1 - f_sf(f_quantile(p, 1 + a, 1 + b), 1 + a, 1 + b), p, 1e-10 + 1e-14 / p);
    const double x = beta_quantile(p, 1 + a, 1 + b);
    expect_close(beta_cdf(x, 1 + a, 1 + b), p, 1e-10);
  }
}

TEST(Distributions, AreFamiliesOfOneAnother) {
  for (const double x : {0.01, 0.7, 2.0, 9.0}) {
    expect_close(chi_square_sf(x * x, 1), 2 * normal_sf(x));
    expect_close(chi_square_sf(x, 2), std::exp(-x / 2));
    expect_close(f_sf(x * x, 1, 7), 2 * student_t_sf(x, 7));
    expect_close(student_t_sf(x, kInfinity), normal_sf(x));
    expect_close(student_t_sf(x, 1), 0.5 - std::atan(x) / 3.141592653589793, 1e-10);
    // A shifted squared normal is noncentral chi-square.
    expect_close(noncentral_chi_square_sf(x * x, 1, 4), normal_sf(x - 2) + normal_cdf(-x - 2));
    expect_close(noncentral_f_sf(x * x, 1, 9, 4), noncentral_t_sf(x, 9, 2) + noncentral_t_cdf(-x, 9, 2),
                 1e-10);
  }
}

TEST(Binomial, ProbabilitiesSumToTheDistribution) {
  for (const double n : {0.0, 1.0, 7.0, 60.0}) {
    for (const double p : {0.0, 1e-9, 0.2, 0.5, 0.99, 1.0}) {
      double sum = 0;
      for (double k = 0; k <= n; ++k) {
        sum += binomial_pmf(k, n, p);
        EXPECT_NEAR(binomial_cdf(k, n, p), std::min(sum, 1.0), 1e-13) << k << " of " << n << " at " << p;
      }
      EXPECT_NEAR(sum, 1, 1e-13);
      EXPECT_EQ(binomial_cdf(-1, n, p), 0);
      EXPECT_EQ(binomial_cdf(n + 1, n, p), 1);
      EXPECT_EQ(binomial_pmf(0.5, n, p), 0);
    }
  }
}

TEST(Digamma, IsTheSlopeOfLogGamma) {
  EXPECT_NEAR(digamma(1), -0.57721566490153286, 1e-15);
  for (const double x : {0.3, 1.4616, 7.0, 1e5}) {
    const double step = 1e-5 * x;
    EXPECT_NEAR(digamma(x), (log_gamma(x + step) - log_gamma(x - step)) / (2 * step),
                1e-6 * (1 + std::log(x + 1)));
    EXPECT_NEAR(digamma(x + 1), digamma(x) + 1 / x, 1e-12 * (1 + 1 / x));
  }
}

}  // namespace
}  // namespace splitplot::stats
