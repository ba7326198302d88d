#include <splitplot/base/random.hpp>
#include <splitplot/stats/distributions.hpp>
#include <splitplot/stats/pooling/binomial_effects.hpp>

#include <cmath>
#include <functional>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

using Arms = std::vector<ArmCounts>;

const Arms kThree{{{1, 20}, {4, 22}}, {{0, 15}, {2, 14}}, {{3, 40}, {5, 38}}};
const Arms kTwo{{{2, 30}, {3, 25}}, {{0, 10}, {0, 12}}};

double log_choose(double n, double k) {
  return log_gamma(n + 1) - log_gamma(k + 1) - log_gamma(n - k + 1);
}

/// P(treatment's successes | both arms' successes) by enumeration.
double likelihood(const ArmCounts& s, double theta) {
  const double total = static_cast<double>(s.control.successes + s.treatment.successes);
  double all = 0, seen = 0;
  for (double k = 0; k <= total; ++k) {
    if (k > static_cast<double>(s.treatment.units) || total - k > static_cast<double>(s.control.units))
      continue;
    const double p = std::exp(log_choose(static_cast<double>(s.treatment.units), k) +
                              log_choose(static_cast<double>(s.control.units), total - k) + theta * k);
    all += p;
    if (k == static_cast<double>(s.treatment.successes)) seen = p;
  }
  return seen / all;
}

double simpson(const std::function<double(double)>& f, double from, double to, int panels) {
  double sum = 0;
  const double h = (to - from) / (2 * panels);
  for (int i = 0; i <= 2 * panels; ++i) {
    sum += f(from + i * h) * (i == 0 || i == 2 * panels ? 1 : i % 2 == 1 ? 4 : 2);
  }
  return sum * h / 3;
}

/// The posterior of mu, tau and the first segment's theta by plain sums; the prior of tau is half-normal.
struct Plain {
  double mass = 0, mu = 0, mu_square = 0, tau = 0, tau_below = 0, mu_below = 0;
  double theta = 0, theta_square = 0, theta_below = 0, difference = 0, difference_square = 0;
  double difference_below = 0, difference_above = 0;  // beyond the interval's ends
};

/// Means given theta.
struct GivenTheta {
  double difference = 0, square = 0, below = 0, above = 0;
};

/// Of p_t - p_c, its square, and whether it lies beyond an interval's ends; the middle logit on a plain grid.
GivenTheta plain_difference(const ArmCounts& s, double theta, const Interval& interval) {
  double mass = 0, mean = 0, square = 0, below = 0, above = 0;
  for (double b = -14; b < 10; b += 0.025) {
    const double c = 1 / (1 + std::exp(-b + theta / 2)), t = 1 / (1 + std::exp(-b - theta / 2));
    const double m = 1 / (1 + std::exp(-b));
    const auto part = [](const SuccessCount& arm, double p) {
      return std::pow(p, static_cast<double>(arm.successes)) *
             std::pow(1 - p, static_cast<double>(arm.units - arm.successes));
    };
    const double p = part(s.control, c) * part(s.treatment, t) * std::sqrt(m * (1 - m));
    mass += p, mean += p * (t - c), square += p * (t - c) * (t - c);
    below += t - c < interval.lower ? p : 0, above += t - c > interval.upper ? p : 0;
  }
  return {mean / mass, square / mass, below / mass, above / mass};
}

