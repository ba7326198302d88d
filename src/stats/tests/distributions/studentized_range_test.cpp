#include <splitplot/stats/distributions.hpp>

#include <cmath>
#include <limits>
#include <numbers>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// P(range <= q) on a grid, averaged over the scale on a grid.
double slow_cdf(double q, double groups, double degrees) {
  const auto range = [&](double reach) {
    double sum = 0;
    constexpr double kWidth = 0.02;
    for (double z = -8; z < 8; z += kWidth) {
      sum += kWidth * groups * normal_pdf(z) * std::pow(normal_cdf(z) - normal_cdf(z - reach), groups - 1);
    }
    return sum;
  };
  if (std::isinf(degrees)) return range(q);
  double sum = 0, weights = 0;
  for (double u = -4; u < 2; u += 0.02) {
    const double weight = std::exp(degrees * (u - std::exp(2 * u) / 2 + 0.5));
    if (weight < 1e-14) continue;
    weights += weight;
    sum += weight * range(q * std::exp(u));
  }
  return sum / weights;
}

TEST(StudentizedRange, AgreesWithTheDefinitionOnAGrid) {
  for (const double groups : {2.0, 3.0, 10.0}) {
    for (const double q : {0.5, 3.5, 6.0}) {
      EXPECT_NEAR(studentized_range_sf(q, groups, kInfinity), 1 - slow_cdf(q, groups, kInfinity), 1e-10);
    }
    EXPECT_NEAR(studentized_range_sf(3.5, groups, 7), 1 - slow_cdf(3.5, groups, 7), 1e-10);
  }
}

TEST(StudentizedRange, OfTwoGroupsIsStudentsTTimesRootTwo) {
  for (const double degrees : {1.0, 4.0, 30.5, kInfinity}) {
    for (const double q : {1e-6, 0.3, 2.0, 7.0, 50.0}) {
      const double t = q / std::numbers::sqrt2;
      const double want = 2 * (std::isinf(degrees) ? normal_sf(t) : student_t_sf(t, degrees));
      EXPECT_NEAR(studentized_range_sf(q, 2, degrees) / want, 1, 1e-9) << q << " " << degrees;
    }
  }
}

TEST(StudentizedRange, QuantilesAreThePublishedOnes) {
  // Table of the 5 % and 1 % points, to the digits printed.
  EXPECT_NEAR(studentized_range_quantile(0.95, 3, 10), 3.877, 5e-4);
  EXPECT_NEAR(studentized_range_quantile(0.95, 5, kInfinity), 3.858, 5e-4);
  EXPECT_NEAR(studentized_range_quantile(0.99, 10, kInfinity), 5.157, 5e-4);
  EXPECT_NEAR(studentized_range_sf(studentized_range_quantile(0.3, 4, 5), 4, 5), 0.7, 1e-10);
}

TEST(StudentizedRange, FallsWithItsArgumentAndGrowsWithGroups) {
  double before = 1;
  for (const double q : {0.0, 0.1, 1.0, 3.0, 8.0, 30.0}) {
    const double now = studentized_range_sf(q, 5, kInfinity);
    EXPECT_LE(now, before);
    EXPECT_LE(now, studentized_range_sf(q, 50, kInfinity) + 1e-15);
    before = now;
  }
  EXPECT_EQ(studentized_range_sf(-1, 3, 4), 1);
  EXPECT_EQ(studentized_range_sf(kInfinity, 3, 4), 0);
  EXPECT_EQ(studentized_range_sf(1e300, 3, kInfinity), 0);
  EXPECT_NEAR(studentized_range_sf(3.0, 1e6, kInfinity), 1, 1e-10);
}

}  // namespace
}  // namespace splitplot::stats
