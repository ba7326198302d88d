#include <splitplot/base/random.hpp>
#include <splitplot/stats/compare/fisher.hpp>
#include <splitplot/stats/compare/unconditional_tests.hpp>

#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

double binomial(double k, double n, double rate) {
  double result = 1;
  for (double i = 1; i <= k; ++i) result *= (n - k + i) / i;
  return result * std::pow(rate, k) * std::pow(1 - rate, n - k);
}

using Order = std::function<double(const SuccessCount&, const SuccessCount&)>;

/// Which tables of these arms are at least as extreme as the one seen: those whose `order` is not above its.
std::vector<std::pair<SuccessCount, SuccessCount>> extreme_tables(const SuccessCount& control,
                                                                  const SuccessCount& treatment,
                                                                  const Order& order) {
  std::vector<std::pair<SuccessCount, SuccessCount>> result;
  const double seen = order(control, treatment);
  for (std::uint64_t c = 0; c <= control.units; ++c) {
    for (std::uint64_t t = 0; t <= treatment.units; ++t) {
      const SuccessCount one{c, control.units}, other{t, treatment.units};
      const double value = order(one, other);
      if (value <= seen + 1e-9 * std::abs(seen) || value == seen) result.emplace_back(one, other);
    }
  }
  return result;
}

/// Holds a test to the sum over all tables, on a grid of rates and at the rate that it names itself.
void check_against_scan(const UnconditionalTest& test, const SuccessCount& control,
                        const SuccessCount& treatment, const Order& order) {
  const auto tables = extreme_tables(control, treatment, order);
  const auto probability = [&](double rate) {
    double sum = 0;
    for (const auto& [c, t] : tables) {
      sum += binomial(static_cast<double>(c.successes), static_cast<double>(c.units), rate) *
             binomial(static_cast<double>(t.successes), static_cast<double>(t.units), rate);
    }
    return sum;
  };
  EXPECT_NEAR(test.p_value, probability(test.nuisance_rate), 1e-11 * test.p_value)
      << control.successes << "/" << control.units << " " << treatment.successes << "/" << treatment.units;
  double highest = 0;
  for (int i = 0; i <= 400; ++i) highest = std::max(highest, probability(i / 400.0));
  EXPECT_GE(test.p_value, highest * (1 - 1e-11))
      << control.successes << "/" << control.units << " " << treatment.successes << "/" << treatment.units;
}

double pooled_z(const SuccessCount& control, const SuccessCount& treatment) {
  const double difference = treatment.rate() - control.rate();
  if (difference == 0) return 0;
  const double units = static_cast<double>(control.units + treatment.units);
  const double rate = static_cast<double>(control.successes + treatment.successes) / units;
  return difference /
         std::sqrt(rate * (1 - rate) *
                   (1 / static_cast<double>(control.units) + 1 / static_cast<double>(treatment.units)));
}

double unpooled_z(const SuccessCount& control, const SuccessCount& treatment) {
  const double difference = treatment.rate() - control.rate();
  if (difference == 0) return 0;
  const auto variance = [](const SuccessCount& arm) {
    return arm.rate() * (1 - arm.rate()) / static_cast<double>(arm.units);
  };
  return difference / std::sqrt(variance(control) + variance(treatment));
}

/// A table of arms up to `most` units, by chance.
std::pair<SuccessCount, SuccessCount> some_table(RandomStream& random, std::uint64_t most) {
  const std::uint64_t n_c = 1 + random.below(most), n_t = 1 + random.below(most);
  return {{random.below(n_c + 1), n_c}, {random.below(n_t + 1), n_t}};
}

constexpr Alternative kAlternatives[] = {Alternative::TwoSided, Alternative::Greater, Alternative::Less};

TEST(Boschloo, IsTheLargestProbabilityOverAllRates) {
  RandomStream random(11);
  for (int i = 0; i < 40; ++i) {
    const auto [control, treatment] = some_table(random, 14);
    for (const Alternative alternative : kAlternatives) {
      const auto test = boschloo_test(control, treatment, {.alternative = alternative});
      ASSERT_TRUE(test.has_value());
      check_against_scan(*test, control, treatment, [&](const SuccessCount& c, const SuccessCount& t) {
        return fisher_exact_p_value(c, t, alternative);
      });
    }
  }
}