Plain summed(const Arms& segments, double scale, const PooledOddsRatios& found) {
  // L and the difference of rates on a fine grid of theta, read linearly in the logarithm and in the value.
  constexpr double kFrom = -40, kStep = 0.02;
  std::vector<std::vector<double>> logs(segments.size());
  std::vector<GivenTheta> differences;
  for (double theta = kFrom; theta <= 40; theta += kStep) {
    for (std::size_t j = 0; j < segments.size(); ++j)
      logs[j].push_back(std::log(likelihood(segments[j], theta)));
  }
  for (double theta = -20; theta <= 20; theta += 0.1)
    differences.push_back(plain_difference(segments[0], theta, *found.segments[0].rate_difference_interval));
  const auto value = [&](std::size_t j, double theta) {
    const double at = (theta - kFrom) / kStep;
    const auto i = static_cast<std::size_t>(at);
    const double x = at - static_cast<double>(i);
    return std::exp(logs[j][i] * (1 - x) + logs[j][i + 1] * x);
  };
  const auto difference = [&](double theta) {
    const double at = std::clamp((theta + 20) / 0.1, 0.0, 398.0);
    const auto i = static_cast<std::size_t>(at);
    const double x = at - static_cast<double>(i);
    const GivenTheta &a = differences[i], &b = differences[i + 1];
    return GivenTheta{a.difference * (1 - x) + b.difference * x, a.square * (1 - x) + b.square * x,
                      a.below * (1 - x) + b.below * x, a.above * (1 - x) + b.above * x};
  };
  Plain p;
  constexpr int kTaus = 80;  // the middles' error of E[tau] is step^2 / 24 times the density at 0
  for (int i = 0; i < kTaus; ++i) {
    const double tau = 4.5 * scale * (i + 0.5) / kTaus;
    for (double mu = -12.1; mu < 12.1; mu += 0.2) {
      double w = std::exp(-tau * tau / (2 * scale * scale));
      for (std::size_t j = 1; j < segments.size(); ++j) {
        w *= simpson([&](double z) { return value(j, mu + tau * z) * normal_pdf(z); }, -7, 7, 14);
      }
      const auto first = [&](const std::function<double(double)>& f, double to) {
        return simpson([&](double z) { return f(mu + tau * z) * value(0, mu + tau * z) * normal_pdf(z); }, -7,
                       to, 14);
      };
      const double own = first([](double) { return 1.0; }, 7);
      p.theta += w * first([](double t) { return t; }, 7);
      p.theta_square += w * first([](double t) { return t * t; }, 7);
      p.difference += w * first([&](double t) { return difference(t).difference; }, 7);
      p.difference_square += w * first([&](double t) { return difference(t).square; }, 7);
      p.difference_below += w * first([&](double t) { return difference(t).below; }, 7);
      p.difference_above += w * first([&](double t) { return difference(t).above; }, 7);
      const double cut = (found.segments[0].log_odds_ratio.interval.upper - mu) / tau;
      if (cut > -7) p.theta_below += w * first([](double) { return 1.0; }, std::min(cut, 7.0));
      w *= own;
      p.mass += w, p.mu += w * mu, p.mu_square += w * mu * mu, p.tau += w * tau;
    }
  }
  return p;
}

TEST(PoolLogOddsRatios, AgreesWithPlainSumsOverEverything) {
  for (const Arms& segments : {kThree, kTwo}) {
    const auto found = pool_log_odds_ratios(
        segments,
        {.prior = HalfNormalSpread{0.8}, .confidence = 0.9, .rate_interval = RateInterval::Central});
    ASSERT_TRUE(found) << found.error().why;
    const Plain p = summed(segments, 0.8, *found);
    const double mu = p.mu / p.mass, theta = p.theta / p.mass, difference = p.difference / p.mass;
    EXPECT_NEAR(found->overall.mean, mu, 2e-4);
    EXPECT_NEAR(found->overall.sd, std::sqrt(p.mu_square / p.mass - mu * mu), 5e-4);
    EXPECT_NEAR(found->spread_mean, p.tau / p.mass, 1.5e-4);
    const PooledOdds& first = found->segments[0];
    EXPECT_NEAR(first.log_odds_ratio.mean, theta, 2e-4);
    EXPECT_NEAR(first.log_odds_ratio.sd, std::sqrt(p.theta_square / p.mass - theta * theta), 3e-4);
    EXPECT_NEAR(p.theta_below / p.mass, 0.95, 2e-4);
    EXPECT_NEAR(first.rate_difference_mean, difference, 5e-4);
    EXPECT_NEAR(first.rate_difference_sd, std::sqrt(p.difference_square / p.mass - difference * difference),
                1e-3);
    EXPECT_NEAR(p.difference_below / p.mass, 0.05, 1e-3);
    EXPECT_NEAR(p.difference_above / p.mass, 0.05, 1e-3);
  }
}

