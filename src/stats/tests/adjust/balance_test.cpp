#include <splitplot/base/random.hpp>
#include <splitplot/stats/adjust/balance.hpp>
#include <splitplot/stats/distributions.hpp>

#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

using Row = std::array<double, 2>;

std::vector<Row> correlated_rows(std::uint64_t seed, int count) {
  RandomStream random(seed);
  std::vector<Row> rows;
  for (int i = 0; i < count; ++i) {
    const double first = random.normal();
    rows.push_back({100 + 15 * first, 3 * first + random.normal()});
  }
  return rows;
}

template <typename R>
CrossMoments moments_of_rows(const std::vector<R>& rows) {
  CrossMoments moments(rows.front().size());
  for (const R& row : rows) moments.add(row);
  return moments;
}

template <typename R>
double distance(const std::vector<R>& rows, const std::vector<int>& arms, int arm_count) {
  const auto whitening = Whitening::of(moments_of_rows(rows));
  EXPECT_TRUE(whitening);
  const std::size_t size = whitening->coordinates();
  std::vector<std::uint64_t> units(static_cast<std::size_t>(arm_count), 0);
  std::vector<double> sums(units.size() * size, 0);
  std::vector<double> coordinates(size);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto arm = static_cast<std::size_t>(arms[i]);
    whitening->apply(rows[i], coordinates);
    ++units[arm];
    for (std::size_t k = 0; k < size; ++k) sums[arm * size + k] += coordinates[k];
  }
  return *mahalanobis_distance(units, sums);
}

std::vector<int> random_arms(RandomStream& random, std::size_t count, std::uint64_t arms) {
  std::vector<int> chosen;
  for (std::size_t i = 0; i < count; ++i) chosen.push_back(static_cast<int>(random.below(arms)));
  return chosen;
}

/// n_t n_c / n d' S^-1 d with the 2 x 2 inverse written out.
double slow_distance(const std::vector<Row>& rows, const std::vector<int>& arms) {
  double means[2][2] = {};
  double counts[2] = {};
  double all[2] = {};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    counts[arms[i]] += 1;
    for (int j = 0; j < 2; ++j) {
      means[arms[i]][j] += rows[i][static_cast<std::size_t>(j)];
      all[j] += rows[i][static_cast<std::size_t>(j)];
    }
  }
  const auto n = static_cast<double>(rows.size());
  double s[2][2] = {};
  for (const Row& row : rows) {
    const double apart[2] = {row[0] - all[0] / n, row[1] - all[1] / n};
    for (int i = 0; i < 2; ++i) {
      for (int j = 0; j < 2; ++j) s[i][j] += apart[i] * apart[j] / (n - 1);
    }
  }
  const double d[2] = {means[1][0] / counts[1] - means[0][0] / counts[0],
                       means[1][1] / counts[1] - means[0][1] / counts[0]};
  const double determinant = s[0][0] * s[1][1] - s[0][1] * s[1][0];
  const double form =
      (d[0] * d[0] * s[1][1] - 2 * d[0] * d[1] * s[0][1] + d[1] * d[1] * s[0][0]) / determinant;
  return counts[0] * counts[1] / n * form;
}

TEST(MahalanobisDistance, OfTwoArmsIsTheFormulaWrittenOut) {
  const auto rows = correlated_rows(1, 60);
  RandomStream random(2);
  for (int i = 0; i < 50; ++i) {
    const auto arms = random_arms(random, rows.size(), 2);
    const double expected = slow_distance(rows, arms);
    EXPECT_NEAR(distance(rows, arms, 2), expected, 1e-9 * (1 + expected));
  }
}

TEST(MahalanobisDistance, DoesNotDependOnScaleOrOnAColumnThatOthersAddUpTo) {
  const auto rows = correlated_rows(3, 80);
  std::vector<std::array<double, 4>> more;
  for (const Row& row : rows) more.push_back({1e6 * row[0] - 7, row[1] / 1e3, row[0] + row[1], 5});
  RandomStream random(4);
  for (int i = 0; i < 20; ++i) {
    const auto arms = random_arms(random, rows.size(), 3);
    EXPECT_NEAR(distance(more, arms, 3), distance(rows, arms, 3), 1e-5);
  }
  EXPECT_EQ(Whitening::of(moments_of_rows(more))->coordinates(), 2U);
}

TEST(MahalanobisDistance, OfRandomArmsIsDistributedAsChiSquare) {
  const auto rows = correlated_rows(5, 400);
  RandomStream random(6);
  constexpr int kRuns = 2'000;
  int beyond = 0;
  double sum = 0;
  for (int i = 0; i < kRuns; ++i) {
    const double found = distance(rows, random_arms(random, rows.size(), 3), 3);
    sum += found;
    beyond += chi_square_sf(found, 4) < 0.1 ? 1 : 0;
  }
  // Four degrees: mean 4, standard error of it sqrt(8 / runs).
  EXPECT_NEAR(sum / kRuns, 4, 3.5 * std::sqrt(8.0 / kRuns));
  EXPECT_NEAR(beyond, 0.1 * kRuns, 3.5 * std::sqrt(kRuns * 0.09));
}

TEST(MahalanobisDistance, IsNotEstimableWithoutArmsUnitsOrDifferences) {
  const std::vector<std::uint64_t> one{5};
  const std::vector<std::uint64_t> empty{5, 0};
  const std::vector<double> sums{1, 2};
  EXPECT_FALSE(mahalanobis_distance(one, sums));
  EXPECT_FALSE(mahalanobis_distance(empty, sums));
  const std::vector<std::uint64_t> two{5, 5};
  EXPECT_FALSE(mahalanobis_distance(two, std::vector<double>{1, 2, 3}));
  EXPECT_FALSE(Whitening::of(moments_of_rows(std::vector<Row>{{1, 2}})));
  EXPECT_FALSE(Whitening::of(moments_of_rows(std::vector<Row>{{1, 2}, {1, 2}, {1, 2}})));
  EXPECT_FALSE(Whitening::of(CrossMoments(0)));
}

TEST(StandardisedMeanDifference, IsTheDifferenceInPooledDeviations) {
  Moments control;
  Moments treatment;
  for (const double x : {1.0, 2.0, 3.0}) control.add(x);
  for (const double x : {2.0, 4.0, 6.0}) treatment.add(x);
  // Variances 1 and 4, means 2 and 4.
  EXPECT_NEAR(*standardised_mean_difference(control, treatment), 2 / std::sqrt(2.5), 1e-12);
  EXPECT_NEAR(*standardised_mean_difference(treatment, control), -2 / std::sqrt(2.5), 1e-12);
  Moments single;
  single.add(1);
  EXPECT_FALSE(standardised_mean_difference(single, treatment));
  Moments same;
  for (int i = 0; i < 3; ++i) same.add(4);
  EXPECT_FALSE(standardised_mean_difference(same, same));
}

}  // namespace
}  // namespace splitplot::stats