TEST(Barnard, IsTheLargestProbabilityOverAllRates) {
  RandomStream random(12);
  for (int i = 0; i < 40; ++i) {
    const auto [control, treatment] = some_table(random, 14);
    for (const Alternative alternative : kAlternatives) {
      for (const bool pooled : {true, false}) {
        const auto test = barnard_test(
            control, treatment, {alternative, pooled ? BarnardVariance::Pooled : BarnardVariance::Unpooled});
        ASSERT_TRUE(test.has_value());
        const double z = pooled ? pooled_z(control, treatment) : unpooled_z(control, treatment);
        if (std::isinf(z)) {
          EXPECT_EQ(test->statistic, z);
        } else {
          EXPECT_NEAR(test->statistic, z, 1e-12 * (1 + std::abs(z)));
        }
        check_against_scan(*test, control, treatment, [&](const SuccessCount& c, const SuccessCount& t) {
          const double value = pooled ? pooled_z(c, t) : unpooled_z(c, t);
          if (alternative == Alternative::TwoSided) return -std::abs(value);
          return alternative == Alternative::Greater ? -value : value;
        });
      }
    }
  }
}

TEST(UnconditionalTests, FindTheHighestPeakOfLargerTables) {
  for (const auto& [control, treatment] : {std::pair{SuccessCount{7, 60}, SuccessCount{16, 70}},
                                           std::pair{SuccessCount{3, 100}, SuccessCount{4, 9}},
                                           std::pair{SuccessCount{40, 80}, SuccessCount{3, 12}}}) {
    const auto boschloo = boschloo_test(control, treatment);
    check_against_scan(*boschloo, control, treatment, [](const SuccessCount& c, const SuccessCount& t) {
      return fisher_exact_p_value(c, t);
    });
  }
}

TEST(Boschloo, IsNeverAboveFisher) {
  RandomStream random(13);
  for (int i = 0; i < 200; ++i) {
    const auto [control, treatment] = some_table(random, 40);
    for (const Alternative alternative : kAlternatives) {
      EXPECT_LE(boschloo_test(control, treatment, {.alternative = alternative})->p_value,
                fisher_exact_p_value(control, treatment, alternative) * (1 + 1e-9));
    }
  }
}

/// The promise of an exact test: whatever the common rate, p <= alpha has probability alpha at most. And it uses more of that than Fisher.
TEST(Boschloo, KeepsItsErrorRateAndWastesLessOfItThanFisher) {
  const std::uint64_t n_c = 14, n_t = 11;
  double sum_boschloo = 0, sum_fisher = 0;
  std::vector<std::vector<double>> boschloo(n_c + 1, std::vector<double>(n_t + 1));
  std::vector<std::vector<double>> fisher = boschloo;
  for (std::uint64_t c = 0; c <= n_c; ++c) {
    for (std::uint64_t t = 0; t <= n_t; ++t) {
      boschloo[c][t] = boschloo_test({c, n_c}, {t, n_t})->p_value;
      fisher[c][t] = fisher_exact_p_value({c, n_c}, {t, n_t});
    }
  }
  for (int i = 1; i < 50; ++i) {
    const double rate = i / 50.0;
    double rejects_boschloo = 0, rejects_fisher = 0;
    for (std::uint64_t c = 0; c <= n_c; ++c) {
      for (std::uint64_t t = 0; t <= n_t; ++t) {
        const double probability = binomial(static_cast<double>(c), static_cast<double>(n_c), rate) *
                                   binomial(static_cast<double>(t), static_cast<double>(n_t), rate);
        if (boschloo[c][t] <= 0.05) rejects_boschloo += probability;
        if (fisher[c][t] <= 0.05) rejects_fisher += probability;
      }
    }
    EXPECT_LE(rejects_boschloo, 0.05 + 1e-12);
    EXPECT_GE(rejects_boschloo, rejects_fisher);
    sum_boschloo += rejects_boschloo;
    sum_fisher += rejects_fisher;
  }
  EXPECT_GT(sum_boschloo, 1.1 * sum_fisher);
}

