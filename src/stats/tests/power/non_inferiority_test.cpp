#include <splitplot/base/random.hpp>
#include <splitplot/stats/distributions.hpp>
#include <splitplot/stats/power/means.hpp>
#include <splitplot/stats/power/non_inferiority.hpp>

#include <cmath>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

/// The most likely control rate on a fine grid, then on a finer one around it.
double slow_constrained_rate(double control, double treatment, double difference, double ratio) {
  const auto log_likelihood = [&](double x) {
    const auto part = [](double share, double rate) { return share == 0 ? 0 : share * std::log(rate); };
    const double y = x + difference;
    return part(control, x) + part(1 - control, 1 - x) +
           ratio * (part(treatment, y) + part(1 - treatment, 1 - y));
  };
  double lower = std::max(0.0, -difference), upper = std::min(1.0, 1 - difference);
  for (int round = 0; round < 6; ++round) {
    double best = lower, best_value = -INFINITY;
    const double step = (upper - lower) / 400;
    for (int i = 0; i <= 400; ++i) {
      const double value = log_likelihood(lower + i * step);
      if (value > best_value) best_value = value, best = lower + i * step;
    }
    lower = std::max(lower, best - step), upper = std::min(upper, best + step);
  }
  return (lower + upper) / 2;
}

TEST(PowerNonInferiorProportions, DividesByTheErrorUnderTheLikeliestRates) {
  RandomStream random(31);
  for (int i = 0; i < 60; ++i) {
    const double control = 0.05 + 0.9 * random.uniform(), ratio = std::exp(random.normal()), margin = 0.04;
    const double treatment = std::clamp(control + 0.02 * random.normal(), 0.01, 0.99), units = 1000;
    const double null_control = slow_constrained_rate(control, treatment, -margin, ratio);
    const double null_treatment = null_control - margin;
    const double null_error =
        std::sqrt(null_control * (1 - null_control) + null_treatment * (1 - null_treatment) / ratio);
    const double error = std::sqrt(control * (1 - control) + treatment * (1 - treatment) / ratio);
    const double z =
        (std::sqrt(units) * (treatment - control + margin) - 1.959963984540054 * null_error) / error;
    EXPECT_NEAR(*power_non_inferior_proportions(control, treatment, units, units * ratio, {margin, 0.025}),
                0.5 * std::erfc(-z / std::sqrt(2.0)), 1e-4);
  }
}

TEST(PowerNonInferiorProportions, IsWhatTheScoreTestShows) {
  // Every outcome of a small test, judged by Farrington and Manning's z.
  constexpr int kUnits = 120;
  const NonInferiorityPlan options{0.1, 0.025};
  double power = 0;
  for (int x = 0; x <= kUnits; ++x) {
    for (int y = 0; y <= kUnits; ++y) {
      const double chance = binomial_pmf(x, kUnits, 0.6) * binomial_pmf(y, kUnits, 0.65);
      if (chance < 1e-7) continue;
      const double p = double(x) / kUnits, q = double(y) / kUnits;
      const double control = slow_constrained_rate(p, q, -0.1, 1);
      const double variance = (control * (1 - control) + (control - 0.1) * (1.1 - control)) / kUnits;
      if ((q - p + 0.1) / std::sqrt(variance) > 1.959963984540054) power += chance;
    }
  }
  EXPECT_NEAR(*power_non_inferior_proportions(0.6, 0.65, kUnits, kUnits, options), power, 0.015);
}

TEST(PowerNonInferiorProportions, SizeInvertsItAndSignsTurnRound) {
  RandomStream random(32);
  for (int i = 0; i < 200; ++i) {
    const double control = 0.05 + 0.9 * random.uniform();
    const double margin = 0.01 + 0.1 * random.uniform();
    const double treatment = std::clamp(control + margin * (random.uniform() - 0.5), 0.01, 0.99);
    const double ratio = std::exp(random.normal());
    for (const auto variance : {MarginVariance::Unpooled, MarginVariance::FarringtonManning}) {
      const auto units =
          units_for_non_inferior_proportions(control, treatment, 0.8, {margin, 0.025}, ratio, variance);
      ASSERT_TRUE(units.has_value()) << units.error().why;
      EXPECT_NEAR(*power_non_inferior_proportions(control, treatment, *units, *units * ratio, {margin, 0.025},
                                                  variance),
                  0.8, 1e-9);
      const auto mirrored = units_for_non_inferior_proportions(1 - control, 1 - treatment, 0.8,
                                                               {-margin, 0.025}, ratio, variance);
      EXPECT_NEAR(*mirrored / *units, 1, 1e-6);
    }
  }
}

TEST(PowerNonInferiorMeans, IsAOneSidedTestFromTheMargin) {
  const NonInferiorityPlan options{0.5, 0.025};
  EXPECT_NEAR(*power_non_inferior_means(2, 0.1, 100, 150, options),
              *power_two_means(0.3, 100, 150, {0.025, Alternative::Greater}), 1e-12);
  EXPECT_NEAR(*power_non_inferior_means(2, -0.1, 100, 150, {-0.5, 0.025}),
              *power_two_means(0.3, 100, 150, {0.025, Alternative::Greater}), 1e-12);
  for (const auto reference : {ReferenceDistribution::StudentT, ReferenceDistribution::Normal}) {
    const double units = *units_for_non_inferior_means(2, 0.1, 0.9, options, 3, reference);
    EXPECT_NEAR(*power_non_inferior_means(2, 0.1, units, 3 * units, options, reference), 0.9, 1e-9);
    // In another unit nothing changes.
    EXPECT_NEAR(*units_for_non_inferior_means(2e9, 0.1e9, 0.9, {0.5e9, 0.025}, 3, reference), units, 1e-6);
  }
}

TEST(PowerNonInferior, RefusesWhatHasNoMeaning) {
  EXPECT_FALSE(units_for_non_inferior_proportions(0.1, 0.08, 0.8, {0.02}).has_value());
  EXPECT_FALSE(units_for_non_inferior_proportions(0.1, 0.05, 0.8, {0.02}).has_value());
  EXPECT_FALSE(units_for_non_inferior_proportions(0.1, 0.1, 0.8, {0}).has_value());
  EXPECT_FALSE(units_for_non_inferior_proportions(0.1, 0.1, 0.8, {1}).has_value());
  EXPECT_FALSE(units_for_non_inferior_proportions(0.1, 0.1, 0.02, {0.01}).has_value());
  EXPECT_FALSE(units_for_non_inferior_proportions(0.1, NAN, 0.8, {0.01}).has_value());
  EXPECT_FALSE(power_non_inferior_proportions(0, 0, 10, 10, {0.01}).has_value());
  EXPECT_FALSE(power_non_inferior_proportions(0.1, 0.1, 0, 10, {0.01}).has_value());
  EXPECT_FALSE(units_for_non_inferior_means(0, 0, 0.8, {0.1}).has_value());
  EXPECT_FALSE(units_for_non_inferior_means(1, -0.1, 0.8, {0.1}).has_value());
  EXPECT_FALSE(units_for_non_inferior_means(1, 0, 0.8, {NAN}).has_value());
  EXPECT_FALSE(power_non_inferior_means(INFINITY, 0, 10, 10, {0.1}).has_value());
}

}  // namespace
}  // namespace splitplot::stats
