#include <splitplot/base/random.hpp>
#include <splitplot/stats/compare/quantile_regression.hpp>
#include <splitplot/stats/compare/quantiles.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

double loss_of(const std::vector<double>& y, const std::vector<std::vector<double>>& x, double intercept,
               const std::vector<double>& slopes, double tau) {
  double loss = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    double r = y[i] - intercept;
    for (std::size_t j = 0; j < x.size(); ++j) r -= slopes[j] * x[j][i];
    loss += r * (r < 0 ? tau - 1 : tau);
  }
  return loss;
}

/// A best line passes through two units: try all pairs.
double best_line(const std::vector<double>& y, const std::vector<double>& x, double tau) {
  double best = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < y.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (x[i] == x[j]) continue;
      const double slope = (y[i] - y[j]) / (x[i] - x[j]);
      best = std::min(best, loss_of(y, {x}, y[i] - slope * x[i], {slope}, tau));
    }
  }
  return best;
}

std::vector<ColumnView> views(const std::vector<std::vector<double>>& x) {
  return {x.begin(), x.end()};
}

TEST(QuantileRegression, FindsTheBestOfAllLinesThroughTwoUnits) {
  RandomStream random(1);
  for (int run = 0; run < 60; ++run) {
    const std::size_t n = 4 + random.below(30);
    std::vector<double> x(n), y(n);
    const bool whole = run % 2 == 0;  // whole numbers: ties, and many units on one line
    for (std::size_t i = 0; i < n; ++i) {
      x[i] = whole ? static_cast<double>(random.below(5)) : random.normal();
      y[i] = whole ? static_cast<double>(random.below(6)) : x[i] + (1 + std::abs(x[i])) * random.normal();
    }
    x[0] = 0;
    x[1] = 1;
    for (const double tau : {0.1, 0.37, 0.5, 0.9}) {
      const auto fit = quantile_regression(y, views({x}), tau);
      ASSERT_TRUE(fit.has_value()) << run << ' ' << (fit ? "" : fit.error().why);
      const double best = best_line(y, x, tau);
      EXPECT_NEAR(fit->loss, best, 1e-10 * (1 + best)) << run << ' ' << tau;
      EXPECT_NEAR(loss_of(y, {x}, fit->intercept, fit->coefficients, tau), best, 1e-10 * (1 + best));
    }
  }
}

TEST(QuantileRegression, NoSmallChangeOfManyCoefficientsIsBetter) {
  RandomStream random(2);
  constexpr std::size_t n = 800;
  std::vector<std::vector<double>> x(4, std::vector<double>(n));
  std::vector<double> y(n);
  for (std::size_t i = 0; i < n; ++i) {
    for (auto& column : x) column[i] = random.normal();
    x[3][i] = random.bernoulli(0.3) ? 1 : 0;
    y[i] = 1 + x[0][i] - 2 * x[1][i] + (1 + x[3][i]) * -std::log1p(-random.uniform());
  }
  const auto fit = quantile_regression(y, views(x), 0.8);
  ASSERT_TRUE(fit.has_value());
  EXPECT_EQ(fit->solution, QuantileSolution::Unique);
  const double least = loss_of(y, x, fit->intercept, fit->coefficients, 0.8);
  EXPECT_NEAR(fit->loss, least, 1e-9 * least);
  for (int trial = 0; trial < 300; ++trial) {  // convex: no better point nearby is no better point
    std::vector<double> other = fit->coefficients;
    for (double& slope : other) slope += 1e-3 * random.normal();
    EXPECT_GT(loss_of(y, x, fit->intercept + 1e-3 * random.normal(), other, 0.8), least);
  }
}

TEST(QuantileRegression, TreatmentAloneIsTheDifferenceOfQuantiles) {
  RandomStream random(3);
  std::vector<double> y, treated, control, treatment;
  for (int i = 0; i < 101; ++i) {
    const double value = std::exp(random.normal());
    y.push_back(value);
    treated.push_back(i < 48 ? 1 : 0);
    (i < 48 ? treatment : control).push_back(value);
  }
  std::sort(control.begin(), control.end());
  std::sort(treatment.begin(), treatment.end());
  const auto fit = quantile_regression(y, views({treated}), 0.71);
  ASSERT_TRUE(fit.has_value());
  const double low = *sample_quantile(control, 0.71, QuantileType::Type1),
               high = *sample_quantile(treatment, 0.71, QuantileType::Type1);
  EXPECT_NEAR(fit->intercept, low, 1e-12);
  EXPECT_NEAR(fit->coefficients[0], high - low, 1e-12);
}