TEST(PoolLogOddsRatios, AgreesWithTheNormalModelWhereCountsAreLarge) {
  Arms counts;
  std::vector<SegmentEffect> effects;
  RandomStream random(4);
  for (int j = 0; j < 12; ++j) {
    const auto control = 40000 + random.below(4000), treatment = 42000 + random.below(4000);
    counts.push_back({{control, 100000}, {treatment, 90000}});
    const auto logit = [](double x, double n) { return std::log(x / (n - x)); };
    const double c = static_cast<double>(control), t = static_cast<double>(treatment);
    effects.push_back(
        {logit(t, 90000) - logit(c, 100000), std::sqrt(1 / c + 1 / (100000 - c) + 1 / t + 1 / (90000 - t))});
  }
  const auto exact = pool_log_odds_ratios(counts, {.rate_interval = RateInterval::Central});
  const auto normal = pool_segments(effects);
  ASSERT_TRUE(exact && normal);
  const double unit = effects[0].standard_error;
  const auto expect_alike = [&](const PooledEffect& a, const PooledEffect& b) {
    EXPECT_NEAR(a.mean, b.mean, 0.01 * unit);
    EXPECT_NEAR(a.sd, b.sd, 1e-3 * b.sd);
    EXPECT_NEAR(a.interval.lower, b.interval.lower, 0.01 * unit);
    EXPECT_NEAR(a.interval.upper, b.interval.upper, 0.01 * unit);
  };
  expect_alike(exact->overall, normal->overall);
  for (std::size_t j = 0; j < counts.size(); ++j)
    expect_alike(exact->segments[j].log_odds_ratio, normal->segments[j]);
  // The baseline is all but known here; an integral over it that stepped from one theta to the next would show.
  for (const PooledOdds& segment : exact->segments) {
    const double reach = normal_quantile(0.975) * segment.rate_difference_sd;
    EXPECT_NEAR(segment.rate_difference_interval->lower, segment.rate_difference_mean - reach, 0.03 * reach);
    EXPECT_NEAR(segment.rate_difference_interval->upper, segment.rate_difference_mean + reach, 0.03 * reach);
  }
  EXPECT_NEAR(exact->real_share.value, normal->real_share.value, 1e-3);
  EXPECT_NEAR(exact->spread.value, normal->spread.value, 1e-3 * normal->spread.value);
  EXPECT_NEAR(exact->spread.interval.upper, normal->spread.interval.upper,
              2e-3 * normal->spread.interval.upper);
}

TEST(PoolLogOddsRatios, TurnsRoundWithTheArmsAndTheOutcomes) {
  Arms arms = kThree, outcomes = kThree;
  for (ArmCounts& s : arms) std::swap(s.control, s.treatment);
  const auto failed = [](const SuccessCount& a) { return SuccessCount{a.units - a.successes, a.units}; };
  for (ArmCounts& s : outcomes) s = {failed(s.control), failed(s.treatment)};
  const auto plain = pool_log_odds_ratios(kThree);
  ASSERT_TRUE(plain);
  for (const Arms& other : {arms, outcomes}) {
    const auto turned = pool_log_odds_ratios(other);
    ASSERT_TRUE(turned);
    EXPECT_NEAR(turned->overall.mean, -plain->overall.mean, 1e-5);
    EXPECT_NEAR(turned->overall.interval.lower, -plain->overall.interval.upper, 1e-4);
    EXPECT_NEAR(turned->spread.value, plain->spread.value, 1e-6);
    for (std::size_t j = 0; j < 3; ++j) {
      const PooledOdds &a = turned->segments[j], &b = plain->segments[j];
      EXPECT_NEAR(a.log_odds_ratio.chance_above_zero, 1 - b.log_odds_ratio.chance_above_zero, 1e-6);
      EXPECT_NEAR(a.log_odds_ratio.interval.upper, -b.log_odds_ratio.interval.lower, 1e-4);
      EXPECT_NEAR(a.rate_difference_mean, -b.rate_difference_mean, 1e-6);
    }
  }
}

TEST(PoolLogOddsRatios, DoesNotDependOnTheOrder) {
  const auto plain = pool_log_odds_ratios(kThree);
  const auto reversed = pool_log_odds_ratios(Arms(kThree.rbegin(), kThree.rend()));
  ASSERT_TRUE(plain && reversed);
  for (std::size_t j = 0; j < 3; ++j) {
    EXPECT_NEAR(plain->segments[j].log_odds_ratio.mean, reversed->segments[2 - j].log_odds_ratio.mean, 1e-9);
    EXPECT_NEAR(plain->segments[j].rate_difference_sd, reversed->segments[2 - j].rate_difference_sd, 1e-9);
  }
}

