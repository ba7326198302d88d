#include <splitplot/base/random.hpp>
#include <splitplot/stats/distributions.hpp>
#include <splitplot/stats/power/means.hpp>

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

/// P(T > critical) for T = (Z + shift) / sqrt(X / degrees), X chi-square, by integrating over the root of X / degrees.
double slow_noncentral_tail(double critical, double degrees, double shift) {
  double sum = 0;
  double total = 0;
  constexpr int kSteps = 20000;
  for (int i = 0; i < kSteps; ++i) {
    const double s = (i + 0.5) * 5 / kSteps;
    const double weight = std::exp((degrees - 1) * std::log(s) - degrees * (s * s - 1) / 2);
    total += weight;
    sum += weight * 0.5 * std::erfc((critical * s - shift) / std::sqrt(2.0));
  }
  return sum / total;
}

TEST(PowerTwoMeans, IsTheIntegralOverTheEstimatedSpread) {
  const double t = 2.0484071417952445;  // 97.5 % of Student's t with 28 degrees, from tables
  const double shift = 0.7 * std::sqrt(10.0 * 20 / 30);
  const double near_side = slow_noncentral_tail(t, 28, shift);
  const double far_side = slow_noncentral_tail(t, 28, -shift);
  EXPECT_NEAR(*power_two_means(0.7, 10, 20), near_side + far_side, 1e-8);
  EXPECT_NEAR(*power_two_means(0.7, 20, 10, {0.05, Alternative::TwoSided, FarTail::Ignored}), near_side,
              1e-8);
  EXPECT_NEAR(*power_two_means(0.7, 10, 20, {0.025, Alternative::Greater}), near_side, 1e-8);
  EXPECT_NEAR(*power_two_means(0.7, 10, 20, {0.025, Alternative::Less}), far_side, 1e-8);
}

TEST(PowerTwoMeans, IsWhatTheTestFinds) {
  RandomStream random(4);
  constexpr int kRuns = 20000;
  constexpr int kUnits = 8;
  int found = 0;
  for (int run = 0; run < kRuns; ++run) {
    double sum[2] = {0, 0};
    double squares[2] = {0, 0};
    for (int arm = 0; arm < 2; ++arm) {
      for (int i = 0; i < kUnits; ++i) {
        const double x = random.normal() + arm * 1.2;
        sum[arm] += x;
        squares[arm] += x * x;
      }
    }
    const double variance =
        (squares[0] - sum[0] * sum[0] / kUnits + squares[1] - sum[1] * sum[1] / kUnits) / 14;
    const double t = (sum[1] - sum[0]) / kUnits / std::sqrt(variance * 2 / kUnits);
    found += std::abs(t) > 2.1447866879 ? 1 : 0;  // Student's t, 14 degrees, tables
  }
  const double power = *power_two_means(1.2, kUnits, kUnits);
  EXPECT_NEAR(found / double{kRuns}, power, 3 * std::sqrt(power * (1 - power) / kRuns));
}

TEST(PowerTwoMeans, SizeAndEffectInvertIt) {
  RandomStream random(5);
  for (int i = 0; i < 300; ++i) {
    const double d = std::exp(random.normal() * 2 - 2) * (random.bernoulli(0.5) ? 1 : -1);
    const double ratio = std::exp(random.normal());
    const double power = 0.4 + 0.59 * random.uniform();
    PowerOptions options{0.001 + 0.2 * random.uniform()};
    if (random.bernoulli(0.5)) options.alternative = d > 0 ? Alternative::Greater : Alternative::Less;
    if (random.bernoulli(0.5)) options.far_tail = FarTail::Ignored;
    const auto units = units_for_two_means(d, power, options, ratio);
    ASSERT_TRUE(units.has_value()) << units.error().why;
    const double reached = *power_two_means(d, *units, *units * ratio, options);
    if (*units > std::max(2.0, 2 / ratio)) {
      EXPECT_NEAR(reached, power, 1e-9);
    } else {
      EXPECT_GE(reached, power);
    }
    const auto detectable =
        detectable_two_means(*units, *units * ratio, reached > 0.999999 ? power : reached, options);
    ASSERT_TRUE(detectable.has_value());
    if (reached <= 0.999999) {
      EXPECT_NEAR(std::abs(*detectable / d), 1, 1e-6);
    }
  }
}

TEST(PowerTwoMeans, RisesWithUnitsEffectAndAlpha) {
  RandomStream random(6);
  for (int i = 0; i < 300; ++i) {
    const double d = 2 * random.uniform();
    const double control = 2 + 50 * random.uniform();
    const double treatment = 2 + 50 * random.uniform();
    const PowerOptions options{0.01 + 0.3 * random.uniform()};
    const double power = *power_two_means(d, control, treatment, options);
    const double slack = 1e-12;
    EXPECT_GE(*power_two_means(d * 1.1, control, treatment, options), power - slack);
    EXPECT_GE(*power_two_means(d, control * 1.1, treatment, options), power - slack);
    EXPECT_GE(*power_two_means(d, control, treatment * 1.1, options), power - slack);
    EXPECT_GE(*power_two_means(d, control, treatment, {options.alpha * 1.1}), power - slack);
    EXPECT_NEAR(*power_two_means(d, treatment, control, options), power, slack);
    EXPECT_NEAR(*power_two_means(-d, control, treatment, options), power, slack);
  }
}

