#include <splitplot/base/random.hpp>
#include <splitplot/stats/distributions.hpp>
#include <splitplot/stats/pooling/ranking.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

using Segments = std::vector<SegmentEffect>;

const Segments kFour{{2.0, 1.0}, {0.5, 0.4}, {3.0, 2.5}, {-1.0, 0.8}};

/// Draws from the posterior: tau by its cumulative sum on a plain grid, then mu, then the segments.
struct Drawn {
  std::vector<double> best;
  double first_above_second = 0;
};

Drawn draw(const Segments& segments, double scale, int draws) {
  std::vector<double> taus, cumulative;
  double total = 0;
  const auto given = [&](double tau) {
    double w = 0, wy = 0;
    for (const auto& s : segments) w += 1 / (s.standard_error * s.standard_error + tau * tau);
    for (const auto& s : segments) wy += s.value / (s.standard_error * s.standard_error + tau * tau);
    return std::pair{wy / w, w};
  };
  for (int i = 0; i < 4000; ++i) {
    const double tau = 8 * scale * (i + 0.5) / 4000;
    const auto [mu, w] = given(tau);
    double log_density = -tau * tau / (2 * scale * scale) - std::log(w) / 2;
    for (const auto& s : segments) {
      const double v = s.standard_error * s.standard_error + tau * tau;
      log_density -= std::log(v) / 2 + (s.value - mu) * (s.value - mu) / v / 2;
    }
    taus.push_back(tau), cumulative.push_back(total += std::exp(log_density));
  }
  RandomStream random(99);
  Drawn result{std::vector<double>(segments.size())};
  for (int i = 0; i < draws; ++i) {
    const auto place = std::lower_bound(cumulative.begin(), cumulative.end(), random.uniform() * total);
    const double tau = taus[static_cast<std::size_t>(place - cumulative.begin())];
    const auto [mean, w] = given(tau);
    const double mu = mean + random.normal() / std::sqrt(w);
    std::vector<double> theta;
    for (const auto& s : segments) {
      const double s2 = s.standard_error * s.standard_error, own = tau * tau / (s2 + tau * tau);
      theta.push_back(mu + own * (s.value - mu) + std::sqrt(own * s2) * random.normal());
    }
    result.best[static_cast<std::size_t>(std::max_element(theta.begin(), theta.end()) - theta.begin())] +=
        1.0 / draws;
    result.first_above_second += theta[0] > theta[1] ? 1.0 / draws : 0;
  }
  return result;
}

TEST(RankSegments, AgreesWithDrawsFromThePosterior) {
  constexpr int kDraws = 100000;
  const Drawn drawn = draw(kFour, 1.5, kDraws);
  const auto ranking = rank_segments(kFour, Direction::HigherIsBetter, {.prior = HalfNormalSpread{1.5}});
  ASSERT_TRUE(ranking);
  const auto band = [](double p) { return 3 * std::sqrt(p * (1 - p) / kDraws); };
  for (std::size_t j = 0; j < kFour.size(); ++j) {
    EXPECT_NEAR(ranking->best_probability[j], drawn.best[j], band(drawn.best[j])) << j;
  }
  EXPECT_NEAR(ranking->above_probability[0][1], drawn.first_above_second, band(drawn.first_above_second));
}

/// P(segment 0 is the best) by plain sums over tau, mu and the best effect, under a half-normal prior.
double plain_chance(const Segments& segments, double scale) {
  double mass = 0, best = 0;
  constexpr int kTaus = 480, kMeans = 24, kPoints = 80;
  for (int i = 0; i < kTaus; ++i) {
    // Steps that grow with tau: the chance is linear in tau at 0.
    const double r = (i + 0.5) / kTaus, tau = 6 * scale * r * r;
    double w = 0, wy = 0, log_density = -tau * tau / (2 * scale * scale) + std::log(r);
    for (const auto& s : segments) w += 1 / (s.standard_error * s.standard_error + tau * tau);
    for (const auto& s : segments) wy += s.value / (s.standard_error * s.standard_error + tau * tau);
    for (const auto& s : segments) {
      const double v = s.standard_error * s.standard_error + tau * tau;
      log_density -= std::log(v) / 2 + (s.value - wy / w) * (s.value - wy / w) / v / 2;
    }
    const double density = std::exp(log_density - std::log(w) / 2);
    mass += density;
    for (int k = 0; k < kMeans; ++k) {
      const double z = -6 + 12 * (k + 0.5) / kMeans, mu = wy / w + z / std::sqrt(w);
      const auto given = [&](const SegmentEffect& s) {
        const double s2 = s.standard_error * s.standard_error, own = tau * tau / (s2 + tau * tau);
        return std::pair{mu + own * (s.value - mu), std::sqrt(own * s2)};
      };
      const auto [mean, sd] = given(segments[0]);
      double chance = 0;
      for (int n = 0; n < kPoints; ++n) {
        const double x = -7 + 14 * (n + 0.5) / kPoints;
        double product = normal_pdf(x) * 14 / kPoints;
        for (std::size_t j = 1; j < segments.size(); ++j) {
          const auto [other, spread] = given(segments[j]);
          product *= normal_cdf((mean + sd * x - other) / spread);
        }
        chance += product;
      }
      best += density * normal_pdf(z) * 12 / kMeans * chance;
    }
  }
  return best / mass;
}

