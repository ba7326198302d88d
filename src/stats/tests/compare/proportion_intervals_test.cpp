#include <splitplot/stats/compare/proportion_intervals.hpp>
#include <splitplot/stats/compare/score_interval.hpp>
#include <splitplot/stats/distributions.hpp>

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

constexpr double kZ95 = 1.959963984540054;
constexpr ProportionInterval kAll[] = {ProportionInterval::Wilson, ProportionInterval::ClopperPearson,
                                       ProportionInterval::Jeffreys, ProportionInterval::AgrestiCoull,
                                       ProportionInterval::Wald};

double binomial(std::uint64_t k, std::uint64_t n, double rate) {
  double result = 1;
  for (std::uint64_t i = 1; i <= k; ++i) result *= static_cast<double>(n - k + i) / static_cast<double>(i);
  return result * std::pow(rate, static_cast<double>(k)) * std::pow(1 - rate, static_cast<double>(n - k));
}

TEST(ProportionInterval, ClopperPearsonInvertsTheTwoBinomialTails) {
  for (const SuccessCount& arm : {SuccessCount{3, 17}, SuccessCount{1, 9}, SuccessCount{8, 9},
                                  SuccessCount{0, 5}, SuccessCount{5, 5}}) {
    const auto interval = proportion_interval(arm, ProportionInterval::ClopperPearson);
    double at_least = 0, at_most = 0;
    for (std::uint64_t k = arm.successes; k <= arm.units; ++k)
      at_least += binomial(k, arm.units, interval->lower);
    for (std::uint64_t k = 0; k <= arm.successes; ++k) at_most += binomial(k, arm.units, interval->upper);
    if (arm.successes == 0) {
      EXPECT_EQ(interval->lower, 0);
    } else {
      EXPECT_NEAR(at_least, 0.025, 1e-12);
    }
    if (arm.successes == arm.units) {
      EXPECT_EQ(interval->upper, 1);
    } else {
      EXPECT_NEAR(at_most, 0.025, 1e-12);
    }
  }
}

TEST(ProportionInterval, JeffreysLeavesHalfOfTheRestOnEachSide) {
  // Beta(3.5, 14.5) by Simpson's rule on the density, between the ends.
  const auto interval = proportion_interval({3, 17}, ProportionInterval::Jeffreys, 0.9);
  const auto mass = [](double from, double to) {
    const int steps = 4000;
    double sum = 0;
    for (int i = 0; i <= steps; ++i) {
      const double x = from + (to - from) * i / steps;
      const double weight = i == 0 || i == steps ? 1 : (i % 2 == 1 ? 4 : 2);
      sum += weight * std::pow(x, 2.5) * std::pow(1 - x, 13.5);
    }
    return sum * (to - from) / steps / 3;
  };
  const double all = mass(0, 1);
  EXPECT_NEAR(mass(0, interval->lower) / all, 0.05, 1e-8);
  EXPECT_NEAR(mass(interval->upper, 1) / all, 0.05, 1e-8);
}

TEST(ProportionInterval, AgrestiCoullSharesWilsonsCentreAndHoldsIt) {
  for (const SuccessCount& arm : {SuccessCount{20, 100}, SuccessCount{55, 100}, SuccessCount{12, 40}}) {
    const auto wilson = proportion_interval(arm, ProportionInterval::Wilson);
    const auto other = proportion_interval(arm, ProportionInterval::AgrestiCoull);
    EXPECT_NEAR(wilson->lower + wilson->upper, other->lower + other->upper, 1e-12);
    EXPECT_LE(other->lower, wilson->lower);
  }
}

TEST(ProportionInterval, WaldIsItsFormulaCutToTheRange) {
  const auto interval = proportion_interval({30, 100}, ProportionInterval::Wald);
  EXPECT_NEAR(interval->upper, 0.3 + kZ95 * std::sqrt(0.3 * 0.7 / 100), 1e-12);
  EXPECT_EQ(proportion_interval({1, 100}, ProportionInterval::Wald)->lower, 0);
  EXPECT_EQ(proportion_interval({0, 100}, ProportionInterval::Wald)->upper, 0);
}

TEST(ProportionInterval, FailuresMirrorSuccesses) {
  for (const ProportionInterval method : kAll) {
    for (std::uint64_t x = 0; x <= 12; ++x) {
      const auto a = proportion_interval({x, 12}, method);
      const auto b = proportion_interval({12 - x, 12}, method);
      EXPECT_NEAR(a->lower, 1 - b->upper, 1e-13);
      EXPECT_NEAR(a->upper, 1 - b->lower, 1e-13);
    }
  }
}

