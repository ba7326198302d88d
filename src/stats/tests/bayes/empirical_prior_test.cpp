#include <splitplot/base/random.hpp>
#include <splitplot/stats/bayes/empirical_prior.hpp>
#include <splitplot/stats/distributions.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

std::vector<MeasuredEffect> drawn_experiments(RandomStream& random, int size, double mean, double sd) {
  std::vector<MeasuredEffect> result;
  for (int i = 0; i < size; ++i) {
    const double error = 0.1 + 0.4 * random.uniform();
    result.push_back({mean + sd * random.normal() + error * random.normal(), error});
  }
  return result;
}

double normal_likelihood(const std::vector<MeasuredEffect>& experiments, double mean, double variance) {
  double sum = 0;
  for (const MeasuredEffect& e : experiments) {
    const double sd = std::sqrt(variance + e.standard_error * e.standard_error);
    sum += std::log(normal_pdf((e.value - mean) / sd) / sd);
  }
  return sum;
}

TEST(FitNormalPrior, FindsTheTopOfTheLikelihood) {
  RandomStream random(2);
  for (int k = 0; k < 20; ++k) {
    const auto experiments = drawn_experiments(random, 5 + 5 * k, 0.3, 0.05 * k);
    const auto fit = fit_normal_prior(experiments);
    ASSERT_TRUE(fit.has_value());
    EXPECT_NEAR(fit->log_likelihood, normal_likelihood(experiments, fit->mean, fit->variance), 1e-9);
    for (double mean = -1; mean < 1.5; mean += 0.05) {
      for (double sd = 0; sd < 2; sd += 0.02) {
        EXPECT_LE(normal_likelihood(experiments, mean, sd * sd), fit->log_likelihood + 1e-9);
      }
    }
    EXPECT_EQ(fit->concerns.contains(Concern::FewSegments), experiments.size() < 10);
    for (std::size_t i = 0; i < experiments.size(); ++i) {
      const double squared = experiments[i].standard_error * experiments[i].standard_error;
      EXPECT_NEAR(fit->shrunk[i],
                  (squared * fit->mean + fit->variance * experiments[i].value) / (squared + fit->variance),
                  1e-12);
    }
  }
}

TEST(FitNormalPrior, FollowsTheUnitAndRefusesWhatHasNoAnswer) {
  RandomStream random(4);
  auto experiments = drawn_experiments(random, 30, 0.3, 0.5);
  const auto fit = fit_normal_prior(experiments);
  for (const double unit : {1e-150, 1e6, 1e150}) {
    auto scaled = experiments;
    for (MeasuredEffect& e : scaled) e = {e.value * unit, e.standard_error * unit};
    const auto other = fit_normal_prior(scaled);
    EXPECT_NEAR(other->mean / unit, fit->mean, 1e-10);
    EXPECT_NEAR(other->variance / unit / unit, fit->variance, 1e-10);
  }
  const std::vector<MeasuredEffect> equal(6, {0.2, 0.1});
  EXPECT_EQ(fit_normal_prior(equal)->variance, 0);
  EXPECT_NEAR(fit_normal_prior(equal)->shrunk[3], 0.2, 1e-15);
  EXPECT_FALSE(fit_normal_prior(std::vector<MeasuredEffect>{{1, 1}}).has_value());
  EXPECT_FALSE(fit_normal_prior(std::vector<MeasuredEffect>{{1, 1}, {NAN, 1}}).has_value());
  EXPECT_FALSE(fit_normal_prior(std::vector<MeasuredEffect>{{1, 1}, {1, 0}}).has_value());
}

double beta_binomial_likelihood(const std::vector<SuccessCount>& experiments, double a, double b) {
  const auto log_beta = [](double x, double y) {
    return std::lgamma(x) + std::lgamma(y) - std::lgamma(x + y);
  };
  double sum = 0;
  for (const SuccessCount& e : experiments) {
    const auto s = static_cast<double>(e.successes), f = static_cast<double>(e.units - e.successes);
    sum += log_beta(a + s, b + f) - log_beta(a, b);
  }
  return sum;
}

