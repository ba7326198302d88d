// Fixed-horizon comparisons: false positives where there is no effect, coverage, and power where there is
// one.
#include "rates.hpp"

#include <splitplot/stats/compare/lift.hpp>
#include <splitplot/stats/compare/means.hpp>
#include <splitplot/stats/compare/proportions.hpp>

#include <gtest/gtest.h>

namespace splitplot::calibration {
namespace {

using namespace splitplot::stats;

constexpr double kAlpha = 0.05;

double variance_of_rate(const SuccessCount& arm) {
  return arm.rate() * (1 - arm.rate()) / static_cast<double>(arm.units);
}

struct ProportionRates {
  Rate rejects;
  Rate fieller_leaves_out_zero;
};

ProportionRates simulate_proportions(double control_rate, double treatment_rate, std::uint64_t units,
                                     int experiments) {
  RandomStream random(seed(20240611));
  ProportionRates rates;
  for (int i = 0; i < experiments; ++i) {
    const SuccessCount control = draw_successes(random, units, control_rate);
    const SuccessCount treatment = draw_successes(random, units, treatment_rate);
    const auto difference = compare_proportions(control, treatment);
    rates.rejects.count(difference.has_value() && difference->p_value <= kAlpha);
    const auto lift = fieller_lift(control.rate(), variance_of_rate(control), treatment.rate(),
                                   variance_of_rate(treatment), 1.959963984540054);
    rates.fieller_leaves_out_zero.count(lift.has_value() && !lift->interval.contains(0));
  }
  return rates;
}

TEST(Calibration, RareProportionsKeepTheirFalsePositiveRate) {
  const ProportionRates null = simulate_proportions(0.01, 0.01, 1000, experiments(20000));
  print("p = .01, n = 1,000: rejects by p-value", null.rejects);
  print("p = .01, n = 1,000: Fieller's interval leaves out 0", null.fieller_leaves_out_zero);
  EXPECT_LE(null.rejects.value(), 0.055 + null.rejects.band(0.055));
  EXPECT_LE(null.fieller_leaves_out_zero.value(), 0.055 + null.fieller_leaves_out_zero.band(0.055));
  // The same test must find something, or a test that never rejects would pass.
  const ProportionRates effect = simulate_proportions(0.01, 0.03, 1000, experiments(4000));
  print("p = .01 against .03: rejects by p-value (power)", effect.rejects);
  print("p = .01 against .03: Fieller's interval leaves out 0 (power)", effect.fieller_leaves_out_zero);
  EXPECT_GT(effect.rejects.value(), 0.80);
  EXPECT_GT(effect.fieller_leaves_out_zero.value(), 0.80);
}

TEST(Calibration, PooledZKeepsItsFalsePositiveRateWhereItTakesOver) {
  // 12 successes expected in each arm: just above the limit below which Fisher's test is used.
  const ProportionRates null = simulate_proportions(0.012, 0.012, 1000, experiments(20000));
  print("p = .012, n = 1,000: rejects by p-value", null.rejects);
  EXPECT_LE(null.rejects.value(), 0.055 + null.rejects.band(0.055));
  EXPECT_GE(null.rejects.value(), 0.03);
}

TEST(Calibration, NewcombeCoversRareProportionsInSmallSamples) {
  RandomStream random(seed(77));
  Rate covered;
  Rate excludes_zero_under_effect;
  for (int i = 0; i < experiments(40000); ++i) {
    const auto same =
        compare_proportions(draw_successes(random, 200, 0.01), draw_successes(random, 200, 0.01));
    covered.count(same.has_value() && same->interval.contains(0));
  }
  for (int i = 0; i < experiments(4000); ++i) {
    const auto other =
        compare_proportions(draw_successes(random, 200, 0.01), draw_successes(random, 200, 0.08));
    excludes_zero_under_effect.count(other.has_value() && !other->interval.contains(0));
  }
  print("Newcombe, p = .01, n = 200: coverage", covered);
  print("Newcombe, p = .01 against .08, n = 200: leaves out 0 (power)", excludes_zero_under_effect);
  EXPECT_GE(covered.value(), 0.94);
  EXPECT_GT(excludes_zero_under_effect.value(), 0.80);
}

/// Welch's t on values made by `draw`, the treatment shifted by `shift`.
template <typename Draw>
Rate welch_rejects(Draw draw, double shift, int control_units, int treatment_units, int experiments) {
  RandomStream random(seed(4711));
  Rate rejects;
  for (int i = 0; i < experiments; ++i) {
    Moments control;
    Moments treatment;
    for (int k = 0; k < control_units; ++k) control.add(draw(random));
    // Three times the spread in the smaller arm: where the pooled t-test is far off.
    for (int k = 0; k < treatment_units; ++k) treatment.add(3 * draw(random) + shift);
    const auto difference = compare_means(control, treatment);
    rejects.count(difference.has_value() && difference->p_value <= kAlpha);
  }
  return rejects;
}

TEST(Calibration, WelchKeepsItsFalsePositiveRateUnderUnequalSpread) {
  const auto normal = [](RandomStream& random) { return random.normal(); };
  const Rate null = welch_rejects(normal, 0, 40, 20, experiments(20000));
  print("Welch, normal values, n = 40 and 20, sd 1 and 3: rejects", null);
  EXPECT_NEAR(null.value(), kAlpha, null.band(kAlpha) + 0.002);  // Welch's t is itself an approximation
  const Rate effect = welch_rejects(normal, 2.2, 40, 20, experiments(4000));
  print("Welch, shift of 2.2: rejects (power)", effect);
  EXPECT_GT(effect.value(), 0.80);
}

TEST(Calibration, WelchKeepsItsFalsePositiveRateOnSkewedValues) {
  // Exponential values of mean 0 after centring, skewness 2: 355 * 4 = 1,420 units are asked for.
  const auto skewed = [](RandomStream& random) { return -std::log(1 - random.uniform()) - 1; };
  const Rate null = welch_rejects(skewed, 0, 1420, 1420, experiments(4000));
  print("Welch, exponential values, n = 1,420: rejects", null);
  EXPECT_NEAR(null.value(), kAlpha, null.band(kAlpha) + 0.005);
}

}  // namespace
}  // namespace splitplot::calibration
