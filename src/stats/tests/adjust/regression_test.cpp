#include <splitplot/base/random.hpp>
#include <splitplot/stats/adjust/regression.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

using Matrix = std::vector<std::vector<long double>>;

Matrix inverse_of(Matrix a) {  // Gauss-Jordan with pivoting
  const std::size_t k = a.size();
  Matrix inverse(k, std::vector<long double>(k, 0));
  for (std::size_t i = 0; i < k; ++i) inverse[i][i] = 1;
  for (std::size_t c = 0; c < k; ++c) {
    std::size_t pivot = c;
    for (std::size_t r = c + 1; r < k; ++r) pivot = std::abs(a[r][c]) > std::abs(a[pivot][c]) ? r : pivot;
    std::swap(a[c], a[pivot]);
    std::swap(inverse[c], inverse[pivot]);
    const long double p = a[c][c];
    for (std::size_t j = 0; j < k; ++j) a[c][j] /= p, inverse[c][j] /= p;
    for (std::size_t r = 0; r < k; ++r) {
      if (r == c) continue;
      const long double f = a[r][c];
      for (std::size_t j = 0; j < k; ++j) a[r][j] -= f * a[c][j], inverse[r][j] -= f * inverse[c][j];
    }
  }
  return inverse;
}

/// The textbook: (X'X)^-1 X'y and (X'X)^-1 X' W X (X'X)^-1, in long double. Coefficient 0 is the intercept.
struct Textbook {
  std::vector<long double> coefficients;
  std::vector<CoefficientErrors> errors;
};

Textbook textbook(const std::vector<double>& y, const std::vector<std::vector<double>>& columns) {
  const std::size_t n = y.size(), k = columns.size() + 1;
  const auto x = [&](std::size_t i, std::size_t j) {
    return j == 0 ? 1.0L : static_cast<long double>(columns[j - 1][i]);
  };
  Matrix xx(k, std::vector<long double>(k, 0));
  std::vector<long double> xy(k, 0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t a = 0; a < k; ++a) {
      xy[a] += x(i, a) * y[i];
      for (std::size_t b = 0; b < k; ++b) xx[a][b] += x(i, a) * x(i, b);
    }
  }
  const Matrix inverse = inverse_of(xx);
  Textbook result;
  result.coefficients.assign(k, 0);
  for (std::size_t a = 0; a < k; ++a)
    for (std::size_t b = 0; b < k; ++b) result.coefficients[a] += inverse[a][b] * xy[b];
  Matrix sums(5, std::vector<long double>(k, 0));
  long double rss = 0;
  for (std::size_t i = 0; i < n; ++i) {
    long double e = y[i], h = 0;
    std::vector<long double> weight(k, 0);
    for (std::size_t a = 0; a < k; ++a) {
      e -= x(i, a) * result.coefficients[a];
      for (std::size_t b = 0; b < k; ++b) weight[a] += inverse[a][b] * x(i, b);
    }
    for (std::size_t a = 0; a < k; ++a) h += weight[a] * x(i, a);
    rss += e * e;
    for (std::size_t a = 0; a < k; ++a) {
      const long double w2 = weight[a] * weight[a];
      sums[0][a] += w2;
      sums[1][a] += w2 * e * e;
      sums[2][a] += w2 * e * e / (1 - h);
      sums[3][a] += w2 * e * e / (1 - h) / (1 - h);
    }
  }
  const long double degrees = static_cast<long double>(n - k);
  for (std::size_t a = 0; a < k; ++a) {
    result.errors.push_back(
        {static_cast<double>(std::sqrt(sums[0][a] * rss / degrees)),
         static_cast<double>(std::sqrt(sums[1][a])),
         static_cast<double>(std::sqrt(sums[1][a] * static_cast<long double>(n) / degrees)),
         static_cast<double>(std::sqrt(sums[2][a])), static_cast<double>(std::sqrt(sums[3][a]))});
  }
  return result;
}

struct Data {
  std::vector<double> y;
  std::vector<std::vector<double>> x;
  [[nodiscard]] std::vector<ColumnView> columns() const { return {x.begin(), x.end()}; }
};

