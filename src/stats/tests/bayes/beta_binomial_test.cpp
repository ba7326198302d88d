#include "bayes/rate_comparison.hpp"

#include <splitplot/base/random.hpp>
#include <splitplot/stats/bayes/beta_binomial.hpp>
#include <splitplot/stats/distributions.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

/// Midpoint rule over the rate, denser towards the ends, with the library's Beta functions: slow and plain.
Beats brute_beats(const SuccessCount& control, const SuccessCount& treatment, double low, double high,
                  BetaPrior prior) {
  const auto a = [&](const SuccessCount& arm) { return prior.a + static_cast<double>(arm.successes); };
  const auto b = [&](const SuccessCount& arm) {
    return prior.b + static_cast<double>(arm.units - arm.successes);
  };
  constexpr int kPoints = 3000;
  Beats beats{0, 0, 0, {}};
  for (int i = 0; i < kPoints; ++i) {
    const double s = (i + 0.5) / kPoints;
    const double x = low + (high - low) * s * s * s * (10 - s * (15 - 6 * s));
    const double step = (high - low) * 30 * s * s * (1 - s) * (1 - s) / kPoints;
    const double f_t = beta_cdf(x, a(treatment), b(treatment)), f_c = beta_cdf(x, a(control), b(control));
    beats.chance_to_win += step * beta_pdf(x, a(control), b(control)) * (1 - f_t);
    beats.expected_loss += step * f_t * (1 - f_c);
    beats.expected_loss_of_keeping += step * f_c * (1 - f_t);
  }
  return beats;
}

void expect_agreement(const SuccessCount& control, const SuccessCount& treatment, double low, double high,
                      BetaPrior prior = {}) {
  const auto fast = beats_proportions(control, treatment, Direction::HigherIsBetter, prior);
  ASSERT_TRUE(fast.has_value());
  const Beats slow = brute_beats(control, treatment, low, high, prior);
  EXPECT_NEAR(fast->chance_to_win, slow.chance_to_win, 1e-7);  // the midpoint rule's own error
  EXPECT_NEAR(fast->expected_loss, slow.expected_loss, 1e-8 * (high - low) + 1e-7 * slow.expected_loss);
  EXPECT_NEAR(fast->expected_loss_of_keeping, slow.expected_loss_of_keeping,
              1e-8 * (high - low) + 1e-7 * slow.expected_loss_of_keeping);
}

TEST(BeatsProportions, AgreesWithPlainQuadrature) {
  expect_agreement({3, 40}, {9, 38}, 0, 1);
  expect_agreement({0, 50}, {4, 50}, 0, 1);
  expect_agreement({0, 10}, {0, 200}, 0, 1);
  expect_agreement({999, 1000}, {9, 10}, 0, 1);
  expect_agreement({12, 300}, {20, 310}, 0, 1, {5, 95});
  expect_agreement({10000, 1000000}, {10150, 1000000}, 0.009, 0.0111);
}

TEST(BeatsProportions, IsExactWhereTheAnswerIsKnown) {
  // One success in one trial against none in one: Beta(2, 1) against Beta(1, 2), P = 1 - integral of 2 (1 -
  // x) x^2 dx = 5/6.
  const auto beats = beats_proportions({0, 1}, {1, 1}, Direction::HigherIsBetter);
  EXPECT_NEAR(beats->chance_to_win, 5.0 / 6, 1e-13);
  EXPECT_NEAR(beats->expected_loss_of_keeping - beats->expected_loss, 1.0 / 3, 1e-14);
  // Equal arms are a coin toss, at any size.
  for (const SuccessCount& arm : {SuccessCount{0, 1}, SuccessCount{5, 20}, SuccessCount{3'000'000, 9'000'000},
                                  SuccessCount{0, 5'000'000}, SuccessCount{5'000'000, 5'000'000}}) {
    EXPECT_NEAR(beats_proportions(arm, arm, Direction::HigherIsBetter)->chance_to_win, 0.5, 1e-10);
  }
  // None of n against none of m under the uniform prior: P(Beta(1, m + 1) > Beta(1, n + 1)) = (n + 1) / (n +
  // m + 2).
  EXPECT_NEAR(beats_proportions({0, 3'000'000}, {0, 1'000'000}, Direction::HigherIsBetter)->chance_to_win,
              3'000'001.0 / 4'000'002, 1e-10);
}

Beats beats_of_normal(double mean, double sd) {
  const double z = mean / sd;
  return {normal_cdf(z),
          sd * (normal_pdf(z) - z * normal_sf(z)),
          mean + sd * (normal_pdf(z) - z * normal_sf(z)),
          {}};
}

