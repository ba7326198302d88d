#include <splitplot/base/random.hpp>
#include <splitplot/stats/distributions.hpp>
#include <splitplot/stats/power/proportions.hpp>

#include <cmath>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

/// The pooled z test's power by enumeration of all outcomes.
double enumerated_power(double control_rate, double treatment_rate, int control_units, int treatment_units) {
  double power = 0;
  for (int x = 0; x <= control_units; ++x) {
    const double chance = binomial_pmf(x, control_units, control_rate);
    for (int y = 0; y <= treatment_units; ++y) {
      const double pooled = double(x + y) / (control_units + treatment_units);
      const double variance = pooled * (1 - pooled) * (1.0 / control_units + 1.0 / treatment_units);
      if (!(variance > 0)) continue;
      const double z = (double(y) / treatment_units - double(x) / control_units) / std::sqrt(variance);
      if (std::abs(z) > 1.959963984540054) power += chance * binomial_pmf(y, treatment_units, treatment_rate);
    }
  }
  return power;
}

TEST(PowerTwoProportions, IsNearTheEnumeratedPowerOfTheTest) {
  EXPECT_NEAR(*power_two_proportions(0.3, 0.4, 300, 300), enumerated_power(0.3, 0.4, 300, 300), 0.01);
  EXPECT_NEAR(*power_two_proportions(0.5, 0.35, 400, 200), enumerated_power(0.5, 0.35, 400, 200), 0.01);
  EXPECT_NEAR(*power_two_proportions(0.2, 0.3, 150, 450), enumerated_power(0.2, 0.3, 150, 450), 0.01);
}

TEST(PowerTwoProportions, SizeAndRateInvertIt) {
  RandomStream random(15);
  for (int i = 0; i < 500; ++i) {
    const double control = 0.01 + 0.98 * random.uniform();
    const double treatment = 0.01 + 0.98 * random.uniform();
    const double ratio = std::exp(random.normal());
    const double power = 0.5 + 0.49 * random.uniform();
    PowerOptions options{0.001 + 0.2 * random.uniform()};
    if (random.bernoulli(0.5))
      options.alternative = treatment > control ? Alternative::Greater : Alternative::Less;
    if (random.bernoulli(0.5)) options.far_tail = FarTail::Ignored;
    const auto variance = random.bernoulli(0.5) ? NullVariance::Pooled : NullVariance::Unpooled;
    const auto units = units_for_two_proportions(control, treatment, power, options, ratio, variance);
    ASSERT_TRUE(units.has_value()) << units.error().why;
    EXPECT_NEAR(*power_two_proportions(control, treatment, *units, *units * ratio, options, variance), power,
                1e-9);
    const auto rate = detectable_treatment_rate(control, *units, *units * ratio, power, options,
                                                treatment > control ? Side::Above : Side::Below, variance);
    ASSERT_TRUE(rate.has_value());
    EXPECT_NEAR(*rate, treatment, 1e-7);
  }
}

TEST(PowerTwoProportions, DoesNotCareWhatIsCalledSuccessOrWhichArmComesFirst) {
  RandomStream random(16);
  for (int i = 0; i < 200; ++i) {
    const double p = random.uniform(), q = random.uniform(), n = 5 + 500 * random.uniform(),
                 m = 5 + 500 * random.uniform();
    const double power = *power_two_proportions(p, q, n, m);
    EXPECT_NEAR(*power_two_proportions(1 - p, 1 - q, n, m), power, 1e-9);
    EXPECT_NEAR(*power_two_proportions(q, p, m, n), power, 1e-9);
  }
}

TEST(PowerTwoProportions, RisesWithUnitsAndAlpha) {
  RandomStream random(17);
  for (int i = 0; i < 300; ++i) {
    const double p = 0.02 + 0.5 * random.uniform(), q = p + 0.4 * random.uniform(),
                 n = 20 + 500 * random.uniform();
    const double power = *power_two_proportions(p, q, n, n);
    EXPECT_GE(*power_two_proportions(p, q, 1.1 * n, 1.1 * n), power - 1e-12);
    EXPECT_GE(*power_two_proportions(p, q, n, n, {0.06}), power - 1e-12);
    EXPECT_GE(*units_for_two_proportions(p, q, 0.9), *units_for_two_proportions(p, q, 0.8));
  }
}

TEST(CohenH, GivesEveryRateTheSameVariance) {
  EXPECT_NEAR(*cohen_h(0, 1), std::acos(-1.0), 1e-15);
  EXPECT_EQ(*cohen_h(0.3, 0.3), 0);
  EXPECT_EQ(*cohen_h(0.2, 0.7), -*cohen_h(0.7, 0.2));
  const double h = *cohen_h(0.1, 0.13);
  const double units = *units_by_arcsine(h, 0.8, {}, 2);
  EXPECT_NEAR(*power_by_arcsine(h, units, 2 * units), 0.8, 1e-12);
  // For moderate rates it is nearly the z test.
  EXPECT_NEAR(units / *units_for_two_proportions(0.1, 0.13, 0.8, {}, 2, NullVariance::Unpooled), 1, 0.05);
}

TEST(PowerTwoProportions, RefusesWhatHasNoMeaning) {
  EXPECT_FALSE(power_two_proportions(-0.1, 0.5, 10, 10).has_value());
  EXPECT_FALSE(power_two_proportions(0.1, NAN, 10, 10).has_value());
  EXPECT_FALSE(power_two_proportions(0, 1, 10, 10).has_value());
  EXPECT_FALSE(power_two_proportions(0.1, 0.2, 0, 10).has_value());
  EXPECT_FALSE(power_two_proportions(0.1, 0.2, 10, 0).has_value());
  EXPECT_FALSE(power_two_proportions(0.1, 0.2, 10, INFINITY).has_value());
  EXPECT_FALSE(units_for_two_proportions(0.1, 0.1, 0.8).has_value());
  EXPECT_FALSE(units_for_two_proportions(0.1, 0.2, 0.8, {0.05, Alternative::Less}).has_value());
  EXPECT_FALSE(units_for_two_proportions(0.1, 0.2, 0.01).has_value());
  EXPECT_FALSE(units_for_two_proportions(1e-300, 2e-300, 0.8).has_value());
  EXPECT_FALSE(units_for_two_proportions(0.1, 0.2, 0.8, {}, -1).has_value());
  EXPECT_FALSE(detectable_treatment_rate(0.5, 2, 2, 0.9).has_value());
  EXPECT_FALSE(detectable_treatment_rate(1, 1000, 1000, 0.9).has_value());
  EXPECT_TRUE(detectable_treatment_rate(1, 1000, 1000, 0.9, {}, Side::Below).has_value());
  EXPECT_TRUE(detectable_treatment_rate(0, 1000, 1000, 0.9).has_value());
  EXPECT_FALSE(cohen_h(2, 0).has_value());
  EXPECT_FALSE(units_by_arcsine(0, 0.8).has_value());
  EXPECT_FALSE(power_by_arcsine(NAN, 10, 10).has_value());
}

}  // namespace
}  // namespace splitplot::stats