TEST(RankSegments, AgreesWithPlainSums) {
  const auto ranking = rank_segments(kFour, Direction::HigherIsBetter, {.prior = HalfNormalSpread{1.5}});
  ASSERT_TRUE(ranking);
  EXPECT_NEAR(ranking->best_probability[0], plain_chance(kFour, 1.5), 2e-6);
}

TEST(RankSegments, OfTwoTheBestIsTheOneAbove) {
  const auto ranking = rank_segments(Segments{{1, 0.5}, {2, 1.5}}, Direction::HigherIsBetter);
  EXPECT_NEAR(ranking->best_probability[0], ranking->above_probability[0][1], 1e-6);
  EXPECT_NEAR(ranking->best_probability[1], ranking->above_probability[1][0], 1e-6);
  EXPECT_NEAR(ranking->expected_rank[0], 1 + ranking->above_probability[1][0], 1e-12);
}

TEST(RankSegments, TurnsRoundWithTheDirectionAndTheSign) {
  Segments turned = kFour;
  for (auto& s : turned) s.value = -s.value;
  const auto plain = rank_segments(kFour, Direction::HigherIsBetter);
  const auto lower = rank_segments(turned, Direction::LowerIsBetter);
  for (std::size_t j = 0; j < kFour.size(); ++j) {
    EXPECT_NEAR(plain->best_probability[j], lower->best_probability[j], 1e-9);
    EXPECT_NEAR(plain->expected_rank[j], lower->expected_rank[j], 1e-9);
  }
  EXPECT_NEAR(std::accumulate(plain->expected_rank.begin(), plain->expected_rank.end(), 0.0), 10, 1e-9);
}

TEST(RankSegments, IsSureOfWhatLiesFarApartAndUnsureOfTwins) {
  const auto apart = rank_segments(Segments{{0, 1}, {1e6, 1}, {5, 1}}, Direction::HigherIsBetter);
  EXPECT_GT(apart->best_probability[1], 1 - 1e-9);
  const auto twins = rank_segments(Segments{{1, 1}, {1, 1}, {1, 1}, {1, 1}}, Direction::HigherIsBetter);
  for (const double chance : twins->best_probability) EXPECT_NEAR(chance, 0.25, 1e-12);
  EXPECT_FALSE(rank_segments(Segments{{1, 1}}, Direction::HigherIsBetter));
}

TEST(PoolSegments, OnFinePanelsSaysWhatTheAdaptiveRuleSays) {
  const PoolingOptions adaptive{.prior = HalfNormalSpread{1.5}};
  const PoolingOptions panels{.prior = HalfNormalSpread{1.5}, .panels = SpreadPanels{.upper = 20}};
  const auto a = pool_segments(kFour, adaptive);
  const auto b = pool_segments(kFour, panels);
  ASSERT_TRUE(b);
  EXPECT_NEAR(a->spread_mean, b->spread_mean, 1e-10);
  EXPECT_NEAR(a->segments[2].sd, b->segments[2].sd, 1e-10);
  EXPECT_NEAR(a->spread.value, b->spread.value, 1e-3);
  EXPECT_FALSE(pool_segments(kFour, {.panels = SpreadPanels{.upper = 0}}));
  EXPECT_FALSE(pool_segments(kFour, {.panels = SpreadPanels{.upper = 1, .nodes = 0}}));
}

}  // namespace
}  // namespace splitplot::stats
