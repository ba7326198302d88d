#include "slow_recursion.hpp"

#include <splitplot/base/random.hpp>
#include <splitplot/stats/sequential/group_sequential_power.hpp>

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

constexpr GroupSequentialOptions kOneSided{.alpha = 0.025, .sides = StoppingSides::Upper};

double upper_total(const ExitProbabilities& exits) {
  double sum = 0;
  for (const double p : exits.upper) sum += p;
  return sum;
}

TEST(GroupSequentialPower, ExitProbabilitiesFollowTheSlowRecursion) {
  const std::vector<double> uneven{0.15, 0.4, 0.55, 1};
  for (const StoppingSides sides : {StoppingSides::Upper, StoppingSides::Symmetric}) {
    const auto design = spending_design(uneven, {SpendingFamily::Pocock, 0}, {.alpha = 0.04, .sides = sides});
    for (const double drift : {-4.0, -0.7, 0.0, 1.3, 3.0, 7.0}) {
      const auto exits = exit_probabilities(*design, drift);
      const auto expected = slow::exits(uneven, design->critical, sides == StoppingSides::Symmetric, drift);
      double information = 0, left = 1;
      for (std::size_t k = 0; k < 4; ++k) {
        EXPECT_NEAR(exits->upper[k], expected.upper[k], 1e-9) << drift << ' ' << k;
        EXPECT_NEAR(exits->lower[k], expected.lower[k], 1e-9) << drift << ' ' << k;
        const double stop = k == 3 ? left : expected.upper[k] + expected.lower[k];
        information += stop * uneven[k];
        left -= stop;
      }
      EXPECT_NEAR(exits->rejection_probability, expected.total(), 1e-9);
      EXPECT_NEAR(exits->expected_information, information, 1e-9);
    }
  }
}

TEST(GroupSequentialPower, SwappedArmsSwapTheSides) {
  const auto design = obrien_fleming_design(equal_information(6));
  const auto up = exit_probabilities(*design, 2.5), down = exit_probabilities(*design, -2.5);
  for (std::size_t k = 0; k < 6; ++k) {
    EXPECT_NEAR(up->upper[k], down->lower[k], 1e-13);
    EXPECT_NEAR(up->lower[k], down->upper[k], 1e-13);
  }
}

TEST(GroupSequentialPower, OneLookIsTheFixedTest) {
  const auto design = pocock_design(equal_information(1), kOneSided);
  const auto found = group_sequential_characteristics(*design, 0.8);
  ASSERT_TRUE(found.has_value());
  EXPECT_NEAR(slow::above(design->critical[0] - found->drift), 0.8, 1e-13);
  EXPECT_NEAR(found->inflation_factor, 1, 1e-12);
  EXPECT_NEAR(found->expected_ratio_effect, 1, 1e-12);
}

TEST(GroupSequentialPower, MatchesThePublishedInflationFactors) {
  // Jennison & Turnbull 2000, tables 2.2 and 2.4: two-sided alpha .05, power .9.
  const auto factor = [](const GroupSequentialDesign& design) {
    return group_sequential_characteristics(design, 0.9)->inflation_factor;
  };
  EXPECT_NEAR(factor(*pocock_design(equal_information(2))), 1.100, 0.00051);
  EXPECT_NEAR(factor(*pocock_design(equal_information(5))), 1.207, 0.00051);
  EXPECT_NEAR(factor(*obrien_fleming_design(equal_information(2))), 1.007, 0.00051);
  EXPECT_NEAR(factor(*obrien_fleming_design(equal_information(5))), 1.026, 0.00051);
}

TEST(GroupSequentialPower, DriftReachesThePowerAndGrowsWithIt) {
  for (const StoppingSides sides : {StoppingSides::Upper, StoppingSides::Symmetric}) {
    const auto design = spending_design(equal_information(4), {SpendingFamily::HwangShihDeCani, -2},
                                        {.alpha = 0.05, .sides = sides});
    double before = 0;
    for (const double power : {0.06, 0.3, 0.8, 0.99, 0.9999}) {
      const auto drift = drift_for_power(*design, power);
      ASSERT_TRUE(drift.has_value()) << power;
      EXPECT_GT(*drift, before);
      EXPECT_NEAR(upper_total(*exit_probabilities(*design, *drift)), power, 1e-11);
      before = *drift;
    }
    EXPECT_FALSE(drift_for_power(*design, 0.02).has_value());
    EXPECT_FALSE(drift_for_power(*design, 1).has_value());
    EXPECT_FALSE(drift_for_power(*design, NAN).has_value());
  }
}