TEST(ProportionInterval, KeepsOrderedEndsForHugeArmsAndRefusesWhatIsNone) {
  for (const ProportionInterval method : kAll) {
    for (const SuccessCount& arm :
         {SuccessCount{0, 1}, SuccessCount{1, 1}, SuccessCount{1, 1'000'000'000'000},
          SuccessCount{999'999'999'999, 1'000'000'000'000}}) {
      const auto interval = proportion_interval(arm, method, 0.99);
      ASSERT_TRUE(interval.has_value());
      EXPECT_LE(0, interval->lower);
      EXPECT_LE(interval->lower, interval->upper);
      EXPECT_LE(interval->upper, 1);
    }
    EXPECT_FALSE(proportion_interval({0, 0}, method).has_value());
    EXPECT_FALSE(proportion_interval({2, 1}, method).has_value());
    EXPECT_FALSE(proportion_interval({1, 2}, method, 0).has_value());
    EXPECT_FALSE(proportion_interval({1, 2}, method, std::nan("")).has_value());
  }
}

/// Chance that the interval holds the truth, added up over all outcomes; the least over rates.
template <typename IntervalOf>
double least_coverage(std::uint64_t units, const IntervalOf& interval_of) {
  std::vector<Interval> intervals;
  for (std::uint64_t x = 0; x <= units; ++x) intervals.push_back(interval_of(x));
  double least = 1;
  for (int i = 1; i < 400; ++i) {
    const double rate = i / 400.0;
    double covered = 0;
    for (std::uint64_t x = 0; x <= units; ++x) {
      if (intervals[x].contains(rate)) covered += binomial(x, units, rate);
    }
    least = std::min(least, covered);
  }
  return least;
}

TEST(ProportionInterval, CoversAsItsNameSays) {
  const auto least = [](ProportionInterval method) {
    return least_coverage(25, [&](std::uint64_t x) { return *proportion_interval({x, 25}, method); });
  };
  EXPECT_GE(least(ProportionInterval::ClopperPearson), 0.95);
  EXPECT_GE(least(ProportionInterval::Wilson), 0.83);  // its one dip is next to the rates 0 and 1
  EXPECT_LT(least(ProportionInterval::Wald), 0.2);
}

struct Coverage {
  double least = 1;
  double mean = 0;
};

/// The same for the difference of two arms, on a grid of pairs of rates.
template <typename IntervalOf>
Coverage coverage_of_difference(std::uint64_t n_c, std::uint64_t n_t, const IntervalOf& interval_of) {
  std::vector<std::vector<Interval>> intervals(n_c + 1);
  for (std::uint64_t c = 0; c <= n_c; ++c) {
    for (std::uint64_t t = 0; t <= n_t; ++t) intervals[c].push_back(interval_of({c, n_c}, {t, n_t}));
  }
  Coverage coverage;
  int pairs = 0;
  for (int i = 1; i < 20; ++i) {
    for (int j = 1; j < 20; ++j) {
      const double rate_c = i / 20.0, rate_t = j / 20.0;
      double covered = 0;
      for (std::uint64_t c = 0; c <= n_c; ++c) {
        for (std::uint64_t t = 0; t <= n_t; ++t) {
          if (intervals[c][t].contains(rate_t - rate_c))
            covered += binomial(c, n_c, rate_c) * binomial(t, n_t, rate_t);
        }
      }
      coverage.least = std::min(coverage.least, covered);
      coverage.mean += covered;
      ++pairs;
    }
  }
  coverage.mean /= pairs;
  return coverage;
}

TEST(DifferenceInterval, NewcombeAndMiettinenNurminenCoverInSmallArms) {
  for (const auto& [n_c, n_t] : {std::pair<std::uint64_t, std::uint64_t>{20, 20}, {30, 12}}) {
    const Coverage newcombe = coverage_of_difference(
        n_c, n_t, [](const SuccessCount& c, const SuccessCount& t) { return *newcombe_interval(c, t); });
    const Coverage score = coverage_of_difference(
        n_c, n_t, [](const SuccessCount& c, const SuccessCount& t) { return *score_interval(c, t); });
    const Coverage wald = coverage_of_difference(
        n_c, n_t, [](const SuccessCount& c, const SuccessCount& t) { return *wald_interval(c, t); });
    EXPECT_GE(newcombe.mean, 0.95);
    EXPECT_GE(score.mean, 0.95);
    EXPECT_GE(newcombe.least, 0.90);
    EXPECT_GE(score.least, 0.92);
    EXPECT_LT(wald.least, 0.85);
    EXPECT_LE(newcombe.mean, 0.97);  // wide enough, and not by being useless
    EXPECT_LE(score.mean, 0.965);
  }
}

TEST(DifferenceInterval, WaldAndItsOptions) {
  const SuccessCount control{200, 2000}, treatment{250, 2000};
  const double d = 0.025, reach = kZ95 * std::sqrt(0.1 * 0.9 / 2000 + 0.125 * 0.875 / 2000);
  const auto plain = wald_interval(control, treatment);
  EXPECT_NEAR(plain->lower, d - reach, 1e-14);
  const auto corrected = wald_interval(control, treatment, {.continuity = Continuity::Yates});
  EXPECT_NEAR(corrected->upper - plain->upper, 0.5 * (1.0 / 2000 + 1.0 / 2000), 1e-14);
  const auto greater = wald_interval(control, treatment, {.alternative = Alternative::Greater});
  EXPECT_NEAR(greater->lower, d - reach * 1.6448536269514722 / kZ95, 1e-14);
  EXPECT_EQ(greater->upper, 1);
  EXPECT_EQ(wald_interval(control, treatment, {.alternative = Alternative::Less})->lower, -1);
  EXPECT_GT(wald_interval({1, 4}, {4, 4})->upper, 1);
  EXPECT_EQ(wald_interval({1, 4}, {4, 4}, {.ends = IntervalEnds::CutToRange})->upper, 1);
  const auto added = agresti_caffo_interval({3, 10}, {9, 10});
  EXPECT_EQ(*added, *wald_interval({4, 12}, {10, 12}));
}

}  // namespace
}  // namespace splitplot::stats