TEST(BeatsProportions, IsNormalForMillionsOfUnits) {
  const SuccessCount control{2'000'000, 20'000'000}, treatment{2'002'000, 20'000'000};
  const double error = std::sqrt(2 * 0.1 * 0.9 / 20'000'000);
  const auto exact = beats_proportions(control, treatment, Direction::HigherIsBetter);
  const Beats normal = beats_of_normal(treatment.rate() - control.rate(), error);
  EXPECT_NEAR(exact->chance_to_win, normal.chance_to_win, 2e-4);
  EXPECT_NEAR(exact->expected_loss, normal.expected_loss, 1e-3 * normal.expected_loss);
}

TEST(BeatsProportions, SwapsAndDirectionsMirror) {
  const SuccessCount a{3, 40}, b{9, 38};
  const auto higher = beats_proportions(a, b, Direction::HigherIsBetter);
  const auto swapped = beats_proportions(b, a, Direction::HigherIsBetter);
  const auto lower = beats_proportions(a, b, Direction::LowerIsBetter);
  const auto failures = beats_proportions({37, 40}, {29, 38}, Direction::LowerIsBetter);
  EXPECT_NEAR(swapped->chance_to_win, 1 - higher->chance_to_win, 1e-13);
  EXPECT_NEAR(swapped->expected_loss, higher->expected_loss_of_keeping, 1e-14);
  EXPECT_NEAR(lower->chance_to_win, 1 - higher->chance_to_win, 1e-13);
  EXPECT_NEAR(lower->expected_loss, higher->expected_loss_of_keeping, 1e-14);
  EXPECT_NEAR(failures->chance_to_win, higher->chance_to_win, 1e-12);
}

TEST(BeatsProportions, AnswersOrRefusesForEveryInput) {
  const std::vector<SuccessCount> arms{
      {0, 1}, {1, 1}, {0, 1'000'000'000}, {999'999'999, 1'000'000'000}, {7, 8}};
  for (const BetaPrior& prior :
       {BetaPrior{1, 1}, BetaPrior{0.5, 0.5}, BetaPrior{1e-5, 1e-5}, BetaPrior{1e9, 1}}) {
    for (const SuccessCount& a : arms) {
      for (const SuccessCount& b : arms) {
        const auto beats = beats_proportions(a, b, Direction::HigherIsBetter, prior);
        ASSERT_TRUE(beats.has_value());
        EXPECT_TRUE(beats->chance_to_win >= 0 && beats->chance_to_win <= 1);
        EXPECT_TRUE(beats->expected_loss >= 0 && beats->expected_loss <= 1);
        EXPECT_TRUE(beats->expected_loss_of_keeping >= 0 && beats->expected_loss_of_keeping <= 1);
      }
    }
  }
  EXPECT_FALSE(beats_proportions({0, 0}, {1, 2}, Direction::HigherIsBetter).has_value());
  EXPECT_FALSE(beats_proportions({3, 2}, {1, 2}, Direction::HigherIsBetter).has_value());
  EXPECT_FALSE(beats_proportions({1, 2}, {1, 2}, Direction::HigherIsBetter, {0, 1}).has_value());
  EXPECT_FALSE(beats_proportions({1, 2}, {1, 2}, Direction::HigherIsBetter, {NAN, 1}).has_value());
}

/// P(Y <= offset + ratio X) by the midpoint rule over X, with the library's Beta functions.
double brute_not_above(const BetaPosterior& x, const BetaPosterior& y, double offset, double ratio,
                       int points) {
  const double low = std::max(0.0, x.mean() - 12 * x.sd()), high = std::min(1.0, x.mean() + 14 * x.sd());
  const double step = (high - low) / points;
  double sum = 0;
  for (int i = 0; i < points; ++i) {
    const double at = low + (i + 0.5) * step;
    const double bound = std::clamp(offset + ratio * at, 0.0, 1.0);
    sum += step * beta_pdf(at, x.a, x.b) * beta_cdf(bound, y.a, y.b);
  }
  return sum;
}

BetaPosterior posterior_for(RandomStream& random, double fewest, double log_range) {
  const auto parameter = [&] { return fewest * std::exp(random.uniform() * random.uniform() * log_range); };
  return {parameter(), parameter()};
}