TEST(PowerPairedMeans, IsTheOneSampleTest) {
  const double shift = 0.5 * std::sqrt(12.0);
  const double t = 2.200985160082949;  // 97.5 % of Student's t with 11 degrees, from tables
  EXPECT_NEAR(*power_paired_means(0.5, 12),
              slow_noncentral_tail(t, 11, shift) + slow_noncentral_tail(t, 11, -shift), 1e-8);
  const double pairs = *pairs_for_means(0.5, 0.9);
  EXPECT_NEAR(*power_paired_means(0.5, pairs), 0.9, 1e-9);
  EXPECT_NEAR(*detectable_paired_means(pairs, 0.9), 0.5, 1e-9);
}

TEST(PowerOneWayAnova, OfTwoGroupsIsTheTwoSidedTTest) {
  for (const double d : {0.0, 0.3, 1.0}) {
    EXPECT_NEAR(*power_one_way_anova(2, 15, d / 2), *power_two_means(d, 15, 15), 1e-9);
  }
  const double units = *units_for_one_way_anova(5, 0.2, 0.85, 0.01);
  EXPECT_NEAR(*power_one_way_anova(5, units, 0.2, 0.01), 0.85, 1e-9);
  EXPECT_EQ(*units_for_one_way_anova(3, 100, 0.8), 2);
}

TEST(PowerChiSquare, OfOneDegreeIsTheSquareOfANormal) {
  for (const double w : {0.0, 0.05, 0.2}) {
    EXPECT_NEAR(*power_chi_square(w, 300, 1), *power_of_drift(w * std::sqrt(300.0)), 1e-10);
  }
  const double units = *units_for_chi_square(0.1, 3, 0.9);
  EXPECT_NEAR(*power_chi_square(0.1, units, 3), 0.9, 1e-9);
}

TEST(PowerMeans, RefuseWhatHasNoMeaning) {
  EXPECT_FALSE(power_two_means(NAN, 10, 10).has_value());
  EXPECT_FALSE(power_two_means(1, 1, 1).has_value());
  EXPECT_FALSE(power_two_means(1, 0, 10).has_value());
  EXPECT_FALSE(power_two_means(1, INFINITY, 10).has_value());
  EXPECT_FALSE(power_two_means(1, 10, NAN).has_value());
  EXPECT_FALSE(units_for_two_means(0, 0.8).has_value());
  EXPECT_FALSE(units_for_two_means(-1, 0.8, {0.05, Alternative::Greater}).has_value());
  EXPECT_FALSE(units_for_two_means(1, 0.04).has_value());
  EXPECT_FALSE(units_for_two_means(1e-12, 0.8).has_value());
  EXPECT_FALSE(units_for_two_means(1, 0.8, {}, 0).has_value());
  EXPECT_FALSE(pairs_for_means(0, 0.8).has_value());
  EXPECT_FALSE(power_paired_means(1, 1).has_value());
  EXPECT_FALSE(power_one_way_anova(1, 10, 0.1).has_value());
  EXPECT_FALSE(power_one_way_anova(3, 1, 0.1).has_value());
  EXPECT_FALSE(power_one_way_anova(3, 10, -0.1).has_value());
  EXPECT_FALSE(units_for_one_way_anova(3, 0, 0.8).has_value());
  EXPECT_FALSE(power_chi_square(0.1, 0, 1).has_value());
  EXPECT_FALSE(power_chi_square(0.1, 10, 0).has_value());
  EXPECT_FALSE(units_for_chi_square(0, 1, 0.8).has_value());
  EXPECT_FALSE(units_for_chi_square(1e-200, 1, 0.8).has_value());
  EXPECT_FALSE(covariate_variance_factor(1).has_value());
  EXPECT_FALSE(covariate_variance_factor(-0.1).has_value());
  EXPECT_FALSE(covariate_variance_factor(NAN).has_value());
  EXPECT_EQ(*covariate_variance_factor(0.36), 0.64);
}

TEST(PowerMeans, EndsAtOneForHugeEffects) {
  EXPECT_NEAR(*power_two_means(1e308, 10, 10), 1, 1e-12);
  EXPECT_NEAR(*power_two_means(1e-308, 10, 10), 0.05, 1e-12);
  EXPECT_NEAR(*power_one_way_anova(3, 1e9, 1e5), 1, 1e-12);
  EXPECT_NEAR(*power_chi_square(1e100, 1e100, 2), 1, 1e-12);
}

TEST(PowerMeans, AnswersOrRefusesGroupsAndDegreesOfAnySize) {
  const double hostile[] = {5e-324, 1e-300, 1e-12, 1,
                            2,      1e15,   1e308, std::numeric_limits<double>::infinity()};
  const auto is_probability = [](const Estimated<double>& power) {
    return !power.has_value() || (*power >= 0 && *power <= 1);
  };
  for (const double one : hostile) {
    for (const double other : hostile) {
      for (const double third : hostile) {
        EXPECT_TRUE(is_probability(power_one_way_anova(one, other, third))) << one << ' ' << other;
        EXPECT_TRUE(is_probability(power_chi_square(one, other, third)))
            << one << ' ' << other << ' ' << third;
      }
      const auto groups_units = units_for_one_way_anova(one, other, 0.8);
      EXPECT_TRUE(!groups_units.has_value() || *groups_units >= 2) << one << ' ' << other;
      const auto units = units_for_chi_square(one, other, 0.8);
      EXPECT_TRUE(!units.has_value() || *units >= 0) << one << ' ' << other;
    }
  }
  EXPECT_FALSE(power_one_way_anova(1e308, 2, 0.1).has_value());
  EXPECT_FALSE(power_chi_square(0.1, 100, 5e-324).has_value());
  EXPECT_NEAR(*power_one_way_anova(3, 1e308, 0), 0.05, 1e-9);
}

}  // namespace
}  // namespace splitplot::stats
