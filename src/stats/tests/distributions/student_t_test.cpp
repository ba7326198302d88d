#include <splitplot/base/random.hpp>
#include <splitplot/stats/distributions.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <boost/math/distributions/students_t.hpp>
#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

using Quiet = boost::math::policies::policy<
    boost::math::policies::overflow_error<boost::math::policies::ignore_error>,
    boost::math::policies::underflow_error<boost::math::policies::ignore_error>>;
using Twin = boost::math::students_t_distribution<double, Quiet>;

/// Degrees from a half to 1e13, t from 1e-5 to 1e6 on both sides.
struct Drawn {
  double degrees;
  double t;
};
Drawn drawn(RandomStream& random, int i) {
  const double degrees = 0.5 * std::exp((i % 3 == 0 ? 30 : 8) * random.uniform());
  const double size = i % 2 == 0 ? 12 * random.uniform() : std::exp(25 * random.uniform() - 11);
  return {degrees, random.uniform() < 0.5 ? size : -size};
}

/// Both round the logarithm of a small probability, so that they agree to its digits times its size.
double tolerance(double probability) {
  return 1e-13 * std::max(1.0, -0.01 * std::log(probability));
}

TEST(StudentT, TailsAndDensityAgreeWithBoost) {
  RandomStream random(1);
  for (int i = 0; i < 4000; ++i) {
    const auto [degrees, t] = drawn(random, i);
    const Twin twin(degrees);
    const double tail = cdf(complement(twin, t));
    if (!(tail > 1e-290)) continue;
    EXPECT_NEAR(student_t_sf(t, degrees) / tail, 1, tolerance(tail)) << t << " with " << degrees;
    EXPECT_NEAR(student_t_cdf(-t, degrees) / tail, 1, tolerance(tail));
    const double density = pdf(twin, t);
    if (!(density > 1e-290)) continue;
    EXPECT_NEAR(student_t_pdf(t, degrees) / density, 1, 2 * tolerance(std::min(density, 1.0)))
        << t << " with " << degrees;
  }
}

TEST(StudentT, QuantilesAgreeWithBoost) {
  RandomStream random(2);
  for (int i = 0; i < 1500; ++i) {
    const double degrees = drawn(random, i).degrees;
    double p = random.uniform();
    if (i % 3 == 1) p = std::pow(10, -100 * random.uniform() * random.uniform());
    if (i % 3 == 2) p = 1 - std::pow(10, -14 * random.uniform() - 0.5);
    const double want = quantile(Twin(degrees), p);
    EXPECT_NEAR(student_t_quantile(p, degrees) / want, 1, 2e-13) << p << " with " << degrees;
  }
}

TEST(StudentT, QuantilesNearTheCentreKeepTheirDigits) {
  // There the density is constant.
  for (const double degrees : {0.7, 3.0, 40.0, 1e6}) {
    for (const double step : {0x1p-20, 0x1p-30, 0x1p-48}) {
      const double linear = step / student_t_pdf(0, degrees);
      EXPECT_NEAR(student_t_quantile(0.5 + step, degrees) / linear, 1, 2 * linear * linear + 1e-14);
      EXPECT_EQ(student_t_quantile(0.5 - step, degrees), -student_t_quantile(0.5 + step, degrees));
    }
    EXPECT_EQ(student_t_quantile(0.5, degrees), 0);
  }
}

TEST(StudentT, AnswersAtTheEnds) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  for (const double degrees : {1e-300, 1e-3, 0.5, 7.0, 1e24, 1e26, 1e300, kInfinity}) {
    EXPECT_EQ(student_t_sf(kInfinity, degrees), 0);
    EXPECT_EQ(student_t_sf(-kInfinity, degrees), 1);
    EXPECT_EQ(student_t_pdf(kInfinity, degrees), 0);
    EXPECT_EQ(student_t_sf(0, degrees), 0.5);
    double last = 1;
    for (const double t : {-1e308, -1e160, -3.0, -1e-320, 1e-320, 1e-9, 3.0, 1e160, 1e308}) {
      const double tail = student_t_sf(t, degrees);
      EXPECT_LE(tail, last) << t << " with " << degrees;
      EXPECT_GE(tail, 0);
      EXPECT_GE(student_t_pdf(t, degrees), 0);
      last = tail;
    }
    for (const double p : {5e-324, 1e-300, 1e-9, 0.3}) {
      EXPECT_LT(student_t_quantile(p, degrees), 0) << p << " with " << degrees;
    }
  }
  EXPECT_NEAR(student_t_sf(2.5, 1e24) / normal_sf(2.5), 1, 1e-14);
  // The far tail is a power law, P(T > t) = C t^-degrees.
  EXPECT_NEAR(student_t_quantile(1e-151, 0.53) / student_t_quantile(1e-141, 0.53) / std::pow(10, 10 / 0.53),
              1, 1e-11);
}

}  // namespace
}  // namespace splitplot::stats
