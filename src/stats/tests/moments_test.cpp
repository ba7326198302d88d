#include <splitplot/base/random.hpp>
#include <splitplot/stats/moments.hpp>

#include <array>
#include <cmath>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

/// Two passes in long double: slow, and obviously what is meant.
struct TwoPass {
  long double mean = 0, m2 = 0, m3 = 0;
  explicit TwoPass(const std::vector<double>& values) {
    for (const double x : values) mean += x;
    mean /= static_cast<long double>(values.size());
    for (const double x : values) {
      m2 += (x - mean) * (x - mean);
      m3 += (x - mean) * (x - mean) * (x - mean);
    }
  }
};

std::vector<double> draw(double centre, double sd, std::size_t count) {
  RandomStream random(5);
  std::vector<double> values;
  for (std::size_t i = 0; i < count; ++i) values.push_back(centre + sd * std::exp(0.5 * random.normal()));
  return values;
}

Moments part_of(const std::vector<double>& values, std::size_t begin, std::size_t end) {
  Moments moments;
  for (std::size_t i = begin; i < end; ++i) moments.add(values[i]);
  return moments;
}

TEST(Moments, AgreeWithTwoPassesInLongDouble) {
  const std::vector<double> values = draw(3, 2, 1001);
  const Moments moments = part_of(values, 0, values.size());
  const TwoPass slow(values);
  EXPECT_NEAR(moments.mean, static_cast<double>(slow.mean), 1e-13 * std::abs(moments.mean));
  EXPECT_NEAR(moments.m2, static_cast<double>(slow.m2), 1e-12 * moments.m2);
  EXPECT_NEAR(moments.m3, static_cast<double>(slow.m3), 1e-11 * moments.m3);
  EXPECT_NEAR(moments.variance(), static_cast<double>(slow.m2) / 1000, 1e-12 * moments.variance());
  EXPECT_NEAR(moments.variance_of_mean(), moments.variance() / 1001, 1e-15);
  EXPECT_NEAR(moments.skewness(), static_cast<double>(std::sqrt(1001.0L) * slow.m3 / std::pow(slow.m2, 1.5L)),
              1e-11);
}

TEST(Moments, MergeIsTheSameInEveryOrderAndGrouping) {
  const std::vector<double> values = draw(3, 2, 1000);
  const Moments whole = part_of(values, 0, 1000);
  const Moments a = part_of(values, 0, 10);
  const Moments b = part_of(values, 10, 700);
  const Moments c = part_of(values, 700, 1000);
  const auto merged = [](Moments first, const Moments& second, const Moments& third) {
    first.merge(second);
    first.merge(third);
    return first;
  };
  Moments right = b;
  right.merge(c);
  Moments grouped = a;
  grouped.merge(right);
  for (const Moments& other : {merged(a, b, c), merged(c, b, a), merged(b, a, c), grouped}) {
    EXPECT_EQ(other.count, whole.count);
    EXPECT_NEAR(other.mean, whole.mean, 1e-12 * whole.mean);
    EXPECT_NEAR(other.m2, whole.m2, 1e-12 * whole.m2);
    EXPECT_NEAR(other.m3, whole.m3, 1e-12 * whole.m3);
    EXPECT_EQ(other.minimum, whole.minimum);
    EXPECT_EQ(other.maximum, whole.maximum);
  }
}

TEST(Moments, KeepTheirDigitsFarFromZero) {
  RandomStream random(8);
  std::vector<double> values;
  for (int i = 0; i < 20000; ++i) values.push_back(1e8 + random.normal());
  Moments merged;
  for (std::size_t chunk = 0; chunk < 20; ++chunk)
    merged.merge(part_of(values, chunk * 1000, chunk * 1000 + 1000));
  const double exact = static_cast<double>(TwoPass(values).m2 / 19999);
  EXPECT_NEAR(merged.variance(), exact, 1e-12 * exact);
}

TEST(Moments, MergeInAnyOrderFarFromZero) {
  RandomStream random(18);
  std::vector<Moments> parts(64);
  std::vector<CrossMoments> cross_parts(64, CrossMoments(2));
  for (std::size_t part = 0; part < parts.size(); ++part) {
    for (std::size_t i = 0; i <= part; ++i) {
      const double x = 1e10 + random.normal(), y = -1e9 + x - 1e10 + random.normal();
      parts[part].add(x);
      cross_parts[part].add(std::array{x, y});
    }
  }
  Moments forwards, backwards;
  CrossMoments cross_forwards, cross_backwards;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    forwards.merge(parts[i]);
    backwards.merge(parts[parts.size() - 1 - i]);
    cross_forwards.merge(cross_parts[i]);
    cross_backwards.merge(cross_parts[parts.size() - 1 - i]);
  }
  EXPECT_EQ(forwards.mean, backwards.mean);
  EXPECT_NEAR(forwards.m2, backwards.m2, 1e-12 * forwards.m2);
  EXPECT_NEAR(cross_forwards.comoment(0, 1), cross_backwards.comoment(0, 1),
              1e-12 * cross_forwards.comoment(0, 1));
  EXPECT_NEAR(cross_forwards.comoment(0, 0), forwards.m2, 1e-12 * forwards.m2);
}

