#include <splitplot/base/random.hpp>
#include <splitplot/stats/compare/quantiles.hpp>
#include <splitplot/stats/distributions.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::vector<double> sorted_normals(std::size_t n, std::uint64_t seed, double shift = 0) {
  RandomStream random(seed);
  std::vector<double> values(n);
  for (double& value : values) value = random.normal() + shift;
  std::sort(values.begin(), values.end());
  return values;
}

TEST(SampleQuantile, Type1IsTheSmallestValueWithThatShareAtOrBelow) {
  const std::vector<double> values = sorted_normals(37, 1);
  for (int i = 1; i < 100; ++i) {
    const double p = i / 100.0;
    double expected = values.back();
    for (std::size_t k = values.size(); k-- > 0;) {
      if (static_cast<double>(k + 1) >= p * 37) expected = values[k];
    }
    EXPECT_EQ(sample_quantile(values, p, QuantileType::Type1).value(), expected) << p;
  }
}

TEST(SampleQuantile, ContinuousTypesInterpolateTheirPlottingPositions) {
  // Hyndman & Fan: type 4 to 9 join the points (p_k, x_k), p_k = (k - a) / (n + 1 - a - b).
  const struct {
    QuantileType type;
    double a, b;
  } types[] = {{QuantileType::Type4, 0, 1},
               {QuantileType::Type5, 0.5, 0.5},
               {QuantileType::Type6, 0, 0},
               {QuantileType::Type7, 1, 1},
               {QuantileType::Type8, 1.0 / 3, 1.0 / 3},
               {QuantileType::Type9, 0.375, 0.375}};
  const std::vector<double> values = sorted_normals(11, 2);
  for (const auto& [type, a, b] : types) {
    const auto place = [&](std::size_t k) { return (static_cast<double>(k) - a) / (12 - a - b); };
    for (int i = 0; i <= 200; ++i) {
      const double p = i / 200.0;
      double expected = p <= place(1) ? values.front() : values.back();
      for (std::size_t k = 1; k < 11; ++k) {
        if (p >= place(k) && p <= place(k + 1)) {
          expected = values[k - 1] + (values[k] - values[k - 1]) * (p - place(k)) / (place(k + 1) - place(k));
        }
      }
      EXPECT_NEAR(sample_quantile(values, p, type).value(), expected, 1e-13)
          << static_cast<int>(type) << ' ' << p;
    }
  }
}

