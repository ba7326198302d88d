#include "slow_recursion.hpp"

#include <splitplot/base/random.hpp>
#include <splitplot/stats/sequential/stopped.hpp>

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

const std::vector<double> kTimes{0.4, 1};

/// Two looks: chance of an outcome at least as far up as (second look, z), by one integral over the first look.
double tail_at_second(const GroupSequentialDesign& design, double z, double drift) {
  const double mean = drift * std::sqrt(kTimes[0]), c = design.critical[0], rest = std::sqrt(1 - kTimes[0]);
  const double low = design.sides == StoppingSides::Symmetric ? -c : mean - 10;
  const auto later = [&](double first) {
    return slow::phi(first - mean) *
           slow::above((z - first * std::sqrt(kTimes[0]) - drift * (1 - kTimes[0])) / rest);
  };
  return slow::above(c - mean) + slow::simpson(later, low, c, 1000);
}

double bisect(const std::function<double(double)>& increasing, double low, double high) {
  for (int i = 0; i < 60; ++i) (increasing((low + high) / 2) < 0 ? low : high) = (low + high) / 2;
  return low;
}

TEST(Stopped, TwoLooksFollowTheDefinition) {
  for (const StoppingSides sides : {StoppingSides::Upper, StoppingSides::Symmetric}) {
    const auto design = spending_design(kTimes, {SpendingFamily::Pocock, 0}, {.alpha = 0.05, .sides = sides});
    for (const double z : {0.3, 2.2, 2.9, 6.0}) {
      const auto result = inference_after_stopping(*design, 1, z, 0.9);
      ASSERT_TRUE(result.has_value());
      EXPECT_NEAR(result->upper_p_value, tail_at_second(*design, z, 0), 1e-10);
      const auto drift_with = [&](double p) {
        return bisect([&](double drift) { return tail_at_second(*design, z, drift) - p; }, z - 12, z + 12);
      };
      EXPECT_NEAR(result->median_unbiased, drift_with(0.5), 1e-7) << z;
      EXPECT_NEAR(result->interval.lower, drift_with(0.05), 1e-7) << z;
      EXPECT_NEAR(result->interval.upper, drift_with(0.95), 1e-7) << z;
    }
  }
}

TEST(Stopped, BiasAdjustedEstimateHasTheObservedOneAsItsMean) {
  const auto design = pocock_design(kTimes);
  const double c = design->critical[0];
  // Mean of B / t: z / sqrt(t1) where |z| >= c at the first look, else the second look's B, drift given B(t1).
  const auto mean = [&](double drift) {
    const double at = drift * std::sqrt(kTimes[0]);
    const auto first = [&](double z) { return slow::phi(z - at) * z / std::sqrt(kTimes[0]); };
    const auto second = [&](double z) {
      return slow::phi(z - at) * (z * std::sqrt(kTimes[0]) + drift * (1 - kTimes[0]));
    };
    return slow::simpson(first, -14, -c, 2000) + slow::simpson(first, c, 14, 2000) +
           slow::simpson(second, -c, c, 2000);
  };
  const auto at_second = inference_after_stopping(*design, 1, 2.4);
  EXPECT_NEAR(mean(at_second->bias_adjusted), 2.4, 1e-8);
  // Stopped at the first look the unit is that look's standard error.
  const auto at_first = inference_after_stopping(*design, 0, 2.6);
  const double unit = std::sqrt(kTimes[0]);
  EXPECT_NEAR(mean(at_first->bias_adjusted / unit) * unit, 2.6, 1e-8);
  EXPECT_LT(at_first->bias_adjusted, 2.6);  // stopping early exaggerates
}

TEST(Stopped, TheFirstLookIsAFixedTest) {
  const auto design = obrien_fleming_design(equal_information(4));
  const auto result = inference_after_stopping(*design, 0, 5);
  EXPECT_NEAR(result->median_unbiased, 5, 1e-10);
  EXPECT_NEAR(result->interval.lower, 5 - 1.959963984540054, 1e-9);
  EXPECT_NEAR(result->interval.upper, 5 + 1.959963984540054, 1e-9);
  EXPECT_NEAR(result->p_value, 2 * slow::above(5), 1e-18);
}

