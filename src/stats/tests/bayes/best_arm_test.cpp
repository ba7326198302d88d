#include <splitplot/base/random.hpp>
#include <splitplot/stats/bayes/best_arm.hpp>
#include <splitplot/stats/distributions.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

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

struct Curve {
  std::function<double(double)> density, below;
  double mean;
};

/// Chances to be best and second, and E[largest], by the midpoint rule over the value and by enumeration of who is above.
struct BruteBest {
  std::vector<double> best, second;
  double largest = 0;
};
BruteBest brute(const std::vector<Curve>& arms, double low, double high, int points) {
  BruteBest result{std::vector<double>(arms.size()), std::vector<double>(arms.size()), low};
  const double step = (high - low) / points;
  for (int k = 0; k < points; ++k) {
    const double x = low + (k + 0.5) * step;
    double all = 1;
    for (std::size_t i = 0; i < arms.size(); ++i) {
      all *= arms[i].below(x);
      double none_above = 1, one_above = 0;
      for (std::size_t j = 0; j < arms.size(); ++j) {
        if (j == i) continue;
        none_above *= arms[j].below(x);
        double term = 1 - arms[j].below(x);
        for (std::size_t m = 0; m < arms.size(); ++m) {
          if (m != i && m != j) term *= arms[m].below(x);
        }
        one_above += term;
      }
      result.best[i] += step * arms[i].density(x) * none_above;
      result.second[i] += step * arms[i].density(x) * one_above;
    }
    result.largest += step * (1 - all);
  }
  return result;
}

TEST(BestArm, OfBetaPosteriorsAgreesWithPlainQuadrature) {
  const std::vector<BetaPosterior> arms{{2, 3}, {20, 70}, {3, 9}, {2, 6}};
  std::vector<Curve> curves;
  for (const BetaPosterior& arm : arms) {
    curves.push_back({[arm](double x) { return beta_pdf(x, arm.a, arm.b); },
                      [arm](double x) { return beta_cdf(x, arm.a, arm.b); }, arm.mean()});
  }
  const BruteBest slow = brute(curves, 0, 1, 2000);
  const auto best = best_arm(arms, Direction::HigherIsBetter);
  const auto two = top_two_shares(arms, Direction::HigherIsBetter);
  for (std::size_t i = 0; i < arms.size(); ++i) {
    EXPECT_NEAR(best->chances[i], slow.best[i], 1e-6);
    EXPECT_NEAR((*two)[i], 0.5 * (slow.best[i] + slow.second[i]), 1e-6);
    EXPECT_NEAR(best->expected_losses[i], slow.largest - arms[i].mean(), 1e-6);
  }
  EXPECT_NEAR(best->expected_best, slow.largest, 1e-6);
}

TEST(BestArm, OfStudentPosteriorsAgreesWithPlainQuadrature) {
  const std::vector<StudentPosterior> arms{{0, 1, 4}, {0.5, 0.3, 6}, {-1, 2, 9}};
  std::vector<Curve> curves;
  for (const StudentPosterior& arm : arms) {
    curves.push_back(
        {[arm](double x) { return student_t_pdf((x - arm.location) / arm.scale, arm.degrees) / arm.scale; },
         [arm](double x) { return student_t_cdf((x - arm.location) / arm.scale, arm.degrees); },
         arm.location});
  }
  const BruteBest slow = brute(curves, -100, 300, 8000);
  const auto best = best_arm(arms, Direction::HigherIsBetter);
  for (std::size_t i = 0; i < arms.size(); ++i) {
    EXPECT_NEAR(best->chances[i], slow.best[i], 1e-6);
    EXPECT_NEAR(best->expected_losses[i], slow.largest - arms[i].location, 1e-5);
  }
}

