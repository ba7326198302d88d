#include <splitplot/stats/distributions.hpp>

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Expectations by mpmath's quadrature with 30 digits; a common library is wrong by 2e-5, 4e-7 and 6e-2 relative at these.
TEST(NoncentralT, KeepsItsDigitsInTheTailAgainstTheShift) {
  EXPECT_NEAR(noncentral_t_cdf(-21, 1, 7) / 6.687998741704827e-15, 1, 1e-12);
  EXPECT_NEAR(noncentral_t_sf(2, 1, -7) / 6.9915345860023874e-14, 1, 1e-12);
  EXPECT_NEAR(noncentral_t_sf(2, 200, -7) / 1.7210736479119978e-19, 1, 1e-12);
  EXPECT_NEAR(noncentral_t_sf(7.700000000000001, 38, 7) / 0.31449208992884439, 1, 1e-12);
}

TEST(NoncentralT, WithoutAShiftIsStudents) {
  for (const double degrees : {0.3, 1.0, 4.5, 120.0, 1e6, 1e12}) {
    for (const double t : {-50.0, -2.0, -1e-9, 0.0, 0.7, 3.0, 20.0}) {
      EXPECT_NEAR(noncentral_t_sf(t, degrees, 0) / student_t_sf(t, degrees), 1, 1e-10) << t << " " << degrees;
    }
  }
}

TEST(NoncentralT, IsTheMeanOverTheScale) {
  // The definition on a fine grid of the chi-square's square root.
  for (const double degrees : {2.0, 9.0}) {
    for (const double t : {0.5, 3.0}) {
      double sum = 0, weights = 0;
      for (double u = -12; u < 2; u += 0.002) {
        const double weight = std::exp(degrees * (u - std::exp(2 * u) / 2 + 0.5));
        weights += weight;
        sum += weight * normal_cdf(t * std::exp(u) - 1.5);
      }
      EXPECT_NEAR(noncentral_t_cdf(t, degrees, 1.5), sum / weights, 1e-10);
    }
  }
}

TEST(NoncentralT, TailsAddUpMirrorAndFallWithTheShift) {
  for (const double degrees : {0.5, 3.0, 40.0, 1e5, kInfinity}) {
    for (const double t : {-30.0, -1.0, 0.0, 0.2, 4.0, 60.0}) {
      double before = 0;
      for (const double shift : {-40.0, -3.0, 0.0, 0.5, 8.0, 37.0}) {
        const double above = noncentral_t_sf(t, degrees, shift), below = noncentral_t_cdf(t, degrees, shift);
        EXPECT_NEAR(above + below, 1, 1e-12) << t << " " << degrees << " " << shift;
        EXPECT_EQ(above, noncentral_t_cdf(-t, degrees, -shift));
        EXPECT_GE(above, before - 1e-15);
        before = above;
      }
    }
  }
}

TEST(NoncentralT, AnswersAtTheEnds) {
  EXPECT_EQ(noncentral_t_cdf(kInfinity, 3, 1), 1);
  EXPECT_EQ(noncentral_t_sf(kInfinity, 3, 1), 0);
  EXPECT_EQ(noncentral_t_cdf(-kInfinity, 3, 1), 0);
  EXPECT_EQ(noncentral_t_sf(2, kInfinity, 0.5), normal_sf(1.5));
  EXPECT_NEAR(noncentral_t_cdf(1e-308, 3, 1), normal_sf(1), 1e-12);
  EXPECT_NEAR(noncentral_t_sf(1e308, 3, 1), 0, 1e-300);
  EXPECT_EQ(noncentral_t_sf(1, 1e300, -1e300), 0);
  EXPECT_EQ(noncentral_t_cdf(1, 5, -1e300), 1);
}

}  // namespace
}  // namespace splitplot::stats