TEST(GroupSequentialPower, SimulatedTestsRejectAsOftenAsPlanned) {
  const auto design = spending_design(equal_information(3), {}, kOneSided);
  const double drift = *drift_for_power(*design, 0.8);
  RandomStream random(5);
  const int runs = 20000;
  int rejected = 0;
  double information = 0;
  for (int run = 0; run < runs; ++run) {
    double score = 0;
    int k = 0;
    for (bool inside = true; k < 3 && inside; ++k) {
      score += drift / 3 + random.normal() / std::sqrt(3.0);
      inside = score / std::sqrt((k + 1) / 3.0) < design->critical[static_cast<std::size_t>(k)];
      rejected += inside ? 0 : 1;
    }
    information += k / 3.0;
  }
  EXPECT_NEAR(rejected / static_cast<double>(runs), 0.8, 3 * std::sqrt(0.16 / runs));
  const double expected = exit_probabilities(*design, drift)->expected_information;
  EXPECT_NEAR(information / runs, expected, 3 * 0.25 / std::sqrt(runs));
}

TEST(GroupSequentialPower, SampleSizesScaleWithTheEffect) {
  const auto design = spending_design(equal_information(3), {}, kOneSided);
  const auto small = group_sequential_units_for_means(*design, 0.01, 1, 0.8);
  const auto half = group_sequential_units_for_means(*design, 0.005, 1, 0.8);
  EXPECT_NEAR(half->maximum_units / small->maximum_units, 4, 1e-4);
  EXPECT_NEAR(group_sequential_units_for_means(*design, -10, 1000, 0.8)->maximum_units, small->maximum_units,
              1e-6);
  EXPECT_LT(small->expected_units_effect, small->expected_units_null);
  EXPECT_LT(small->expected_units_null, small->maximum_units * (1 + 1e-12));
  EXPECT_NEAR(small->units_at_looks[1] / small->maximum_units, 2.0 / 3, 1e-12);
  // An unequal split of n units has the variance of 4 split (1 - split) n.
  const auto uneven = group_sequential_units_for_means(*design, 0.01, 1, 0.8, 4);
  EXPECT_NEAR(uneven->maximum_units / small->maximum_units, 1 / (4 * 0.8 * 0.2), 1e-4);
  EXPECT_NEAR(group_sequential_units_for_means(*design, 0.01, 1, 0.8, 0.25)->maximum_units,
              uneven->maximum_units, 1e-4);

  const auto rates = group_sequential_units_for_rates(*design, 0.12, 0.10, 0.8);
  const auto swapped = group_sequential_units_for_rates(*design, 0.10, 0.12, 0.8);
  EXPECT_NEAR(rates->maximum_units, swapped->maximum_units, 1e-8);
  EXPECT_NEAR(group_sequential_units_for_rates(*design, 0.88, 0.90, 0.8)->maximum_units, rates->maximum_units,
              1e-6);
  EXPECT_GE(group_sequential_units_for_means(*design, 1e3, 1, 0.8)->fixed_units, 3);
}

TEST(GroupSequentialPower, EffectsAtBoundariesCrossExactly) {
  const auto design = spending_design(std::vector<double>{0.5, 1}, {}, kOneSided);
  const double drift = *drift_for_power(*design, 0.9);
  const auto effects = effects_at_boundaries(*design, drift, 0.3);
  // z of an observed effect e at share s is drift sqrt(s) e / effect.
  for (std::size_t k = 0; k < 2; ++k)
    EXPECT_NEAR(drift * std::sqrt(design->information[k]) * (*effects)[k] / 0.3, design->critical[k], 1e-12);
}