TEST(QuantileRegression, InterceptAloneIsAQuantileAndSaysWhenItIsOneOfMany) {
  const std::vector<double> odd{5, 1, 4, 2, 3}, even{4, 1, 3, 2};
  const auto unique = quantile_regression(odd, {}, 0.5);
  ASSERT_TRUE(unique.has_value());
  EXPECT_NEAR(unique->intercept, 3, 1e-12);
  EXPECT_EQ(unique->solution, QuantileSolution::Unique);
  const auto many = quantile_regression(even, {}, 0.5);
  ASSERT_TRUE(many.has_value());
  EXPECT_TRUE(std::abs(many->intercept - 2) < 1e-12 || std::abs(many->intercept - 3) < 1e-12);
  EXPECT_EQ(many->solution, QuantileSolution::OneOfMany);
}

TEST(QuantileRegression, ChangesOfUnitOriginAndSignGoThrough) {
  RandomStream random(4);
  std::vector<double> x(60), y(60), scaled_x, scaled_y, minus;
  for (std::size_t i = 0; i < 60; ++i) {
    x[i] = random.normal();
    y[i] = 2 * x[i] + random.normal() * (2 + x[i]);
    scaled_x.push_back(1e9 * x[i] + 3e9);
    scaled_y.push_back(1e-200 * (y[i] + 5));
    minus.push_back(-y[i]);
  }
  const auto plain = quantile_regression(y, views({x}), 0.3);
  const auto scaled = quantile_regression(scaled_y, views({scaled_x}), 0.3);
  const auto turned = quantile_regression(minus, views({x}), 0.7);
  ASSERT_TRUE(plain && scaled && turned);
  EXPECT_NEAR(scaled->coefficients[0] * 1e209, plain->coefficients[0], 1e-10);
  EXPECT_NEAR(scaled->intercept * 1e200 - 5 + 3 * plain->coefficients[0], plain->intercept, 1e-9);
  EXPECT_NEAR(turned->coefficients[0], -plain->coefficients[0], 1e-11);
  EXPECT_NEAR(turned->intercept, -plain->intercept, 1e-11);
}

TEST(QuantileRegression, ConstantAndPerfectlyLinearOutcomes) {
  const std::vector<double> x{1, 2, 3, 4, 5, 6}, constant(6, 7.5), line{3, 5, 7, 9, 11, 13};
  const auto flat = quantile_regression(constant, views({x}), 0.9);
  ASSERT_TRUE(flat.has_value());
  EXPECT_NEAR(flat->intercept, 7.5, 1e-12);
  EXPECT_NEAR(flat->coefficients[0], 0, 1e-12);
  const auto linear = quantile_regression(line, views({x}), 0.2);
  ASSERT_TRUE(linear.has_value());
  EXPECT_NEAR(linear->coefficients[0], 2, 1e-12);
  EXPECT_NEAR(linear->loss, 0, 1e-12);
}

TEST(QuantileRegression, RefusesWhatCannotBeEstimated) {
  const std::vector<double> y{1, 2, 4, 3}, x{1, 2, 3, 5}, constant(4, 2.0),
      broken{1, 2, std::numeric_limits<double>::quiet_NaN(), 4};
  for (const double tau : {0.0, 1.0, -1.0, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_FALSE(quantile_regression(y, views({x}), tau).has_value());
  }
  EXPECT_FALSE(quantile_regression(y, views({constant}), 0.5).has_value());
  EXPECT_FALSE(quantile_regression(y, views({x, x}), 0.5).has_value());
  EXPECT_FALSE(quantile_regression(broken, views({x}), 0.5).has_value());
  EXPECT_FALSE(quantile_regression(y, views({{1, 2}}), 0.5).has_value());
  EXPECT_FALSE(quantile_regression(std::vector<double>{1}, {}, 0.5).has_value());
}

}  // namespace
}  // namespace splitplot::stats
