#include <splitplot/base/random.hpp>
#include <splitplot/stats/power/watched.hpp>
#include <splitplot/stats/sequential/group_sequential_power.hpp>

#include <cmath>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

TEST(AlwaysValidDesign, HasTheBoundsOfTheFormula) {
  const double alpha = 0.05;
  const double mass =
      -2 * std::log(alpha) + std::log(1 - 2 * std::log(alpha));  // n rho^2 at the tuned sample
  const auto design = always_valid_design(10, alpha);
  ASSERT_TRUE(design.has_value());
  for (std::size_t look = 0; look < 10; ++look) {
    const double m = mass * static_cast<double>(look + 1) / 10;
    EXPECT_NEAR(design->critical[look], std::sqrt(2 * (m + 1) / m * std::log(std::sqrt(m + 1) / alpha)),
                1e-9);
  }
}

TEST(AlwaysValidDesign, NeverSpendsMoreThanAlpha) {
  double previous = 0;
  for (const std::size_t looks : {std::size_t{1}, std::size_t{5}, std::size_t{50}}) {
    const double spent = exit_probabilities(*always_valid_design(looks, 0.05), 0)->rejection_probability;
    EXPECT_GT(spent, previous);
    EXPECT_LT(spent, 0.05);
    previous = spent;
  }
}

TEST(AlwaysValidDesign, PowerIsThatOfAWatchedRandomWalk) {
  constexpr std::size_t kLooks = 7;
  const auto design = *always_valid_design(kLooks, 0.05);
  const double drift = 3.1;
  RandomStream random(77);
  constexpr int kRuns = 40000;
  int found = 0;
  for (int run = 0; run < kRuns; ++run) {
    double walk = 0;
    for (std::size_t look = 0; look < kLooks; ++look) {
      walk += drift / kLooks + random.normal() / std::sqrt(double{kLooks});
      const double z = walk / std::sqrt(static_cast<double>(look + 1) / kLooks);
      if (std::abs(z) > design.critical[look]) {
        ++found;
        break;
      }
    }
  }
  const double power = exit_probabilities(design, drift)->rejection_probability;
  EXPECT_NEAR(found / double{kRuns}, power, 3 * std::sqrt(power * (1 - power) / kRuns));
}

TEST(AlwaysValidDesign, RefusesWhatHasNoMeaning) {
  EXPECT_FALSE(always_valid_design(0).has_value());
  EXPECT_FALSE(always_valid_design(kMostLooks + 1).has_value());
  EXPECT_FALSE(always_valid_design(3, 0).has_value());
  EXPECT_FALSE(always_valid_design(3, NAN).has_value());
}

}  // namespace
}  // namespace splitplot::stats