Data generate(std::size_t n, std::size_t k, std::uint64_t seed) {
  RandomStream random(seed);
  Data data;
  data.x.assign(k, {});
  for (std::size_t i = 0; i < n; ++i) {
    double y = 3, before = 0;
    for (std::size_t j = 0; j < k; ++j) {
      const double x = 2 + random.normal() + 0.7 * before;
      data.x[j].push_back(x);
      y += (static_cast<double>(j) - 1.5) * x;
      before = x;
    }
    data.y.push_back(y + random.normal() * (0.3 + std::abs(before)));
  }
  return data;
}

constexpr CovarianceEstimator kAll[] = {CovarianceEstimator::Classical, CovarianceEstimator::HC0,
                                        CovarianceEstimator::HC1, CovarianceEstimator::HC2,
                                        CovarianceEstimator::HC3};

TEST(LeastSquares, AgreesWithTheNormalEquationsInLongDouble) {
  for (const auto& [n, k] :
       std::vector<std::pair<std::size_t, std::size_t>>{{4, 1}, {12, 3}, {60, 5}, {1100, 4}, {30, 0}}) {
    const Data data = generate(n, k, 10 * n + k);
    const auto fit = least_squares(data.y, data.columns());
    ASSERT_TRUE(fit.has_value());
    const Textbook slow = textbook(data.y, data.x);
    EXPECT_NEAR(fit->intercept, static_cast<double>(slow.coefficients[0]), 1e-10);
    for (std::size_t j = 0; j < k; ++j) {
      EXPECT_NEAR(fit->coefficients[j], static_cast<double>(slow.coefficients[j + 1]), 1e-11)
          << n << ' ' << k;
      for (const CovarianceEstimator estimator : kAll) {
        const double expected = slow.errors[j + 1].of(estimator);
        EXPECT_NEAR(fit->standard_error(j, estimator).value(), expected, 1e-10 * expected);
      }
    }
    for (const CovarianceEstimator estimator : kAll) {
      const double expected = slow.errors[0].of(estimator);
      EXPECT_NEAR(fit->intercept_errors.of(estimator), expected, 1e-10 * expected);
    }
  }
}

TEST(LeastSquares, UnitsAndOriginsChangeNothingElse) {
  const Data data = generate(40, 3, 5);
  Data other = data;
  for (double& value : other.x[0]) value *= 1e9;
  for (double& value : other.x[1]) value = 1e-9 * value;
  for (double& value : other.x[2]) value += 1e4;
  for (double& value : other.y) value = value * 1e100 - 5e101;
  const auto fit = least_squares(data.y, data.columns());
  const auto scaled = least_squares(other.y, other.columns());
  ASSERT_TRUE(fit && scaled);
  const double unit[] = {1e91, 1e109, 1e100};
  for (std::size_t j = 0; j < 3; ++j) {
    EXPECT_NEAR(scaled->coefficients[j] / unit[j], fit->coefficients[j],
                1e-9 * std::abs(fit->coefficients[j]));
    EXPECT_NEAR(scaled->errors[j].hc3 / unit[j], fit->errors[j].hc3, 1e-9 * fit->errors[j].hc3);
  }
}

TEST(LeastSquares, RowMajorTablesAndRowOrderGiveTheSame) {
  const Data data = generate(30, 2, 8);
  std::vector<double> table;
  for (std::size_t i = data.y.size(); i-- > 0;)
    table.insert(table.end(), {data.y[i], data.x[0][i], data.x[1][i]});
  const std::vector<ColumnView> views = columns_of(table, 3);
  const auto fit = least_squares(data.y, data.columns());
  const auto other = least_squares(views[0], std::span(views).subspan(1));
  ASSERT_TRUE(fit && other);
  for (std::size_t j = 0; j < 2; ++j) {
    EXPECT_NEAR(other->coefficients[j], fit->coefficients[j], 1e-12);
    EXPECT_NEAR(other->errors[j].hc2, fit->errors[j].hc2, 1e-12);
  }
}