TEST(SampleQuantile, DiscontinuousTypesAtTheJumps) {
  const std::vector<double> values{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  EXPECT_EQ(sample_quantile(values, 0.3, QuantileType::Type1).value(), 3);  // 0.3 * 10 is not quite 3
  EXPECT_EQ(sample_quantile(values, 0.3, QuantileType::Type2).value(), 3.5);
  EXPECT_EQ(sample_quantile(values, 0.31, QuantileType::Type2).value(), 4);
  EXPECT_EQ(sample_quantile(values, 0.25, QuantileType::Type3).value(), 2);  // halves go to the even rank
  EXPECT_EQ(sample_quantile(values, 0.35, QuantileType::Type3).value(), 4);
  EXPECT_EQ(sample_quantile(values, 0.0, QuantileType::Type7).value(), 1);
  EXPECT_EQ(sample_quantile(values, 1.0, QuantileType::Type1).value(), 10);
}

TEST(QuantileRanks, AgreeWithTheBinomialSummedTermByTerm) {
  for (const double q : {0.02, 0.3, 0.5, 0.9, 0.99}) {
    for (const std::uint64_t n : {1U, 2U, 5U, 20U, 137U, 400U}) {
      for (const double confidence : {0.5, 0.9, 0.95, 0.999}) {
        std::vector<double> cdf;  // by recurrence in logs
        double total = 0;
        for (std::uint64_t k = 0; k <= n; ++k) {
          const double x = static_cast<double>(k), m = static_cast<double>(n);
          total += std::exp(std::lgamma(m + 1) - std::lgamma(x + 1) - std::lgamma(m - x + 1) +
                            x * std::log(q) + (m - x) * std::log1p(-q));
          cdf.push_back(total);
        }
        cdf.back() = 1;
        const auto first_at = [&](double p) {
          return static_cast<std::uint64_t>(
              std::find_if(cdf.begin(), cdf.end(), [&](double c) { return c >= p; }) - cdf.begin());
        };
        const auto ranks = quantile_interval_ranks(n, q, confidence);
        ASSERT_TRUE(ranks.has_value());
        EXPECT_EQ(ranks->lower, first_at((1 - confidence) / 2)) << n << ' ' << q;
        EXPECT_EQ(ranks->upper, first_at((1 + confidence) / 2) + 1) << n << ' ' << q;
        const double below = ranks->lower == 0 ? 0 : cdf[ranks->lower - 1];
        EXPECT_NEAR(ranks->coverage, cdf[ranks->upper - 1] - below, 1e-11);
        EXPECT_GE(ranks->coverage, confidence - 1e-12);
      }
    }
  }
}

TEST(QuantileRanks, MirrorAndLargeCounts) {
  // The interval of the 1 - q quantile is that of q counted from above.
  for (const std::uint64_t n : {10U, 1000U, 123457U}) {
    const auto low = quantile_interval_ranks(n, 0.1), high = quantile_interval_ranks(n, 0.9);
    EXPECT_NEAR(low->coverage, high->coverage, 1e-9);
    EXPECT_EQ(low->lower, n + 1 - high->upper);
    EXPECT_EQ(low->upper, n + 1 - high->lower);
  }
  const auto huge = quantile_interval_ranks(1'000'000'000'000ULL, 0.5);
  ASSERT_TRUE(huge.has_value());
  EXPECT_NEAR(static_cast<double>(huge->upper - huge->lower), 2 * 1.959964 * 0.5e6, 10);
}

TEST(QuantileInterval, EndsAreOrderStatisticsOrInfinite) {
  const std::vector<double> values = sorted_normals(100, 3);
  const auto median = quantile_interval(values, 0.5);
  ASSERT_TRUE(median.has_value());
  EXPECT_EQ(median->interval.lower, values[median->ranks.lower - 1]);
  EXPECT_EQ(median->interval.upper, values[median->ranks.upper - 1]);
  const auto tail = quantile_interval(values, 0.99);
  EXPECT_EQ(tail->interval.upper, kInfinity);
  EXPECT_TRUE(tail->concerns.contains(Concern::FewUnits));
  EXPECT_EQ(quantile_interval(std::vector<double>{1}, 0.5)->interval, (Interval{-kInfinity, kInfinity}));
}

TEST(CompareQuantiles, PValueIsTheLevelAtWhichTheIntervalReachesZero) {
  for (const QuantileDifferenceInterval method :
       {QuantileDifferenceInterval::SquareAndAdd, QuantileDifferenceInterval::Box}) {
    for (const Alternative alternative : {Alternative::TwoSided, Alternative::Greater, Alternative::Less}) {
      for (const double shift : {0.2, -0.3}) {
        const std::vector<double> control = sorted_normals(200, 4), treatment = sorted_normals(150, 5, shift);
        QuantileComparison options;
        options.interval = method;
        options.alternative = alternative;
        const auto result = compare_quantiles(control, treatment, 0.5, options);
        ASSERT_TRUE(result.has_value());
        const bool away = alternative != Alternative::TwoSided &&
                          (result->value > 0) != (alternative == Alternative::Greater);
        if (away) {
          EXPECT_GE(result->p_value, 0.5);
          continue;
        }
        options.confidence = 1 - result->p_value * 1.001;
        EXPECT_FALSE(compare_quantiles(control, treatment, 0.5, options)->interval.contains(0))
            << result->p_value;
        options.confidence = 1 - result->p_value * 0.999;
        EXPECT_TRUE(compare_quantiles(control, treatment, 0.5, options)->interval.contains(0))
            << result->p_value;
      }
    }
  }
}

TEST(CompareQuantiles, SwappedArmsUnitsAndShifts) {
  const std::vector<double> control = sorted_normals(300, 6), treatment = sorted_normals(200, 7, 0.4);
  const auto plain = compare_quantiles(control, treatment, 0.75),
             turned = compare_quantiles(treatment, control, 0.75);
  ASSERT_TRUE(plain && turned);
  EXPECT_EQ(plain->value, -turned->value);
  EXPECT_EQ(plain->interval.lower, -turned->interval.upper);
  EXPECT_EQ(plain->p_value, turned->p_value);
  std::vector<double> scaled_control = control, scaled_treatment = treatment;
  for (double& value : scaled_control) value = value * 1e300;
  for (double& value : scaled_treatment) value = value * 1e300;
  const auto scaled = compare_quantiles(scaled_control, scaled_treatment, 0.75);
  ASSERT_TRUE(scaled.has_value());
  EXPECT_NEAR(scaled->interval.lower / 1e300, plain->interval.lower, 1e-12);
  EXPECT_NEAR(scaled->p_value, plain->p_value, 1e-9);
}

TEST(CompareQuantiles, CoversAsOftenAsPromisedWhateverTheDistribution) {
  constexpr int kRuns = 500;
  RandomStream random(2024);
  int covered[2] = {0, 0}, found = 0;
  for (int run = 0; run < kRuns; ++run) {
    std::vector<double> control(120),
        treatment(80);  // exponential, so that densities differ: medians log 2 and 2 log 2
    for (double& value : control) value = -std::log1p(-random.uniform());
    for (double& value : treatment) value = -2 * std::log1p(-random.uniform());
    std::sort(control.begin(), control.end());
    std::sort(treatment.begin(), treatment.end());
    QuantileComparison options;
    const auto close = compare_quantiles(control, treatment, 0.5, options);
    options.interval = QuantileDifferenceInterval::Box;
    covered[0] += close->interval.contains(std::log(2.0)) ? 1 : 0;
    covered[1] +=
        compare_quantiles(control, treatment, 0.5, options)->interval.contains(std::log(2.0)) ? 1 : 0;
    found += close->p_value <= 0.05 ? 1 : 0;
  }
  const double band = 3 * std::sqrt(0.05 * 0.95 / kRuns);
  EXPECT_NEAR(covered[0] / static_cast<double>(kRuns), 0.95, band);  // ranks are whole numbers
  EXPECT_GE(covered[1] / static_cast<double>(kRuns), 0.975);
  EXPECT_GT(found, kRuns * 0.8);
}

TEST(CompareQuantiles, TiesAndFewValues) {
  std::vector<double> zeros(50, 0.0), mostly(50, 0.0);
  mostly.back() = 9;
  const auto equal = compare_quantiles(zeros, mostly, 0.5);
  ASSERT_TRUE(equal.has_value());
  EXPECT_EQ(equal->value, 0);
  EXPECT_EQ(equal->interval, (Interval{0, 0}));
  EXPECT_EQ(equal->p_value, 1);
  const std::vector<double> two{1, 2}, others{5, 6};
  const auto few = compare_quantiles(two, others, 0.5);
  ASSERT_TRUE(few.has_value());
  EXPECT_EQ(few->interval, (Interval{-kInfinity, kInfinity}));
  EXPECT_GT(few->p_value, 0.3);
}

TEST(Quantiles, RefuseWhatCannotBeEstimated) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<double> good{1, 2, 3};
  for (const std::vector<double>& bad :
       std::vector<std::vector<double>>{{}, {nan}, {2, 1}, {1, nan, 3}, {1, kInfinity}, {-kInfinity, 1}}) {
    EXPECT_FALSE(sample_quantile(bad, 0.5).has_value());
    EXPECT_FALSE(quantile_interval(bad, 0.5).has_value());
    EXPECT_FALSE(compare_quantiles(bad, good, 0.5).has_value());
    EXPECT_FALSE(compare_quantiles(good, bad, 0.5).has_value());
  }
  for (const double bad : {-0.1, 1.1, nan}) EXPECT_FALSE(sample_quantile(good, bad).has_value());
  for (const double bad : {0.0, 1.0, nan}) {
    EXPECT_FALSE(quantile_interval_ranks(10, bad).has_value());
    EXPECT_FALSE(quantile_interval_ranks(10, 0.5, bad).has_value());
  }
  EXPECT_FALSE(quantile_interval_ranks(0, 0.5).has_value());
  EXPECT_FALSE(compare_quantiles(std::vector<double>{1}, good, 0.5).has_value());
  const std::vector<double> low{-1.7e308, -1.7e308}, high{1.7e308, 1.7e308};
  EXPECT_FALSE(compare_quantiles(low, high, 0.5).has_value());
}