TEST(ChanceNotAbove, AgreesWithPlainQuadrature) {
  RandomStream random(3);
  for (int k = 0; k < 3; ++k) {
    const BetaPosterior x = posterior_for(random, 1.5, 4), y = posterior_for(random, 1.5, 4);
    const double centre = y.mean() - x.mean(), spread = std::hypot(x.sd(), y.sd());
    for (const double z : {-1.5, 0.2, 1.0}) {
      EXPECT_NEAR(chance_not_above(x, y, {centre + z * spread, 1}),
                  brute_not_above(x, y, centre + z * spread, 1, 1500), 5e-5);
      const double ratio = y.mean() / x.mean() * std::exp(0.3 * z);
      EXPECT_NEAR(chance_not_above(x, y, {0, ratio}), brute_not_above(x, y, 0, ratio, 1500), 5e-5);
    }
  }
}

TEST(ChanceNotAbove, IsExactWhereTheAnswerIsKnown) {
  // Two uniform rates: P(Y - X <= d) = 1 - (1 - d)^2 / 2 for d >= 0, (1 + d)^2 / 2 below; P(Y <= r X) = r / 2 or 1 - 1 / (2 r).
  for (const double d : {0.0, 0.1, 0.7, 0.999}) {
    EXPECT_NEAR(chance_not_above({1, 1}, {1, 1}, {d, 1}), 1 - 0.5 * (1 - d) * (1 - d), 1e-11);
    EXPECT_NEAR(chance_not_above({1, 1}, {1, 1}, {-d, 1}), 0.5 * (1 - d) * (1 - d), 1e-11);
  }
  for (const double r : {0.01, 0.5, 1.0}) {
    EXPECT_NEAR(chance_not_above({1, 1}, {1, 1}, {0, r}), 0.5 * r, 1e-11);
    EXPECT_NEAR(chance_not_above({1, 1}, {1, 1}, {0, 1 / r}), 1 - 0.5 * r, 1e-11);
  }
}

TEST(RateGrids, StayWithinTheirBound) {
  RandomStream random(7);
  int answered = 0;
  double worst = 0;
  for (int k = 0; k < 40; ++k) {
    const double fewest = k % 2 == 0 ? 20 : 40;
    const BetaPosterior x = posterior_for(random, fewest, 6);
    const BetaPosterior y =
        k % 3 == 0 ? BetaPosterior{x.a * 1.1, x.b * 0.95 + 2} : posterior_for(random, fewest, 6);
    const auto difference = rate_difference_grid(x, y);
    const auto ratio = log_rate_ratio_grid(x, y);
    const double centre = y.mean() - x.mean(), spread = std::hypot(x.sd(), y.sd());
    for (const double z : {-4.0, -1.0, 0.1, 2.5}) {
      if (difference) {
        const double at = std::clamp(centre + z * spread, -0.999, 0.999);
        worst = std::max(worst, std::abs(difference->cdf(at) - chance_not_above(x, y, {at, 1})));
        ++answered;
      }
      if (ratio) {
        const double at =
            y.mean() / x.mean() * std::exp(z * std::hypot(x.sd() / x.mean(), y.sd() / y.mean()));
        worst = std::max(worst, std::abs(ratio->cdf(std::log(at)) - chance_not_above(x, y, {0, at})));
      }
    }
  }
  EXPECT_GT(answered, 100);
  EXPECT_LT(worst, 1e-9);  // the bound that the header promises
}

TEST(RateGrids, OfFewSuccessesHoldOnTheLogScale) {
  RandomStream random(11);
  double worst = 0;
  int answered = 0;
  for (int k = 0; k < 40; ++k) {
    const BetaPosterior x{1 + 20 * random.uniform() * random.uniform(), 20 * std::exp(5 * random.uniform())};
    const BetaPosterior y{1 + 20 * random.uniform() * random.uniform(), 20 * std::exp(5 * random.uniform())};
    const auto ratio = log_rate_ratio_grid(x, y);
    if (!ratio) continue;
    ++answered;
    for (const double z : {-2.0, 0.1, 2.0}) {
      const double at = y.mean() / x.mean() * std::exp(z * std::hypot(x.sd() / x.mean(), y.sd() / y.mean()));
      worst = std::max(worst, std::abs(ratio->cdf(std::log(at)) - chance_not_above(x, y, {0, at})));
    }
  }
  EXPECT_GT(answered, 15);
  EXPECT_LT(worst, 1e-9);
}