TEST(LeastSquares, LeavesOutWhatTheColumnsBeforeExplain) {
  const Data data = generate(50, 2, 13);
  Data more = data;
  std::vector<double> sum(50), constant(50, 0.1), last(50);
  for (std::size_t i = 0; i < 50; ++i) sum[i] = 2 * data.x[0][i] - data.x[1][i] + 7;
  std::iota(last.begin(), last.end(), 0.0);
  more.x = {data.x[0], constant, data.x[1], sum, last};
  Data plain = data;
  plain.x.push_back(last);
  const auto fit = least_squares(more.y, more.columns());
  const auto expected = least_squares(plain.y, plain.columns());
  ASSERT_TRUE(fit && expected);
  EXPECT_EQ(fit->left_out, (std::vector<std::size_t>{1, 3}));
  EXPECT_FALSE(fit->standard_error(3, CovarianceEstimator::HC2).has_value());
  EXPECT_NEAR(fit->coefficients[4], expected->coefficients[2], 1e-11);
  EXPECT_NEAR(fit->errors[4].hc3, expected->errors[2].hc3, 1e-11);
  EXPECT_EQ(fit->degrees_of_freedom, 46);
}

TEST(LeastSquares, OneUnitThatDecidesACoefficientHasNoHc2) {
  const std::vector<double> y{1, 2, 4, 3, 9}, alone{0, 0, 0, 0, 1};
  const std::vector<ColumnView> columns{alone};
  const auto fit = least_squares(y, columns);
  ASSERT_TRUE(fit.has_value());
  EXPECT_NEAR(fit->coefficients[0], 9 - 2.5, 1e-12);
  EXPECT_FALSE(fit->standard_error(0, CovarianceEstimator::HC2).has_value());
  EXPECT_FALSE(fit->standard_error(0, CovarianceEstimator::HC3).has_value());
  EXPECT_TRUE(fit->standard_error(0, CovarianceEstimator::HC1).has_value());
}

TEST(LeastSquares, PerfectFitHasNoResidualSpread) {
  const std::vector<double> x{1, 2, 3, 4, 7}, y{0.3, 0.4, 0.5, 0.6, 0.9};
  const std::vector<ColumnView> columns{x};
  const auto fit = least_squares(y, columns);
  ASSERT_TRUE(fit.has_value());
  EXPECT_EQ(fit->residual_sd, 0);
  EXPECT_NEAR(fit->coefficients[0], 0.1, 1e-15);
}

TEST(LeastSquares, RefusesWhatCannotBeEstimated) {
  const double nan = std::numeric_limits<double>::quiet_NaN(),
               infinity = std::numeric_limits<double>::infinity();
  const std::vector<double> three{1, 2, 4}, other{1, 0, 2}, two{1, 2}, with_nan{1, nan, 2},
      with_infinity{1, infinity, 2};
  const auto fails = [](const std::vector<double>& y, const std::vector<ColumnView>& x) {
    return !least_squares(y, x).has_value();
  };
  EXPECT_TRUE(fails({}, {}));
  EXPECT_TRUE(fails({1}, {}));
  EXPECT_TRUE(fails(two, {two}));
  EXPECT_TRUE(fails(three, {two}));
  EXPECT_TRUE(fails(with_nan, {three}));
  EXPECT_TRUE(fails(three, {with_nan}));
  EXPECT_TRUE(fails(three, {with_infinity}));
  EXPECT_TRUE(fails(three, {three, other}));  // three coefficients from three units
  EXPECT_FALSE(fails(three, {other}));
}

TEST(LeastSquares, ExtremeButFiniteValuesAreAnsweredOrRefused) {
  const std::vector<double> x{1, 2, 3, 5}, y{1, 3, 2, 4};
  const std::vector<ColumnView> columns{x};
  const auto plain = least_squares(y, columns);
  for (const double unit : {1e308 / 8, 1e-300, std::numeric_limits<double>::denorm_min() * 1e6}) {
    std::vector<double> scaled = y;
    for (double& value : scaled) value *= unit;
    const auto fit = least_squares(scaled, columns);
    ASSERT_TRUE(fit.has_value()) << unit;
    EXPECT_NEAR(fit->coefficients[0] / unit, plain->coefficients[0], 1e-5);
    const std::vector<ColumnView> tiny{scaled};
    const auto inverse = least_squares(x, tiny);  // the slope itself may leave the range
    if (inverse) {
      EXPECT_TRUE(std::isfinite(inverse->coefficients[0]));
    }
  }
  const std::vector<double> zeros(4, 0.0), constant(4, 1e308);
  EXPECT_EQ(least_squares(zeros, columns)->coefficients[0], 0);
  EXPECT_EQ(least_squares(constant, columns)->coefficients[0], 0);
}

}  // namespace
}  // namespace splitplot::stats