TEST(BestArm, OfTwoNormalsIsClosedForm) {
  RandomStream random(5);
  for (int k = 0; k < 200; ++k) {
    const double scale = std::exp(20 * (random.uniform() - 0.5));
    const NormalPosterior a{scale * random.normal(), scale * std::exp(4 * random.normal())};
    const NormalPosterior b{scale * random.normal(), scale * std::exp(4 * random.normal())};
    const double sd = std::hypot(a.sd, b.sd), z = (b.mean - a.mean) / sd;
    const auto best = best_arm(std::vector<NormalPosterior>{a, b}, Direction::HigherIsBetter);
    EXPECT_NEAR(best->chances[1], normal_cdf(z), 1e-11);
    EXPECT_NEAR(best->value_remaining / sd, normal_pdf(z) - std::abs(z) * normal_sf(std::abs(z)), 1e-11);
    EXPECT_NEAR(best->expected_losses[1] / sd, normal_pdf(z) - z * normal_sf(z),
                1e-11 * std::max(1.0, std::abs(z)));
    const auto smallest = best_arm(std::vector<NormalPosterior>{a, b}, Direction::LowerIsBetter);
    EXPECT_NEAR(smallest->chances[0], normal_cdf(z), 1e-11);
    EXPECT_NEAR((smallest->expected_best + best->expected_best) / sd, (a.mean + b.mean) / sd,
                1e-10 * std::max(1.0, std::abs(a.mean + b.mean) / sd));
  }
}

TEST(BestArm, OfManyEqualArmsIsAShareEach) {
  for (const std::size_t size : {2UL, 3UL, 10UL, 100UL}) {
    const std::vector<BetaPosterior> rates(size, BetaPosterior{3, 50});
    const std::vector<StudentPosterior> means(size, StudentPosterior{2, 0.1, 5});
    const auto share = 1 / static_cast<double>(size);
    const auto of_rates = best_arm(rates, Direction::LowerIsBetter);
    const auto of_means = best_arm(means, Direction::HigherIsBetter);
    const auto two = top_two_shares(rates, Direction::HigherIsBetter);
    for (std::size_t i = 0; i < size; ++i) {
      EXPECT_NEAR(of_rates->chances[i], share, 1e-12);
      EXPECT_NEAR(of_means->chances[i], share, 1e-12);
      EXPECT_NEAR((*two)[i], share, 1e-12);
    }
  }
  // E[largest of three standard normals] = 3 / (2 sqrt(pi)).
  EXPECT_NEAR(best_arm(std::vector<NormalPosterior>(3, {0, 1}), Direction::HigherIsBetter)->value_remaining,
              1.5 / std::sqrt(std::acos(-1.0)), 1e-11);
}

TEST(BestArm, RefusesWhatHasNoAnswer) {
  EXPECT_FALSE(best_arm(std::vector<BetaPosterior>{{1, 1}}, Direction::HigherIsBetter).has_value());
  EXPECT_FALSE(best_arm(std::vector<BetaPosterior>{{1, 1}, {0, 1}}, Direction::HigherIsBetter).has_value());
  EXPECT_FALSE(
      best_arm(std::vector<StudentPosterior>{{0, 1, 3}, {0, 1, 1}}, Direction::HigherIsBetter).has_value());
  EXPECT_FALSE(
      best_arm(std::vector<NormalPosterior>{{0, 1}, {NAN, 1}}, Direction::HigherIsBetter).has_value());
}

TEST(WithFloor, KeepsTheSumAndTheFloor) {
  const auto shares = with_floor(std::vector<double>{0.9, 0.1, 0}, 0.05);
  ASSERT_TRUE(shares.has_value());
  EXPECT_NEAR(std::accumulate(shares->begin(), shares->end(), 0.0), 1, 1e-15);
  EXPECT_EQ((*shares)[2], 0.05);
  EXPECT_FALSE(with_floor(std::vector<double>{0.5, 0.5}, 0.6).has_value());
  EXPECT_FALSE(with_floor(std::vector<double>{0.5, 0.4}, 0.1).has_value());
  EXPECT_FALSE(with_floor(std::vector<double>{1.5, -0.5}, 0.1).has_value());
}

TEST(BestArm, HasNoNumberThatIsNone) {
  // A posterior that has all its mass at one end beside ordinary ones.
  const std::vector<BetaPosterior> arms{{1e15, 0.05}, {100, 0.5}, {2, 3}};
  const auto best = best_arm(arms, Direction::HigherIsBetter);
  if (best) {
    double sum = 0;
    for (const double chance : best->chances) sum += chance;
    EXPECT_NEAR(sum, 1, 1e-9);
  } else {
    EXPECT_FALSE(best.error().why.empty());
  }
}

}  // namespace
}  // namespace splitplot::stats