QuantileSummary summary(double units, double quantile, double half_width) {
  return {units, units, quantile, {quantile - half_width, quantile + half_width}};
}

TEST(QuantileSummaries, FlatPriorIsTheLimitOfAWideOne) {
  const QuantileSummary control = summary(1000, 7, 0.05), treatment = summary(900, 7.2, 0.08);
  const auto flat = compare_quantile_summaries(control, treatment);
  ASSERT_TRUE(flat.has_value());
  EXPECT_NEAR(flat->sd,
              std::hypot(0.05 * std::sqrt(0.999), 0.08 * std::sqrt(1 - 1 / 900.0)) / 1.959963984540054,
              1e-14);
  QuantileSummaryComparison wide;
  wide.prior = QuantilePrior{3, 1e12};
  EXPECT_NEAR(compare_quantile_summaries(control, treatment, wide)->mean, flat->mean, 1e-9);
  double before = kInfinity;  // a narrower prior at zero draws further
  for (const double variance : {1.0, 0.1, 0.01, 0.001}) {
    wide.prior = QuantilePrior{0, variance, QuantilePriorUnit::ControlQuantile};
    const auto drawn = compare_quantile_summaries(control, treatment, wide);
    EXPECT_LT(drawn->mean, before);
    EXPECT_LT(drawn->sd, flat->sd);
    before = drawn->mean;
  }
  EXPECT_GT(flat->chance_above_zero, 0.99);
}

TEST(QuantileSummaries, RefuseWhatCannotBeEstimated) {
  const QuantileSummary good = summary(100, 1, 0.1);
  EXPECT_FALSE(compare_quantile_summaries(good, summary(1, 1, 0.1)).has_value());
  EXPECT_FALSE(compare_quantile_summaries(good, summary(100, 1, 0)).has_value());
  EXPECT_FALSE(compare_quantile_summaries(good, summary(100, 1, kInfinity)).has_value());
  QuantileSummaryComparison options;
  options.prior = QuantilePrior{0, 1, QuantilePriorUnit::ControlQuantile};
  EXPECT_FALSE(compare_quantile_summaries(summary(100, 0, 0.1), good, options).has_value());
  options.prior = QuantilePrior{0, -1};
  EXPECT_FALSE(compare_quantile_summaries(good, good, options).has_value());
  options.prior.reset();
  options.confidence = 1;
  EXPECT_FALSE(compare_quantile_summaries(good, good, options).has_value());
}

}  // namespace
}  // namespace splitplot::stats
