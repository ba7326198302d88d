#include <splitplot/base/random.hpp>
#include <splitplot/stats/compare/fisher.hpp>

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

/// All tables with the same margins, from the fewest successes of the treatment on; weights at the odds ratio one.
struct Tables {
  std::uint64_t first = 0;
  std::vector<long double> weights{1};
  std::size_t seen = 0;

  Tables(const SuccessCount& control, const SuccessCount& treatment) {
    const std::uint64_t successes = control.successes + treatment.successes;
    const std::uint64_t failures = control.units + treatment.units - successes;
    first = treatment.units > failures ? treatment.units - failures : 0;
    const std::uint64_t last = std::min(treatment.units, successes);
    for (std::uint64_t k = first; k < last; ++k) {
      weights.push_back(weights.back() * static_cast<long double>(successes - k) *
                        static_cast<long double>(treatment.units - k) / static_cast<long double>(k + 1) /
                        static_cast<long double>(failures + k + 1 - treatment.units));
    }
    seen = treatment.successes - first;
  }

  /// P(K <= seen), P(K >= seen) and E(K - seen) where the odds ratio is this.
  struct Sums {
    double at_most = 0, at_least = 0, mean = 0;
  };
  [[nodiscard]] Sums at(double odds_ratio) const {
    long double all = 0, low = 0, high = 0, mean = 0, power = 1;
    for (std::size_t i = 0; i < weights.size(); ++i, power *= odds_ratio) {
      const long double w = weights[i] * power;
      all += w;
      if (i <= seen) low += w;
      if (i >= seen) high += w;
      mean += w * (static_cast<long double>(i) - static_cast<long double>(seen));
    }
    return {static_cast<double>(low / all), static_cast<double>(high / all), static_cast<double>(mean / all)};
  }
  [[nodiscard]] double two_sided() const {
    long double all = 0, tail = 0;
    for (const long double w : weights) all += w;
    for (const long double w : weights) tail += w <= weights[seen] * (1 + 1e-7L) ? w : 0;
    return static_cast<double>(tail / all);
  }
};

TEST(FisherExact, AgreesWithEnumerationOfEveryTable) {
  for (std::uint64_t n_c = 1; n_c <= 12; ++n_c) {
    for (std::uint64_t n_t = 1; n_t <= 9; ++n_t) {
      for (std::uint64_t x_c = 0; x_c <= n_c; ++x_c) {
        for (std::uint64_t x_t = 0; x_t <= n_t; ++x_t) {
          const SuccessCount control{x_c, n_c}, treatment{x_t, n_t};
          const Tables tables(control, treatment);
          EXPECT_NEAR(fisher_exact_p_value(control, treatment), tables.two_sided(), 1e-12);
          EXPECT_NEAR(fisher_exact_p_value(control, treatment, Alternative::Greater), tables.at(1).at_least,
                      1e-12);
          EXPECT_NEAR(fisher_exact_p_value(control, treatment, Alternative::Less), tables.at(1).at_most,
                      1e-12);
        }
      }
    }
  }
}

TEST(FisherExact, KeepsItsDigitsFarInTheTail) {
  const SuccessCount control{5, 3000}, treatment{160, 2000};
  const Tables tables(control, treatment);
  const double slow = tables.two_sided();
  EXPECT_LT(slow, 1e-40);
  EXPECT_NEAR(fisher_exact_p_value(control, treatment), slow, 1e-10 * slow);
  const double greater = tables.at(1).at_least;
  EXPECT_NEAR(fisher_exact_p_value(control, treatment, Alternative::Greater), greater, 1e-10 * greater);
  // The other tail is one, also where the table's own probability is no double any more.
  EXPECT_NEAR(fisher_exact_p_value(control, treatment, Alternative::Less), 1, 1e-12);
  EXPECT_EQ(fisher_exact_p_value({0, 5000}, {5000, 5000}, Alternative::Less), 1);
}

TEST(FisherExact, AnswersForMillionsOfUnits) {
  // One cell is small: the number of successes is then nearly Binomial(13, 1/2), of which P(X <= 2) = 92 /
  // 8192.
  EXPECT_NEAR(fisher_exact_p_value({2, 10'000'000}, {11, 10'000'000}), 2 * 92.0 / 8192, 1e-6);
  EXPECT_EQ(fisher_exact_p_value({5, 10'000'000}, {5, 10'000'000}), 1);
}