TEST(GroupSequentialPower, ConditionalPowerIsWhatTheRestOfThePathDoes) {
  const auto power = conditional_power(1.2, 0.5, 1.959964, 2.8015852);
  const auto by_integration = [](double drift) {
    const double score = 1.2 * std::sqrt(0.5), sd = std::sqrt(0.5);
    return slow::simpson([&](double b) { return slow::phi((b - score - drift * 0.5) / sd) / sd; }, 1.959964,
                         15, 20000);
  };
  EXPECT_NEAR(power->design, by_integration(2.8015852), 1e-10);
  EXPECT_NEAR(power->current_trend, by_integration(1.2 / std::sqrt(0.5)), 1e-10);
  EXPECT_NEAR(power->null, by_integration(0), 1e-10);
  EXPECT_FALSE(conditional_power(1, 0, 2, 3).has_value());
  EXPECT_FALSE(conditional_power(1, 1, 2, 3).has_value());
  EXPECT_FALSE(conditional_power(NAN, 0.5, 2, 3).has_value());
}

TEST(GroupSequentialPower, ConditionalRejectionAveragesToPower) {
  // Over z at the first look, inside the boundary, conditional chances must add up to those of later looks.
  for (const StoppingSides sides : {StoppingSides::Upper, StoppingSides::Symmetric}) {
    const auto design = spending_design(std::vector<double>{0.3, 0.6, 1}, {SpendingFamily::Pocock, 0},
                                        {.alpha = 0.05, .sides = sides});
    const double drift = 2, mean = drift * std::sqrt(0.3), c = design->critical[0];
    const double low = sides == StoppingSides::Symmetric ? -c : mean - 10;
    const double later = slow::simpson(
        [&](double z) {
          return slow::phi(z - mean) * *conditional_rejection_probability(*design, 0, z, drift);
        },
        low, c, 200);
    const auto exits = exit_probabilities(*design, drift);
    EXPECT_NEAR(later, exits->rejection_probability - exits->upper[0] - exits->lower[0], 1e-7);
    const auto last = conditional_rejection_probability(*design, 1, 1.2, drift);
    const double rest = std::sqrt(0.4), score = 1.2 * std::sqrt(0.6) + drift * 0.4;
    const double down =
        sides == StoppingSides::Symmetric ? slow::above((score + design->critical[2]) / rest) : 0;
    EXPECT_NEAR(*last, slow::above((design->critical[2] - score) / rest) + down, 1e-13);
    EXPECT_FALSE(conditional_rejection_probability(*design, 2, 1, drift).has_value());
    EXPECT_FALSE(conditional_rejection_probability(*design, 0, NAN, drift).has_value());
    EXPECT_NEAR(*conditional_rejection_probability(*design, 0, 1e6, drift), 1, 1e-12);
  }
}

TEST(GroupSequentialPower, HostileInputIsRefusedOrAnswered) {
  const auto design = *pocock_design(equal_information(3));
  EXPECT_FALSE(exit_probabilities(design, NAN).has_value());
  for (const double drift : {1e3, -1e3, 1e300}) {
    EXPECT_NEAR(exit_probabilities(design, drift)->rejection_probability, 1, 1e-12);
    EXPECT_NEAR(exit_probabilities(design, drift)->expected_information, 1.0 / 3, 1e-12);
  }
  EXPECT_FALSE(exit_probabilities(GroupSequentialDesign{}, 1).has_value());
  EXPECT_FALSE(group_sequential_units_for_means(design, 0, 1, 0.8).has_value());
  EXPECT_FALSE(group_sequential_units_for_means(design, 1, 0, 0.8).has_value());
  EXPECT_FALSE(group_sequential_units_for_means(design, 1, 1, 0.8, 0).has_value());
  EXPECT_FALSE(group_sequential_units_for_means(design, NAN, 1, 0.8).has_value());
  EXPECT_FALSE(group_sequential_units_for_means(design, 1e-200, 1, 0.8).has_value());
  EXPECT_FALSE(group_sequential_units_for_rates(design, 0.1, 0.1, 0.8).has_value());
  EXPECT_FALSE(group_sequential_units_for_rates(design, 1.1, 0.1, 0.8).has_value());
  EXPECT_FALSE(group_sequential_units_for_rates(design, 0.2, 0.1, 0.01).has_value());
  EXPECT_FALSE(effects_at_boundaries(design, 0, 1).has_value());
}

}  // namespace
}  // namespace splitplot::stats