TEST(Stopped, MirroredDataGiveMirroredAnswers) {
  const auto design = spending_design(equal_information(4), {}, {.alpha = 0.05});
  for (std::size_t look = 0; look < 4; ++look) {
    const double z = design->critical[look] + 0.2;
    const auto up = inference_after_stopping(*design, look, z),
               down = inference_after_stopping(*design, look, -z);
    EXPECT_NEAR(up->p_value, down->p_value, 1e-12);
    EXPECT_NEAR(up->median_unbiased, -down->median_unbiased, 1e-8);
    EXPECT_NEAR(up->interval.lower, -down->interval.upper, 1e-8);
    EXPECT_NEAR(up->bias_adjusted, -down->bias_adjusted, 1e-8);
    EXPECT_NEAR(up->upper_p_value + down->upper_p_value, 1, 1e-12);
  }
}

TEST(Stopped, EvidenceGrowsWithZAndWithEarlierStops) {
  const auto design = pocock_design(equal_information(3));
  double before = 1;
  for (std::size_t look = 3; look-- > 0;) {
    for (const double z : {2.4, 3.0, 4.0}) {
      const double p = inference_after_stopping(*design, look, z)->p_value;
      EXPECT_LT(p, before);
      before = p;
    }
  }
}

TEST(Stopped, AtTheLastBoundaryThePValueIsAlpha) {
  for (const StoppingSides sides : {StoppingSides::Upper, StoppingSides::Symmetric}) {
    const auto design = spending_design(equal_information(5), {}, {.alpha = 0.03, .sides = sides});
    EXPECT_NEAR(inference_after_stopping(*design, 4, design->critical[4])->p_value, 0.03, 1e-7);
  }
}

TEST(Stopped, SimulatedIntervalsCoverAndMediansAreUnbiased) {
  const auto design = pocock_design(equal_information(3));
  const double drift = 2.2;
  RandomStream random(8);
  const int runs = 600;
  int covered = 0, below = 0;
  for (int run = 0; run < runs; ++run) {
    double score = 0, z = 0;
    std::size_t look = 0;
    for (;; ++look) {
      score += drift / 3 + random.normal() / std::sqrt(3.0);
      z = score / std::sqrt(static_cast<double>(look + 1) / 3);
      if (look == 2 || std::abs(z) >= design->critical[look]) break;
    }
    const auto result = inference_after_stopping(*design, look, z);
    const double truth = drift * std::sqrt(static_cast<double>(look + 1) / 3);
    covered += result->interval.contains(truth) ? 1 : 0;
    below += result->median_unbiased < truth ? 1 : 0;
  }
  EXPECT_NEAR(covered / static_cast<double>(runs), 0.95, 3 * std::sqrt(0.95 * 0.05 / runs));
  EXPECT_NEAR(below / static_cast<double>(runs), 0.5, 3 * 0.5 / std::sqrt(runs));
}

TEST(Stopped, HostileInputIsRefusedOrAnswered) {
  const auto design = *obrien_fleming_design(equal_information(3));
  EXPECT_FALSE(inference_after_stopping(design, 3, 1).has_value());
  EXPECT_FALSE(inference_after_stopping(design, 0, NAN).has_value());
  EXPECT_FALSE(inference_after_stopping(design, 0, 1e300).has_value());
  EXPECT_FALSE(inference_after_stopping(design, 0, 1, 1).has_value());
  EXPECT_FALSE(inference_after_stopping(GroupSequentialDesign{}, 0, 1).has_value());
  for (const double z : {40.0, -40.0, 1e5}) {
    const auto result = inference_after_stopping(design, 2, z);
    ASSERT_TRUE(result.has_value()) << z;
    EXPECT_LT(result->interval.lower, result->median_unbiased);
    EXPECT_LT(result->median_unbiased, result->interval.upper);
  }
}

}  // namespace
}  // namespace splitplot::stats