TEST(FisherExact, IsTheSameForSwappedArmsAndForFailures) {
  const SuccessCount a{3, 40}, b{9, 38}, a_failures{37, 40}, b_failures{29, 38};
  const double p = fisher_exact_p_value(a, b);
  EXPECT_NEAR(fisher_exact_p_value(b, a), p, 1e-14);
  EXPECT_NEAR(fisher_exact_p_value(a_failures, b_failures), p, 1e-14);
  EXPECT_NEAR(fisher_exact_p_value(b, a, Alternative::Less), fisher_exact_p_value(a, b, Alternative::Greater),
              1e-14);
}

TEST(FisherOddsRatio, SolvesTheDefinitionOfEstimateAndInterval) {
  RandomStream random(21);
  for (int i = 0; i < 200; ++i) {
    const std::uint64_t n_c = 1 + random.below(60), n_t = 1 + random.below(60);
    const SuccessCount control{random.below(n_c + 1), n_c}, treatment{random.below(n_t + 1), n_t};
    const Tables tables(control, treatment);
    for (const double confidence : {0.5, 0.95, 0.9999}) {
      const auto test = fisher_exact_test(control, treatment, {.confidence = confidence});
      if (tables.weights.size() == 1) {
        EXPECT_FALSE(test.has_value());
        continue;
      }
      ASSERT_TRUE(test.has_value());
      const double tail = (1 - confidence) / 2;
      const bool lowest = tables.seen == 0, highest = tables.seen + 1 == tables.weights.size();
      if (lowest) {
        EXPECT_EQ(test->odds_ratio, 0);
      } else if (highest) {
        EXPECT_TRUE(std::isinf(test->odds_ratio));
      } else {
        EXPECT_NEAR(tables.at(test->odds_ratio).mean, 0, 1e-11);
      }
      if (lowest) {
        EXPECT_EQ(test->odds_ratio_interval.lower, 0);
      } else {
        EXPECT_NEAR(tables.at(test->odds_ratio_interval.lower).at_least, tail, 1e-11 * tail);
      }
      if (highest) {
        EXPECT_TRUE(std::isinf(test->odds_ratio_interval.upper));
      } else {
        EXPECT_NEAR(tables.at(test->odds_ratio_interval.upper).at_most, tail, 1e-11 * tail);
      }
    }
  }
}

TEST(FisherOddsRatio, OneSidedIntervalsSpendAllOnOneEnd) {
  const SuccessCount control{3, 40}, treatment{9, 38};
  const auto both = fisher_exact_test(control, treatment, {.confidence = 0.9});
  const auto greater = fisher_exact_test(control, treatment, {Alternative::Greater, 0.95});
  const auto less = fisher_exact_test(control, treatment, {Alternative::Less, 0.95});
  EXPECT_NEAR(greater->odds_ratio_interval.lower, both->odds_ratio_interval.lower, 1e-12);
  EXPECT_TRUE(std::isinf(greater->odds_ratio_interval.upper));
  EXPECT_EQ(less->odds_ratio_interval.lower, 0);
  EXPECT_NEAR(less->odds_ratio_interval.upper, both->odds_ratio_interval.upper, 1e-10);
}

TEST(FisherOddsRatio, SwappingArmsTurnsItOver) {
  const auto forth = fisher_exact_test({3, 4000}, {9, 3800});
  const auto back = fisher_exact_test({9, 3800}, {3, 4000});
  EXPECT_NEAR(forth->odds_ratio * back->odds_ratio, 1, 1e-12);
  EXPECT_NEAR(forth->odds_ratio_interval.lower * back->odds_ratio_interval.upper, 1, 1e-12);
}

TEST(FisherOddsRatio, AnswersForLargeTablesAndRefusesWhatIsNone) {
  const auto large = fisher_exact_test({20'000, 1'000'000}, {20'400, 1'000'000});
  ASSERT_TRUE(large.has_value());
  const double odds = 20'400.0 / 979'600 / (20'000.0 / 980'000);
  EXPECT_NEAR(large->odds_ratio, odds, 1e-5);  // the conditional estimate is nearer to one by about 1 / n
  EXPECT_LT(large->odds_ratio, odds);
  const auto extreme = fisher_exact_test({0, 1000}, {1000, 1000});
  EXPECT_GT(extreme->odds_ratio_interval.lower, 1e4);
  EXPECT_EQ(fisher_exact_test({0, 50}, {0, 50}).error().why,
            "nobody or everybody succeeds, so that the margins allow no other table");
  EXPECT_FALSE(fisher_exact_test({1, 0}, {0, 50}).has_value());
  EXPECT_FALSE(fisher_exact_test({1, 5}, {2, 5}, {.confidence = std::nan("")}).has_value());
}