TEST(FitBetaPrior, FindsTheTopOfTheLikelihood) {
  const std::vector<SuccessCount> experiments{{5, 100},  {12, 100}, {30, 200}, {2, 50},  {9, 150},
                                              {40, 180}, {0, 30},   {7, 60},   {15, 90}, {3, 110}};
  const auto fit = fit_beta_prior(experiments);
  ASSERT_TRUE(fit.has_value()) << fit.error().why;
  EXPECT_NEAR(fit->log_likelihood, beta_binomial_likelihood(experiments, fit->prior.a, fit->prior.b), 1e-8);
  for (double mean = 0.02; mean < 0.4; mean += 0.005) {
    for (double log_total = -1; log_total < 9; log_total += 0.1) {
      const double total = std::exp(log_total);
      EXPECT_LE(beta_binomial_likelihood(experiments, mean * total, (1 - mean) * total),
                fit->log_likelihood + 1e-8);
    }
  }
  // Successes and failures may change places.
  std::vector<SuccessCount> mirrored;
  for (const SuccessCount& e : experiments) mirrored.push_back({e.units - e.successes, e.units});
  EXPECT_NEAR(fit_beta_prior(mirrored)->prior.b / fit->prior.a, 1, 1e-4);
}

TEST(FitBetaPrior, RefusesRatesThatDoNotDiffer) {
  EXPECT_FALSE(fit_beta_prior(std::vector<SuccessCount>(8, {10, 100})).has_value());
  EXPECT_FALSE(fit_beta_prior(std::vector<SuccessCount>{{0, 100}, {0, 50}}).has_value());
  EXPECT_FALSE(fit_beta_prior(std::vector<SuccessCount>{{1, 100}, {0, 0}}).has_value());
  EXPECT_FALSE(fit_beta_prior(std::vector<SuccessCount>{{5, 4}, {0, 10}}).has_value());
}

TEST(LogMarginalDensity, AgreesWithPlainQuadrature) {
  for (const double degrees : {1.0, 2.5, 30.0}) {
    for (const double value : {0.0, 0.7, -6.0}) {
      double sum = 0;
      constexpr double kStep = 0.01;
      for (double x = -40; x < 40; x += kStep) {
        sum += kStep * normal_pdf((value - x) / 0.5) / 0.5 * student_t_pdf((x - 0.2) / 0.3, degrees) / 0.3;
      }
      EXPECT_NEAR(*log_marginal_density({value, 0.5}, StudentEffectPrior{0.2, 0.3, degrees}), std::log(sum),
                  1e-6);
    }
  }
  EXPECT_NEAR(*log_marginal_density({1, 3}, NormalEffectPrior{0, 4}), std::log(normal_pdf(0.2) / 5), 1e-13);
  EXPECT_FALSE(log_marginal_density({1, 3}, FlatEffectPrior{}).has_value());
}

TEST(FitStudentPrior, FindsHeavyTailsAndTheTopOfTheLikelihood) {
  // Many small effects and a few very large ones.
  RandomStream random(9);
  std::vector<MeasuredEffect> experiments;
  for (int i = 0; i < 24; ++i)
    experiments.push_back({(i % 8 == 0 ? 3.0 : 0.1) * random.normal() + 0.05 * random.normal(), 0.05});
  const auto fit = fit_student_prior(experiments);
  ASSERT_TRUE(fit.has_value()) << fit.error().why;
  EXPECT_LT(fit->prior.degrees, 5);
  const auto likelihood = [&](double scale, double degrees) {
    double sum = 0;
    for (const MeasuredEffect& e : experiments)
      sum += *log_marginal_density(e, StudentEffectPrior{0, scale, degrees});
    return sum;
  };
  EXPECT_NEAR(likelihood(fit->prior.scale, fit->prior.degrees), fit->log_likelihood, 1e-8);
  for (const double scale : {0.5, 0.8, 0.95, 1.05, 1.3, 3.0}) {
    for (const double degrees : {1.06, 1.5, 3.0, 10.0}) {
      EXPECT_LE(likelihood(fit->prior.scale * scale, degrees), fit->log_likelihood + 1e-3);
    }
  }
}

