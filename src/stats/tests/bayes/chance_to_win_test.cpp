#include <splitplot/stats/bayes/chance_to_win.hpp>
#include <splitplot/stats/distributions.hpp>

#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

/// Midpoint rule over the rate, with the library's Beta functions: slow and plain.
Beats brute_beats(const SuccessCount& control, const SuccessCount& treatment, double low, double high,
                  BetaPrior prior) {
  const auto a = [&](const SuccessCount& arm) { return prior.a + static_cast<double>(arm.successes); };
  const auto b = [&](const SuccessCount& arm) {
    return prior.b + static_cast<double>(arm.units - arm.successes);
  };
  constexpr int kPoints = 40000;
  const double step = (high - low) / kPoints;
  Beats beats{0, 0, 0};
  for (int i = 0; i < kPoints; ++i) {
    const double x = low + (i + 0.5) * step;
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

TEST(BeatsProportions, IsNormalForMillionsOfUnits) {
  const SuccessCount control{2'000'000, 20'000'000}, treatment{2'002'000, 20'000'000};
  const double error = std::sqrt(2 * 0.1 * 0.9 / 20'000'000);
  const auto exact = beats_proportions(control, treatment, Direction::HigherIsBetter);
  const auto normal = beats_normal(treatment.rate() - control.rate(), error, Direction::HigherIsBetter);
  EXPECT_NEAR(exact->chance_to_win, normal->chance_to_win, 2e-4);
  EXPECT_NEAR(exact->expected_loss, normal->expected_loss, 1e-3 * normal->expected_loss);
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

TEST(BeatsNormal, AgreesWithPlainQuadrature) {
  const double mean = 0.3, sd = 0.5, step = 1e-4;
  double loss = 0, gain = 0;
  for (double x = -4; x < 5; x += step) {
    const double density =
        std::exp(-0.5 * std::pow((x - mean) / sd, 2)) / (sd * std::sqrt(2 * std::acos(-1.0)));
    (x < 0 ? loss : gain) += std::abs(x) * density * step;
  }
  const auto beats = beats_normal(mean, sd, Direction::HigherIsBetter);
  EXPECT_NEAR(beats->expected_loss, loss, 1e-7);
  EXPECT_NEAR(beats->expected_loss_of_keeping, gain, 1e-7);
  EXPECT_NEAR(beats_normal(mean, sd, Direction::LowerIsBetter)->expected_loss, gain, 1e-7);
}

TEST(BeatsNormal, StaysFinite) {
  const auto sure = beats_normal(1e300, 1e-300, Direction::HigherIsBetter);
  ASSERT_TRUE(sure.has_value());
  EXPECT_EQ(sure->chance_to_win, 1);
  EXPECT_EQ(sure->expected_loss, 0);
  EXPECT_EQ(sure->expected_loss_of_keeping, 1e300);
  EXPECT_FALSE(beats_normal(1, 0, Direction::HigherIsBetter).has_value());
  EXPECT_FALSE(beats_normal(1, INFINITY, Direction::HigherIsBetter).has_value());
  EXPECT_FALSE(beats_normal(NAN, 1, Direction::HigherIsBetter).has_value());
}

/// Midpoint rule over a wide grid.
std::vector<double> brute_best(const std::vector<NormalPosterior>& arms, double low, double high) {
  constexpr int kPoints = 200000;
  const double step = (high - low) / kPoints;
  std::vector<double> chances(arms.size(), 0.0);
  for (int k = 0; k < kPoints; ++k) {
    const double x = low + (k + 0.5) * step;
    for (std::size_t i = 0; i < arms.size(); ++i) {
      double term = std::exp(-0.5 * std::pow((x - arms[i].mean) / arms[i].sd, 2)) /
                    (arms[i].sd * std::sqrt(2 * std::acos(-1.0)));
      for (std::size_t j = 0; j < arms.size(); ++j) {
        if (j != i) term *= 0.5 * std::erfc((arms[j].mean - x) / arms[j].sd / std::sqrt(2.0));
      }
      chances[i] += term * step;
    }
  }
  return chances;
}

TEST(ChanceToBeBest, AgreesWithPlainQuadrature) {
  const std::vector<NormalPosterior> arms{{1, 0.5}, {1.2, 0.1}, {0.5, 1.5}, {1.1, 0.02}};
  const auto chances = chance_to_be_best(arms, Direction::HigherIsBetter);
  const std::vector<double> slow = brute_best(arms, -10, 12);
  ASSERT_TRUE(chances.has_value());
  for (std::size_t i = 0; i < arms.size(); ++i) EXPECT_NEAR((*chances)[i], slow[i], 1e-9);
}

TEST(ChanceToBeBest, OfTwoArmsIsTheirChanceToWin) {
  for (const double sd : {1e-200, 1e-3, 1.0, 1e200}) {
    const auto chances = chance_to_be_best(std::vector<NormalPosterior>{{0, sd}, {0.7 * sd, 2 * sd}},
                                           Direction::HigherIsBetter);
    ASSERT_TRUE(chances.has_value());
    EXPECT_NEAR((*chances)[1], normal_cdf(0.7 / std::sqrt(5.0)), 1e-12);
  }
}

TEST(ChanceToBeBest, AddsUpAndMirrors) {
  std::vector<NormalPosterior> arms, negated;
  for (int i = 0; i < 30; ++i) {
    arms.push_back({0.1 * (i % 7), 0.05 + 0.3 * (i % 5)});
    negated.push_back({-arms.back().mean, arms.back().sd});
  }
  const auto highest = chance_to_be_best(arms, Direction::HigherIsBetter);
  const auto lowest = chance_to_be_best(negated, Direction::LowerIsBetter);
  EXPECT_NEAR(std::accumulate(highest->begin(), highest->end(), 0.0), 1, 1e-12);
  for (std::size_t i = 0; i < arms.size(); ++i) EXPECT_NEAR((*highest)[i], (*lowest)[i], 1e-13);
}

TEST(ChanceToBeBest, AnswersForArmsOfVeryDifferentPrecision) {
  const auto chances =
      chance_to_be_best(std::vector<NormalPosterior>{{1, 1e-30}, {0.9, 1}}, Direction::HigherIsBetter);
  ASSERT_TRUE(chances.has_value());
  EXPECT_NEAR((*chances)[0], normal_cdf(0.1), 1e-10);
  const auto huge = chance_to_be_best(std::vector<NormalPosterior>{{1e308, 1e300}, {-1e308, 5e-324}},
                                      Direction::HigherIsBetter);
  EXPECT_NEAR((*huge)[0], 1, 1e-12);
  EXPECT_FALSE(
      chance_to_be_best(std::vector<NormalPosterior>{{1, 1}}, Direction::HigherIsBetter).has_value());
  EXPECT_FALSE(
      chance_to_be_best(std::vector<NormalPosterior>{{1, 1}, {1, 0}}, Direction::HigherIsBetter).has_value());
}

}  // namespace
}  // namespace splitplot::stats