TEST(MomentsOf, AgreeWithTwoPassesAndRefuseWhatIsNoNumber) {
  for (const double centre : {0.0, 3.0, 1e12}) {
    const std::vector<double> values = draw(centre, 2, 501);
    const TwoPass slow(values);
    const Moments got = moments_of(values).value();
    EXPECT_EQ(got.count, 501u);
    EXPECT_EQ(got.mean, static_cast<double>(slow.mean));
    EXPECT_NEAR(got.m2, static_cast<double>(slow.m2), 1e-9 * got.m2);  // the slow one loses digits at 1e12
    const Moments added = part_of(values, 0, values.size());
    EXPECT_NEAR(got.m2, added.m2, 1e-12 * got.m2);
    EXPECT_NEAR(got.m3, added.m3, 1e-11 * got.m3);
    EXPECT_EQ(got.minimum, added.minimum);
    EXPECT_EQ(got.maximum, added.maximum);
    EXPECT_NEAR(got.mean_rest, added.mean_rest, 1e-15 * std::abs(got.mean) + 1e-18);
  }
  EXPECT_EQ(moments_of({}).value().count, 0u);
  for (const double bad : {std::nan(""), static_cast<double>(INFINITY)}) {
    EXPECT_FALSE(moments_of(std::vector<double>{1, bad, 2}));
  }
}

TEST(MomentsFromSums, AreThoseOfTheValues) {
  const std::vector<double> values = draw(3, 2, 40);
  double sum = 0, squares = 0;
  for (const double x : values) sum += x, squares += x * x;
  const Moments got = moments_from_sums(40, sum, squares).value();
  const Moments expected = part_of(values, 0, 40);
  EXPECT_NEAR(got.mean, expected.mean, 1e-14);
  EXPECT_NEAR(got.variance(), expected.variance(), 1e-12);
  EXPECT_FALSE(got.shape_known());
  EXPECT_TRUE(expected.shape_known());
  EXPECT_FALSE(moments_from_sums(2, 4, 7));  // two values of sum 4 have squares of at least 8
  EXPECT_TRUE(moments_from_sums(2, 4, 8));
  EXPECT_FALSE(moments_from_sums(0, 1, 1));
  EXPECT_EQ(moments_from_sums(0, 0, 0).value().count, 0u);
  EXPECT_FALSE(moments_from_sums(2, std::nan(""), 1));
  EXPECT_FALSE(moments_from_sums(2, 1, INFINITY));
}

TEST(Moments, EmptyAndSingleHaveNoSpread) {
  Moments moments;
  EXPECT_EQ(moments.variance(), 0);
  EXPECT_EQ(moments.variance_of_mean(), 0);
  EXPECT_EQ(moments.skewness(), 0);
  EXPECT_TRUE(moments.constant());
  moments.add(7);
  moments.merge(Moments{});
  EXPECT_EQ(moments.count, 1u);
  EXPECT_EQ(moments.mean, 7);
  EXPECT_EQ(moments.variance(), 0);
  EXPECT_TRUE(moments.constant());
  moments.add(7);
  EXPECT_EQ(moments.skewness(), 0);
  moments.add(8);
  EXPECT_FALSE(moments.constant());
}

TEST(Moments, SkewnessOfHugeValuesIsFinite) {
  Moments moments;
  for (const double x : {1e200, -1e200, 3e200}) moments.add(x);
  EXPECT_TRUE(std::isfinite(moments.skewness()));
  Moments one_success;  // 0, 0, 0, 1: the skewness is (1 - 2p) / sqrt(p (1 - p)) with p = 1/4
  for (const double x : {0.0, 0.0, 0.0, 1.0}) one_success.add(x);
  EXPECT_NEAR(one_success.skewness(), 0.5 / std::sqrt(3.0 / 16), 1e-14);
}

TEST(CrossMoments, AgreeWithTwoPassesAndWithMoments) {
  RandomStream random(21);
  CrossMoments whole(2);
  CrossMoments first(2);
  CrossMoments second;
  Moments y;
  std::vector<std::array<double, 2>> rows;
  for (int i = 0; i < 500; ++i) {
    const double x = 100 + 3 * random.normal();
    rows.push_back({2 * x + random.normal(), x});
    whole.add(rows.back());
    y.add(rows.back()[0]);
    if (i < 123) {
      first.add(rows.back());
    } else {
      if (second.dimensions() == 0) second = CrossMoments(2);
      second.add(rows.back());
    }
  }
  long double mean_y = 0, mean_x = 0, product = 0;
  for (const auto& row : rows) mean_y += row[0], mean_x += row[1];
  mean_y /= 500, mean_x /= 500;
  for (const auto& row : rows) product += (row[0] - mean_y) * (row[1] - mean_x);
  EXPECT_NEAR(whole.comoment(0, 1), static_cast<double>(product), 1e-11 * whole.comoment(0, 1));
  EXPECT_EQ(whole.comoment(0, 1), whole.comoment(1, 0));
  EXPECT_NEAR(whole.comoment(0, 0), y.m2, 1e-11 * y.m2);
  EXPECT_NEAR(whole.covariance(0, 1), static_cast<double>(product) / 499, 1e-11 * whole.covariance(0, 1));
  CrossMoments merged;  // of no dimensions: takes over the other's
  merged.merge(first);
  merged.merge(second);
  EXPECT_EQ(merged.count(), 500u);
  EXPECT_NEAR(merged.comoment(0, 1), whole.comoment(0, 1), 1e-12 * whole.comoment(0, 1));
  EXPECT_NEAR(merged.mean(1), whole.mean(1), 1e-12 * whole.mean(1));
}

TEST(CrossMoments, FromPartsKeepsTheParts) {
  const CrossMoments parts = CrossMoments::from_parts(3, {1, 2}, {4, 5, 5, 6});
  EXPECT_EQ(parts.count(), 3u);
  EXPECT_EQ(parts.mean(1), 2);
  EXPECT_EQ(parts.comoment(0, 1), 5);
  EXPECT_EQ(parts.covariance(1, 1), 3);
  EXPECT_EQ(CrossMoments(2).covariance(0, 0), 0);
}

}  // namespace
}  // namespace splitplot::stats