using Counts = std::vector<std::uint64_t>;

/// Sums the probabilities of all 3 x 3 tables with these margins by trying every filling of the upper left 2 x 2 cells.
double slow_three_by_three(const Counts& table) {
  std::vector<long> rows(3), columns(3);
  const auto log_weight = [](const std::vector<long>& cells) {
    double sum = 0;
    for (const long cell : cells) sum -= std::lgamma(static_cast<double>(cell) + 1);
    return sum;
  };
  std::vector<long> seen;
  for (std::size_t i = 0; i < 9; ++i) {
    seen.push_back(static_cast<long>(table[i]));
    rows[i / 3] += seen.back();
    columns[i % 3] += seen.back();
  }
  const double limit = log_weight(seen);
  double all = 0, extreme = 0;
  for (long a = 0; a <= rows[0]; ++a) {
    for (long b = 0; a + b <= rows[0]; ++b) {
      for (long d = 0; d <= rows[1]; ++d) {
        for (long e = 0; d + e <= rows[1]; ++e) {
          const std::vector<long> cells{a,
                                        b,
                                        rows[0] - a - b,
                                        d,
                                        e,
                                        rows[1] - d - e,
                                        columns[0] - a - d,
                                        columns[1] - b - e,
                                        columns[2] - rows[0] - rows[1] + a + b + d + e};
          if (cells[6] < 0 || cells[7] < 0 || cells[8] < 0) continue;
          const double weight = log_weight(cells);
          all += std::exp(weight - limit);
          if (weight <= limit + 1e-7) extreme += std::exp(weight - limit);
        }
      }
    }
  }
  return extreme / all;
}

TEST(FisherTable, AgreesWithEnumerationOfThreeByThree) {
  RandomStream random(22);
  for (int i = 0; i < 30; ++i) {
    Counts table;
    for (int cell = 0; cell < 9; ++cell) table.push_back(random.below(6));
    const auto p = fisher_table_p_value(table, 3);
    if (!p) continue;
    EXPECT_NEAR(*p, slow_three_by_three(table), 1e-11);
  }
}

TEST(FisherTable, IsTheTwoByTwoTestOfTwoByTwoTables) {
  RandomStream random(23);
  for (int i = 0; i < 100; ++i) {
    const std::uint64_t a = random.below(30), b = random.below(30), c = random.below(30),
                        d = 1 + random.below(30);
    const auto p = fisher_table_p_value(Counts{a, b, c, d}, 2);
    if (!p) continue;
    EXPECT_NEAR(*p, fisher_exact_p_value({a, a + b}, {c, c + d}), 1e-11);
  }
}

TEST(FisherTable, TurnsAndReordersWithoutChange) {
  const double p = *fisher_table_p_value(Counts{1, 3, 10, 6, 2, 3, 4, 7}, 4);
  EXPECT_NEAR(*fisher_table_p_value(Counts{1, 2, 3, 3, 10, 4, 6, 7}, 2), p, 1e-12);
  EXPECT_NEAR(*fisher_table_p_value(Counts{3, 2, 7, 4, 3, 1, 6, 10}, 4), p, 1e-12);
  EXPECT_NEAR(*fisher_table_p_value(Counts{1, 0, 3, 10, 6, 0, 0, 0, 0, 0, 2, 0, 3, 4, 7}, 5), p, 1e-12);
}

TEST(FisherTable, RefusesWhatIsNoTableOrTooLarge) {
  EXPECT_FALSE(fisher_table_p_value(Counts{1, 2, 3}, 2).has_value());
  EXPECT_FALSE(fisher_table_p_value(Counts{1, 2}, 0).has_value());
  EXPECT_FALSE(fisher_table_p_value(Counts{1, 0, 2, 0}, 2).has_value());
  EXPECT_FALSE(fisher_table_p_value(Counts{}, 2).has_value());
  EXPECT_FALSE(
      fisher_table_p_value(Counts{1, 2, 3, std::numeric_limits<std::uint64_t>::max()}, 2).has_value());
}

}  // namespace
}  // namespace splitplot::stats
