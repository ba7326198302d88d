#include <splitplot/base/random.hpp>
#include <splitplot/stats/distributions.hpp>
#include <splitplot/stats/many/heterogeneity.hpp>

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

using Segments = std::vector<SegmentEffect>;

Segments some_segments(std::uint64_t seed, std::size_t count) {
  RandomStream random(seed);
  Segments segments;
  for (std::size_t i = 0; i < count; ++i) segments.push_back({random.normal(), 0.2 + random.uniform()});
  return segments;
}

TEST(CochranQ, IsTheWeightedSumOfSquares) {
  const Segments segments{{1, 0.5}, {2, 1}, {4, 2}};
  const double mean = (1 / 0.25 + 2 / 1.0 + 4 / 4.0) / (1 / 0.25 + 1 + 1 / 4.0);
  const double q = std::pow(1 - mean, 2) / 0.25 + std::pow(2 - mean, 2) + std::pow(4 - mean, 2) / 4;
  const auto test = cochran_q(segments);
  ASSERT_TRUE(test.has_value());
  EXPECT_NEAR(test->q, q, 1e-12);
  EXPECT_EQ(test->degrees_of_freedom, 2);
  EXPECT_NEAR(test->p_value, std::exp(-q / 2), 1e-12);  // chi-square with two degrees of freedom
  EXPECT_FALSE(cochran_q(Segments{{1, 1}}).has_value());
  EXPECT_FALSE(cochran_q(Segments{{1, 1}, {2, -1}}).has_value());
  EXPECT_EQ(cochran_q(Segments{{1e300, 1e-300}, {-1e300, 1e-300}})->p_value, 0);
}

TEST(CochranQ, SaysHowMuchOfTheVariationIsReal) {
  const auto alike = cochran_q(Segments{{1, 1}, {1, 2}, {1, 0.5}});
  ASSERT_TRUE(alike.has_value());
  EXPECT_EQ(alike->i_squared, 0);
  EXPECT_EQ(alike->common_effect, 1);
  EXPECT_NEAR(alike->common_effect_standard_error, 1 / std::sqrt(1 + 0.25 + 4), 1e-15);
  const auto apart = cochran_q(Segments{{0, 1}, {10, 1}});
  ASSERT_TRUE(apart.has_value());
  EXPECT_NEAR(apart->i_squared, (50.0 - 1) / 50, 1e-15);
}

TEST(Heterogeneity, DoesNotDependOnUnitOrOrder) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Segments segments = some_segments(seed, 2 + seed % 7);
    Segments other(segments.rbegin(), segments.rend());
    for (SegmentEffect& segment : other) {
      segment.value *= -1e150;
      segment.standard_error *= 1e150;
    }
    const auto q = cochran_q(segments), other_q = cochran_q(other);
    const auto g = gail_simon(segments), other_g = gail_simon(other);
    ASSERT_TRUE(q && other_q && g && other_g);
    EXPECT_NEAR(q->q, other_q->q, 1e-11 * (1 + q->q));
    EXPECT_NEAR(q->common_effect * -1e150, other_q->common_effect, 1e138);
    EXPECT_NEAR(g->q, other_g->q, 1e-12 * (1 + g->q));
    EXPECT_NEAR(g->q_above, other_g->q_below, 1e-12 * (1 + g->q_above));
    EXPECT_NEAR(g->p_value, other_g->p_value, 1e-12);
  }
}

// The worst case without interaction: one segment's effect is large, the others are zero and may fall on either side by chance. The
// band is four standard errors.
TEST(GailSimon, HoldsItsLevelInTheWorstCaseExactly) {
  constexpr int kRuns = 20000;
  for (const std::size_t count : {2, 3, 6}) {
    RandomStream random(40 + count);
    int rejected = 0;
    for (int run = 0; run < kRuns; ++run) {
      Segments segments;
      for (std::size_t i = 0; i < count; ++i) {
        const double error = 0.5 + random.uniform();
        segments.push_back({error * random.normal(), error});
      }
      segments.front().value += 1000;
      if (gail_simon(segments)->p_value <= 0.05) ++rejected;
    }
    EXPECT_NEAR(static_cast<double>(rejected) / kRuns, 0.05, 4 * std::sqrt(0.05 * 0.95 / kRuns)) << count;
  }
}

TEST(GailSimon, TwoSegmentsAreASmallerSquareAgainstHalfAChiSquare) {
  const auto test = gail_simon(Segments{{2, 1}, {-3, 1}});
  ASSERT_TRUE(test.has_value());
  EXPECT_NEAR(test->p_value, normal_sf(2), 1e-15);
}

TEST(GailSimon, FindsNothingAmongEffectsOfOneSign) {
  const auto test = gail_simon(Segments{{2, 0.1}, {0.5, 0.1}, {0, 1}});
  ASSERT_TRUE(test.has_value());
  EXPECT_EQ(test->q, 0);
  EXPECT_EQ(test->p_value, 1);
}

TEST(GailSimon, RefusesWhatItCannotUse) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(gail_simon({}).has_value());
  EXPECT_FALSE(gail_simon(Segments{{1, 1}}).has_value());
  EXPECT_FALSE(gail_simon(Segments{{1, 1}, {kNaN, 1}}).has_value());
  EXPECT_FALSE(gail_simon(Segments{{1, 1}, {1, 0}}).has_value());
  EXPECT_FALSE(gail_simon(Segments{{1, 1}, {1, kInfinity}}).has_value());
  const auto extreme = gail_simon(Segments{{1e308, 1e-300}, {-1e308, 5e-324}, {0, 1e308}});
  ASSERT_TRUE(extreme.has_value());
  EXPECT_EQ(extreme->p_value, 0);
  EXPECT_TRUE(std::isfinite(extreme->q));
}

}  // namespace
}  // namespace splitplot::stats
