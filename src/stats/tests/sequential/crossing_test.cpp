#include "sequential/crossing.hpp"

#include "slow_recursion.hpp"

#include <splitplot/base/random.hpp>

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Bounds on B that spend `side_alpha` evenly over the times.
std::vector<double> even_bounds(const std::vector<double>& times, double side_alpha, double panel_width,
                                bool open) {
  CrossingRecursion recursion(times, 0, CrossingRecursion::kUsualReach, panel_width);
  std::vector<double> bounds;
  for (std::size_t k = 0; k < times.size(); ++k) {
    bounds.push_back(recursion.upper_bound_for(std::log(side_alpha / static_cast<double>(times.size()))));
    if (k + 1 < times.size()) recursion.advance(open ? -kInfinity : -bounds.back(), bounds.back());
  }
  return bounds;
}

TEST(Crossing, NormalTailsInLogarithms) {
  for (double z = -5; z < 29.9; z += 0.37)
    EXPECT_NEAR(log_normal_sf(z), std::log(slow::above(z)), 1e-12 * (1 + z * z));
  // Across the change of formula, and where a double has no digits left for the probability.
  EXPECT_NEAR(log_normal_sf(30.0000001), std::log(slow::above(30.0000001)), 1e-9);
  EXPECT_NEAR(log_normal_sf(36), std::log(slow::above(36)), 1e-9);
  for (const double z : {-3.0, 0.0, 5.0, 28.0, 34.0, 36.0, 100.0, 1e5}) {
    EXPECT_NEAR(normal_quantile_of_log_sf(log_normal_sf(z)), z, 1e-10 * (1 + std::abs(z)));
  }
  EXPECT_EQ(normal_quantile_of_log_sf(-kInfinity), kInfinity);
}

TEST(Crossing, PanelsAreNarrowEnough) {
  RandomStream random(7);
  for (const bool open : {false, true}) {
    for (const std::size_t looks : {3u, 12u, 60u}) {
      std::vector<double> times(looks);
      double now = 0;
      for (double& time : times) time = now += std::exp(1.5 * random.normal());
      const auto usual = even_bounds(times, 0.02, CrossingRecursion::kPanelWidth, open);
      const auto fine = even_bounds(times, 0.02, CrossingRecursion::kPanelWidth / 2.5, open);
      for (std::size_t k = 0; k < looks; ++k)
        EXPECT_NEAR((usual[k] - fine[k]) / std::sqrt(times[k]), 0, 1e-10) << looks << ' ' << k;
    }
  }
}

TEST(Crossing, BoundsAreThoseOfPlainBisection) {
  const std::vector<double> times{0.2, 0.5, 1};
  const auto bounds = even_bounds(times, 0.03, CrossingRecursion::kPanelWidth, false);
  std::vector<double> critical;
  for (std::size_t k = 0; k < 3; ++k) {
    double low = 0, high = 10;
    for (int i = 0; i < 45; ++i) {
      auto trial = critical;
      trial.push_back((low + high) / 2);
      const std::vector<double> reached(times.begin(), times.begin() + static_cast<long>(k) + 1);
      (slow::exits(reached, trial, true, 0, 100).upper.back() > 0.01 ? low : high) = (low + high) / 2;
    }
    critical.push_back(low);
    EXPECT_NEAR(bounds[k] / std::sqrt(times[k]), low, 1e-6) << k;
  }
}

TEST(Crossing, TiltedMassesAreThoseOfTheOtherDrift) {
  const std::vector<double> times{0.3, 0.7, 1.1, 2};
  const auto through = [&](double drift) {
    CrossingRecursion recursion(times, drift, 20);
    for (std::size_t k = 0; k + 1 < times.size(); ++k) recursion.advance(k == 1 ? -kInfinity : -1.5, 1.8);
    return recursion;
  };
  const auto at_null = through(0);
  for (const double drift : {-3.0, -0.4, 1.1, 4.0}) {
    const auto direct = through(drift);
    for (std::size_t look = 0; look < times.size(); ++look) {
      EXPECT_NEAR(at_null.upper_exit(look, 1.8, drift), direct.upper_exit(look, 1.8), 1e-12) << drift;
      EXPECT_NEAR(at_null.lower_exit(look, -1.5, drift), direct.lower_exit(look, -1.5), 1e-12) << drift;
      EXPECT_NEAR(at_null.upper_exit_mean(look, 1.8, drift), direct.upper_exit_mean(look, 1.8, drift), 1e-12);
      EXPECT_NEAR(at_null.lower_exit_mean(look, -1.5, drift), direct.lower_exit_mean(look, -1.5, drift),
                  1e-12);
    }
  }
}

TEST(Crossing, ExitsAndWhatStaysInsideAddUp) {
  CrossingRecursion recursion({0.4, 1}, 0.8);
  recursion.advance(-1, 1.2);
  double inside = 0;
  const auto all = recursion.upper_exit(1, -1e3);
  inside = 1 - recursion.upper_exit(0, 1.2) - recursion.lower_exit(0, -1);
  EXPECT_NEAR(all, inside, 1e-13);
  for (const double cut : {-2.0, 0.0, 0.9})
    EXPECT_NEAR(recursion.upper_exit(1, cut) + recursion.lower_exit(1, cut), inside, 1e-13);
}

}  // namespace
}  // namespace splitplot::stats