TEST(UnconditionalTests, AreTheSameForSwappedArmsAndForFailures) {
  RandomStream random(14);
  for (int i = 0; i < 60; ++i) {
    const auto [control, treatment] = some_table(random, 30);
    const SuccessCount lost_c{control.units - control.successes, control.units};
    const SuccessCount lost_t{treatment.units - treatment.successes, treatment.units};
    const double p = boschloo_test(control, treatment)->p_value;
    EXPECT_NEAR(boschloo_test(treatment, control)->p_value, p, 1e-10 * p);
    EXPECT_NEAR(boschloo_test(lost_c, lost_t)->p_value, p, 1e-10 * p);
    const double greater = boschloo_test(control, treatment, {.alternative = Alternative::Greater})->p_value;
    EXPECT_NEAR(boschloo_test(treatment, control, {.alternative = Alternative::Less})->p_value, greater,
                1e-10 * greater);
    const double z = barnard_test(control, treatment)->p_value;
    EXPECT_NEAR(barnard_test(treatment, control)->p_value, z, 1e-10 * z);
    EXPECT_NEAR(barnard_test(lost_c, lost_t)->p_value, z, 1e-10 * z);
  }
}

TEST(Boschloo, SidesAgreeForArmsOfEqualSize) {
  const BoschlooOptions doubled{.sides = BoschlooSides::DoubledOneSided};
  int compared = 0;
  for (std::uint64_t c = 0; c <= 12; ++c) {
    for (std::uint64_t t = 0; t <= 12; ++t) {
      const double p = boschloo_test({c, 12}, {t, 12})->p_value;
      if (p > 0.5) continue;  // near one the sides overlap
      EXPECT_NEAR(boschloo_test({c, 12}, {t, 12}, doubled)->p_value, p, 1e-10 * p);
      ++compared;
    }
  }
  EXPECT_GT(compared, 80);
}

TEST(UnconditionalTests, KeepTheirDigitsFarInTheTail) {
  // Two tables are this extreme, and the rate 1/2 makes them most likely: 2 (1/2)^400.
  const double p = 2 * std::pow(0.5, 400);
  EXPECT_NEAR(boschloo_test({0, 200}, {200, 200})->p_value, p, 1e-9 * p);
  EXPECT_NEAR(barnard_test({0, 200}, {200, 200})->p_value, p, 1e-9 * p);
  EXPECT_NEAR(boschloo_test({0, 200}, {200, 200})->nuisance_rate, 0.5, 1e-6);
}

TEST(UnconditionalTests, AnswerForEveryTinyTableAndRefuseWhatIsNone) {
  for (const SuccessCount& a :
       {SuccessCount{0, 1}, SuccessCount{1, 1}, SuccessCount{1, 2}, SuccessCount{2, 2}}) {
    for (const SuccessCount& b : {SuccessCount{0, 1}, SuccessCount{1, 1}, SuccessCount{0, 2}}) {
      const auto test = boschloo_test(a, b);
      ASSERT_TRUE(test.has_value());
      EXPECT_GT(test->p_value, 0);
      EXPECT_LE(test->p_value, 1);
      EXPECT_LE(barnard_test(a, b)->p_value, 1);
    }
  }
  EXPECT_EQ(boschloo_test({0, 30}, {0, 30})->p_value, 1);
  EXPECT_EQ(barnard_test({30, 30}, {20, 20})->p_value, 1);
  EXPECT_EQ(barnard_test({0, 9}, {4, 4}, {.variance = BarnardVariance::Unpooled})->statistic,
            std::numeric_limits<double>::infinity());
  EXPECT_EQ(boschloo_test({0, 0}, {1, 5}).error().why, "an arm has no units");
  EXPECT_FALSE(boschloo_test({6, 5}, {1, 5}).has_value());
  EXPECT_FALSE(barnard_test({1, 5}, {1, 0}).has_value());
  EXPECT_FALSE(boschloo_test({1, 90'000}, {1, 90'000}).has_value());
  EXPECT_FALSE(barnard_test({1, std::uint64_t{1} << 61}, {1, std::uint64_t{1} << 61}).has_value());
}

}  // namespace
}  // namespace splitplot::stats