TEST(RateTables, AgreeWithExactQuadratureForFewSuccessesOrFailures) {
  RandomStream random(5);
  double worst = 0;
  int answered = 0;
  for (int k = 0; k < 30; ++k) {
    const double fewest = k % 4 == 0 ? 0.5 : 1;
    const auto parameter = [&](double log_range) { return fewest * std::exp(log_range * random.uniform()); };
    const double range = k % 2 == 0 ? 3 : 9;
    BetaPosterior x{parameter(3), parameter(range)};
    BetaPosterior y{parameter(3), parameter(range)};
    if (k % 3 == 0) {
      std::swap(x.a, x.b);
      std::swap(y.a, y.b);
    }
    const RateTables tables(x, y);
    if (!tables.fits()) continue;
    ++answered;
    const double centre = y.mean() - x.mean(), spread = std::hypot(x.sd(), y.sd());
    const auto compare = [&](double fast, double exact) { worst = std::max(worst, std::abs(fast - exact)); };
    compare(tables.chance_above(), 1 - chance_not_above(x, y, {0, 1}));
    compare(tables.mean_excess(-1) - tables.mean_excess(1), centre);
    for (const double z : {-3.0, 0.7}) {
      const LinearBound difference{std::clamp(centre + z * spread, -0.999, 0.999), 1};
      const LinearBound ratio{0, y.mean() / x.mean() * std::exp(0.5 * z)};
      compare(tables.chance_not_above(difference), chance_not_above(x, y, difference));
      compare(tables.chance_not_above(ratio), chance_not_above(x, y, ratio));
    }
    const double p = 0.01 + 0.98 * random.uniform();
    compare(chance_not_above(x, y, {tables.difference_quantile(p), 1}), p);
    compare(chance_not_above(x, y, {0, tables.ratio_quantile(p)}), p);
  }
  EXPECT_GT(answered, 25);
  EXPECT_LT(worst, 1e-9);  // the bound that the header promises
}

TEST(RateTables, KnowWhereTheyDoNotFit) {
  EXPECT_FALSE(RateTables({1e-3, 5}, {1, 5}).fits());
  EXPECT_FALSE(RateTables({1e12, 5}, {1, 5}).fits());
  EXPECT_FALSE(RateTables({1e6, 1e6}, {1, 5}).fits());
}

/// What each end of an equal-tailed interval must satisfy, by plain quadrature.
void expect_equal_tails(const SuccessCount& control, const SuccessCount& treatment, BetaPrior prior,
                        double confidence) {
  const auto effect = rate_effect(control, treatment, Direction::HigherIsBetter, {prior, confidence});
  ASSERT_TRUE(effect.has_value()) << effect.error().why;
  const BetaPosterior x = beta_posterior(control, prior), y = beta_posterior(treatment, prior);
  const double tail = 0.5 * (1 - confidence);
  EXPECT_NEAR(chance_not_above(x, y, {effect->difference.interval.lower, 1}), tail, 1e-9);
  EXPECT_NEAR(chance_not_above(x, y, {effect->difference.interval.upper, 1}), 1 - tail, 1e-9);
  EXPECT_NEAR(chance_not_above(x, y, {0, 1 + effect->lift.interval.lower}), tail, 1e-9);
  EXPECT_NEAR(chance_not_above(x, y, {0, 1 + effect->lift.interval.upper}), 1 - tail, 1e-9);
  EXPECT_NEAR(chance_not_above(x, y, {0, 1 + effect->lift.value}), 0.5, 1e-9);
  const auto beats = beats_proportions(control, treatment, Direction::HigherIsBetter, prior);
  EXPECT_NEAR(effect->beats.chance_to_win, beats->chance_to_win, 1e-9);
  EXPECT_NEAR(effect->beats.expected_loss, beats->expected_loss, 1e-9);
  EXPECT_NEAR(effect->beats.expected_loss_of_keeping, beats->expected_loss_of_keeping, 1e-9);
  EXPECT_NEAR(effect->difference.value, y.mean() - x.mean(), 1e-14);
  EXPECT_TRUE(effect->assumptions.contains(Assumption::OneLook));
  EXPECT_TRUE(effect->beats.assumptions.contains(Assumption::StatedPrior));
}

TEST(RateEffect, IntervalsHoldWhatTheySay) {
  expect_equal_tails({120, 1000}, {150, 1010}, {}, 0.95);
  expect_equal_tails({1200, 9000}, {60, 400}, {5, 95}, 0.9);
  expect_equal_tails({990, 1010}, {300, 320}, {2, 2}, 0.99);
  expect_equal_tails({3, 40}, {9, 38}, {}, 0.95);
  expect_equal_tails({0, 50}, {4, 50}, {0.5, 0.5}, 0.8);
}