TEST(PoolLogOddsRatios, KnowsLittleOfSegmentsWithoutSuccesses) {
  Arms counts(8, {{10, 100}, {20, 100}});
  counts.push_back({{0, 30}, {0, 30}});
  counts.push_back({{0, 30}, {3, 30}});
  counts.push_back({{3, 30}, {0, 30}});
  const auto found = pool_log_odds_ratios(counts);
  ASSERT_TRUE(found);
  const PooledEffect &seen = found->segments[0].log_odds_ratio, &silent = found->segments[8].log_odds_ratio;
  EXPECT_NEAR(silent.mean, found->overall.mean, 1e-6);
  EXPECT_GT(silent.sd, seen.sd);
  EXPECT_LT(found->segments[9].log_odds_ratio.chance_above_zero, 1);
  EXPECT_GT(found->segments[9].log_odds_ratio.mean, seen.mean);
  EXPECT_LT(found->segments[10].log_odds_ratio.mean, silent.mean);
  EXPECT_GT(found->segments[8].rate_difference_sd, 0.003);
}

TEST(PoolLogOddsRatios, HoldsHostileCounts) {
  constexpr std::uint64_t kHuge = 1'000'000'000'000;
  const std::vector<Arms> hostile{
      {{{1, 2}, {1, 2}}, {{1, 2}, {1, 2}}},
      {{{1, 2}, {1, 2}}, {{0, 0}, {0, 0}}, {{0, 5}, {5, 5}}},
      {{{kHuge / 2, kHuge}, {kHuge / 3, kHuge}}, {{1, 3}, {2, 4}}, {{0, 1}, {1, 1}}},
      {{{1, kHuge}, {3, kHuge}}, {{2, kHuge}, {5, kHuge}}},
      {{{0, 50}, {50, 50}}, {{50, 50}, {0, 50}}, {{20, 50}, {21, 50}}}};
  for (const Arms& counts : hostile) {
    for (const SpreadPrior& prior : {SpreadPrior{AdaptiveSpread{}}, SpreadPrior{HalfNormalSpread{0.5}},
                                     SpreadPrior{HalfCauchySpread{1}}}) {
      const auto found =
          pool_log_odds_ratios(counts, {.prior = prior, .rate_interval = RateInterval::Central});
      if (!found) {
        EXPECT_FALSE(found.error().why.empty());
        continue;
      }
      for (const PooledOdds& s : found->segments) {
        EXPECT_TRUE(std::isfinite(s.log_odds_ratio.mean) && s.log_odds_ratio.sd > 0);
        EXPECT_LT(s.log_odds_ratio.interval.lower, s.log_odds_ratio.interval.upper);
        EXPECT_TRUE(s.rate_difference_mean > -1 && s.rate_difference_mean < 1 && s.rate_difference_sd > 0);
        EXPECT_LT(s.rate_difference_interval->lower, s.rate_difference_interval->upper);
        EXPECT_TRUE(s.rate_difference_interval->lower >= -1 && s.rate_difference_interval->upper <= 1);
      }
      EXPECT_TRUE(std::isfinite(found->overall.mean) && std::isfinite(found->spread.interval.upper));
    }
  }
}

TEST(PoolLogOddsRatios, RefusesWhatHasNoAnswer) {
  EXPECT_FALSE(pool_log_odds_ratios(Arms{{{1, 2}, {1, 2}}}));
  EXPECT_FALSE(pool_log_odds_ratios(Arms{{{3, 2}, {1, 2}}, {{1, 2}, {1, 2}}}));
  EXPECT_FALSE(pool_log_odds_ratios(Arms{{{0, 20}, {0, 20}}, {{0, 20}, {0, 20}}}));
  const Arms one_arm{{{1, 20}, {0, 20}}, {{2, 30}, {0, 30}}};
  EXPECT_FALSE(pool_log_odds_ratios(one_arm));
  const auto held = pool_log_odds_ratios(one_arm, {.overall_prior_sd = 1});
  ASSERT_TRUE(held) << held.error().why;
  EXPECT_LT(held->overall.mean, 0);
  EXPECT_GT(held->overall.chance_above_zero, 0.01);
  EXPECT_FALSE(pool_log_odds_ratios(kThree, {.prior = HalfNormalSpread{0}}));
  EXPECT_FALSE(pool_log_odds_ratios(kThree, {.prior = FlatSpread{}}));
  EXPECT_FALSE(pool_log_odds_ratios(kThree, {.overall_prior_sd = 0}));
  EXPECT_FALSE(pool_log_odds_ratios(kThree, {.confidence = 1}));
}

}  // namespace
}  // namespace splitplot::stats