TEST(FitStudentPrior, IsNormalWithoutHeavyTails) {
  // Evenly spread effects have lighter tails than a normal.
  std::vector<MeasuredEffect> experiments;
  for (int i = 0; i < 12; ++i) experiments.push_back({-1.1 + 0.2 * i, 0.1});
  const auto fit = fit_student_prior(experiments);
  ASSERT_TRUE(fit.has_value());
  EXPECT_TRUE(std::isinf(fit->prior.degrees));
  EXPECT_FALSE(fit_student_prior(std::vector<MeasuredEffect>(5, {0.01, 0.1})).has_value());
  EXPECT_FALSE(fit_student_prior(std::vector<MeasuredEffect>{{0, 1}, {1, 1}}).has_value());
}

TEST(JamesStein, ShrinksByTheStatedFactor) {
  const std::vector<double> estimates{1, 2, 3, 4, 10};
  const auto result = james_stein(estimates, 1.0);
  ASSERT_TRUE(result.has_value());
  EXPECT_NEAR(result->factor, 1 - 2.0 / 50, 1e-15);  // sum of squares about 4: 9 + 4 + 1 + 0 + 36
  EXPECT_NEAR(result->shrunk[4], 4 + 0.96 * 6, 1e-14);
  EXPECT_EQ(james_stein(estimates, 100.0)->factor, 0);
  EXPECT_EQ(james_stein(std::vector<double>(5, 2.0), 1.0)->factor, 0);
  EXPECT_FALSE(james_stein(std::vector<double>{1, 2, 3}, 1.0).has_value());
  EXPECT_FALSE(james_stein(std::vector<double>{1, 2, 3, NAN}, 1.0).has_value());
  EXPECT_FALSE(james_stein(std::vector<SuccessCount>{{1, 5}, {2, 5}, {3, 5}, {1, 6}}).has_value());
  EXPECT_FALSE(james_stein(std::vector<SuccessCount>(4, {0, 5})).has_value());
}

TEST(ConditionalEffect, MeetsTheConditionalMean) {
  for (const double threshold : {0.0, 1.0, 1.96, 3.0}) {
    for (const double excess : {0.01, 0.5, 3.0}) {
      const double z = threshold + excess;
      const double effect = *conditional_z_effect(z, threshold);
      double mass = 0, mean = 0;
      constexpr double kStep = 1e-4;
      for (double x = -15; x < 20; x += kStep) {
        const double middle = x + 0.5 * kStep;
        if (std::abs(middle) <= threshold) continue;
        mass += normal_pdf(middle - effect);
        mean += middle * normal_pdf(middle - effect);
      }
      EXPECT_NEAR(mean / mass, z, 1e-4);
      EXPECT_LE(effect, z);
      EXPECT_GE(effect, 0);
      EXPECT_EQ(*conditional_z_effect(-z, threshold), -effect);
    }
  }
  EXPECT_NEAR(*conditional_z_effect(12, 1.96), 12, 1e-12);
  EXPECT_NEAR(*conditional_effect({5, 2}, 1.96), 2 * *conditional_z_effect(2.5, 1.96), 1e-14);
  EXPECT_FALSE(conditional_z_effect(1.9, 1.96).has_value());
  EXPECT_FALSE(conditional_z_effect(NAN, 1.96).has_value());
  EXPECT_FALSE(conditional_z_effect(50, 31).has_value());
  EXPECT_TRUE(std::isfinite(*conditional_z_effect(30.5, 30)));
}

}  // namespace
}  // namespace splitplot::stats