TEST(RateEffect, MirrorsWithArmsAndDirections) {
  const SuccessCount a{120, 1000}, b{150, 1010};
  const auto forward = rate_effect(a, b, Direction::HigherIsBetter);
  const auto backward = rate_effect(b, a, Direction::LowerIsBetter);
  EXPECT_NEAR(forward->difference.interval.lower, -backward->difference.interval.upper, 1e-12);
  EXPECT_NEAR(forward->difference.interval.upper, -backward->difference.interval.lower, 1e-12);
  EXPECT_NEAR(1 + forward->lift.interval.lower, 1 / (1 + backward->lift.interval.upper), 1e-11);
  EXPECT_NEAR(forward->beats.chance_to_win, backward->beats.chance_to_win, 1e-12);
  EXPECT_NEAR(forward->beats.expected_loss, backward->beats.expected_loss, 1e-14);
}

TEST(RateEffect, IsNormalForABillionUnits) {
  const SuccessCount a{100'000'000, 1'000'000'000}, b{100'020'000, 1'000'000'000};
  const auto effect = rate_effect(a, b, Direction::HigherIsBetter);
  const double sd = std::sqrt(2 * 0.1 * 0.9 / 1e9);
  EXPECT_NEAR(effect->difference.interval.lower, 2e-5 - 1.959963984540054 * sd, 1e-4 * sd);
  EXPECT_NEAR(effect->beats.chance_to_win, normal_cdf(2e-5 / sd), 1e-4);
}

TEST(ChanceOfRateEffect, FallsWithTheTargetAndMeetsTheChanceToWin) {
  for (const SuccessCount& treatment : {SuccessCount{150, 1010}, SuccessCount{9, 38}}) {
    const SuccessCount control{120, 1000};
    const auto win = beats_proportions(control, treatment, Direction::HigherIsBetter)->chance_to_win;
    for (const EffectScale scale : {EffectScale::Absolute, EffectScale::Relative}) {
      double last = 1;
      for (const double target : {-2.0, -0.5, -0.05, 0.0, 0.02, 0.4, 5.0}) {
        const double chance =
            *chance_of_rate_effect(control, treatment, target, scale, Direction::HigherIsBetter);
        EXPECT_LE(chance, last);
        last = chance;
        if (target == 0) {
          EXPECT_NEAR(chance, win, 1e-9);
        }
        const double worse =
            *chance_of_rate_effect(control, treatment, -target, scale, Direction::LowerIsBetter);
        EXPECT_NEAR(worse, 1 - chance, 1e-9);
      }
    }
  }
  EXPECT_FALSE(chance_of_rate_effect({1, 2}, {1, 2}, NAN, EffectScale::Absolute, Direction::HigherIsBetter)
                   .has_value());
  EXPECT_FALSE(
      chance_of_rate_effect({1, 0}, {1, 2}, 0, EffectScale::Absolute, Direction::HigherIsBetter).has_value());
}

TEST(CredibleInterval, LeavesEqualTailsOut) {
  for (const BetaPosterior& rate : {BetaPosterior{1, 51}, BetaPosterior{300, 2}, BetaPosterior{1e8, 3e8}}) {
    const auto interval = credible_interval(rate, 0.9);
    EXPECT_NEAR(beta_cdf(interval->lower, rate.a, rate.b), 0.05, 1e-9);
    EXPECT_NEAR(beta_cdf(1 - interval->upper, rate.b, rate.a), 0.05, 1e-7);
  }
  EXPECT_FALSE(credible_interval({0, 1}).has_value());
  EXPECT_FALSE(credible_interval({1, 1}, 1).has_value());
}

TEST(RateEffect, AnswersOrRefusesForEveryInput) {
  const std::vector<SuccessCount> arms{{0, 1}, {1, 1}, {0, 1'000'000'000}, {999'999'999, 1'000'000'000}};
  for (const SuccessCount& a : arms) {
    const auto effect = rate_effect(a, arms[0], Direction::HigherIsBetter);
    ASSERT_TRUE(effect.has_value());
    EXPECT_LE(effect->difference.interval.lower, effect->difference.interval.upper);
    EXPECT_GE(effect->difference.interval.lower, -1);
    EXPECT_GE(effect->lift.interval.lower, -1);
    EXPECT_LE(effect->lift.interval.lower, effect->lift.interval.upper);
  }
  EXPECT_FALSE(rate_effect({0, 0}, {1, 2}, Direction::HigherIsBetter).has_value());
  EXPECT_FALSE(rate_effect({3, 2}, {1, 2}, Direction::HigherIsBetter).has_value());
  EXPECT_FALSE(rate_effect({1, 2}, {1, 2}, Direction::HigherIsBetter, {{NAN, 1}, 0.95}).has_value());
  EXPECT_FALSE(rate_effect({1, 2}, {1, 2}, Direction::HigherIsBetter, {{1, 1}, 1.0}).has_value());
}

}  // namespace
}  // namespace splitplot::stats
