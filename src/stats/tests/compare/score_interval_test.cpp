#include <splitplot/base/random.hpp>
#include <splitplot/stats/compare/proportions.hpp>
#include <splitplot/stats/compare/score_interval.hpp>

#include <cmath>
#include <functional>
#include <limits>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

constexpr double kZ95 = 1.959963984540054;
constexpr EffectMeasure kMeasures[] = {EffectMeasure::Difference, EffectMeasure::Ratio,
                                       EffectMeasure::OddsRatio};

double rate_t_at(double rate_c, double value, EffectMeasure measure) {
  if (measure == EffectMeasure::Difference) return rate_c + value;
  if (measure == EffectMeasure::Ratio) return rate_c * value;
  return rate_c * value / (1 - rate_c + rate_c * value);
}

double log_likelihood(const SuccessCount& arm, double rate) {
  const double x = static_cast<double>(arm.successes), rest = static_cast<double>(arm.units - arm.successes);
  return (x > 0 ? x * std::log(rate) : 0) + (rest > 0 ? rest * std::log(1 - rate) : 0);
}

/// The control's rate that is most likely under the measure, by golden section on the log-likelihood itself.
double likely_rate(const SuccessCount& control, const SuccessCount& treatment, double value,
                   EffectMeasure measure) {
  double low = 0, high = 1;
  if (measure == EffectMeasure::Difference) low = std::max(0.0, -value), high = std::min(1.0, 1 - value);
  if (measure == EffectMeasure::Ratio) high = std::min(1.0, 1 / value);
  const auto likelihood = [&](double rate) {
    return log_likelihood(control, rate) + log_likelihood(treatment, rate_t_at(rate, value, measure));
  };
  const double golden = 0.6180339887498949;
  for (int i = 0; i < 120; ++i) {
    const double a = high - golden * (high - low), b = low + golden * (high - low);
    (likelihood(a) > likelihood(b) ? high : low) = likelihood(a) > likelihood(b) ? b : a;
  }
  return 0.5 * (low + high);
}

SuccessCount some_arm(RandomStream& random, std::uint64_t most) {
  const std::uint64_t units = 1 + random.below(most);
  return {random.below(units + 1), units};
}

TEST(RestrictedRates, AreTheLikeliestUnderTheContrast) {
  RandomStream random(31);
  for (int i = 0; i < 300; ++i) {
    const SuccessCount control = some_arm(random, 60), treatment = some_arm(random, 60);
    for (const EffectMeasure measure : kMeasures) {
      const double value = measure == EffectMeasure::Difference ? 1.98 * random.uniform() - 0.99
                                                                : std::exp(4 * random.uniform() - 2);
      const auto rates = restricted_rates(control, treatment, value, measure);
      ASSERT_TRUE(rates.has_value());
      // A maximum is flat: the search finds its place to half of the digits only.
      EXPECT_NEAR(rates->control, likely_rate(control, treatment, value, measure), 3e-7)
          << control.successes << "/" << control.units << " " << treatment.successes << "/" << treatment.units
          << " measure " << static_cast<int>(measure) << " at " << value;
      EXPECT_NEAR(rates->treatment, rate_t_at(rates->control, value, measure), 1e-12);
    }
  }
}

/// The score's z with rates from the search above.
double slow_z(const SuccessCount& control, const SuccessCount& treatment, double value,
              EffectMeasure measure) {
  const double r_c = likely_rate(control, treatment, value, measure), r_t = rate_t_at(r_c, value, measure);
  const double n_c = static_cast<double>(control.units), n_t = static_cast<double>(treatment.units);
  const double factor = (n_c + n_t) / (n_c + n_t - 1);
  const double v_c = r_c * (1 - r_c), v_t = r_t * (1 - r_t);
  const double p_c = control.rate(), p_t = treatment.rate();
  if (measure == EffectMeasure::Difference)
    return (p_t - p_c - value) / std::sqrt(factor * (v_t / n_t + v_c / n_c));
  if (measure == EffectMeasure::Ratio)
    return (p_t - value * p_c) / std::sqrt(factor * (v_t / n_t + value * value * v_c / n_c));
  return ((p_t - r_t) / v_t - (p_c - r_c) / v_c) / std::sqrt(factor * (1 / (n_t * v_t) + 1 / (n_c * v_c)));
}

TEST(ScoreInterval, EndsAreWhereTheTestJustRejects) {
  RandomStream random(32);
  for (int i = 0; i < 150; ++i) {
    const SuccessCount control = some_arm(random, 50), treatment = some_arm(random, 50);
    for (const EffectMeasure measure : kMeasures) {
      const auto interval = score_interval(control, treatment, {.measure = measure});
      if (!interval) continue;
      const double bottom = measure == EffectMeasure::Difference ? -1 : 0;
      const double top = measure == EffectMeasure::Difference ? 1 : std::numeric_limits<double>::infinity();
      EXPECT_LE(interval->lower, interval->upper);
      if (interval->lower > bottom && interval->lower < 0.999999) {
        EXPECT_NEAR(slow_z(control, treatment, interval->lower, measure), kZ95, 2e-5);
      }
      if (interval->upper < top && interval->upper > -0.999999 && interval->upper != 0) {
        EXPECT_NEAR(slow_z(control, treatment, interval->upper, measure), -kZ95, 2e-5);
      }
    }
  }
}

TEST(ScoreInterval, SwappedArmsTurnItOver) {
  RandomStream random(33);
  for (int i = 0; i < 200; ++i) {
    const SuccessCount control = some_arm(random, 80), treatment = some_arm(random, 80);
    const auto forth = score_interval(control, treatment), back = score_interval(treatment, control);
    EXPECT_NEAR(forth->lower, -back->upper, 1e-12);
    EXPECT_NEAR(forth->upper, -back->lower, 1e-12);
    const auto ratio = score_interval(control, treatment, {.measure = EffectMeasure::Ratio});
    const auto inverse = score_interval(treatment, control, {.measure = EffectMeasure::Ratio});
    ASSERT_EQ(ratio.has_value(), inverse.has_value());
    if (ratio && ratio->lower > 0) {
      EXPECT_NEAR(ratio->lower * inverse->upper, 1, 1e-9);
    }
    const SuccessCount lost_c{control.units - control.successes, control.units};
    const SuccessCount lost_t{treatment.units - treatment.successes, treatment.units};
    const auto odds = score_interval(control, treatment, {.measure = EffectMeasure::OddsRatio});
    const auto lost = score_interval(lost_c, lost_t, {.measure = EffectMeasure::OddsRatio});
    ASSERT_EQ(odds.has_value(), lost.has_value());
    if (odds && odds->lower > 0) {
      EXPECT_NEAR(odds->lower * lost->upper, 1, 1e-9);
    }
  }
}

TEST(ScoreInterval, ClosedFormWhereEachArmIsExtreme) {
  // 0 of 10 against 10 of 10: (1 - d)^2 = z^2 (20 / 19) (1 - d^2) / 20.
  const double k = kZ95 * kZ95 * 20 / 19 / 20;
  const auto interval = score_interval({0, 10}, {10, 10});
  EXPECT_NEAR(interval->lower, (1 - k) / (1 + k), 1e-12);
  EXPECT_EQ(interval->upper, 1);
}

TEST(ScoreInterval, GrowsWithTheConfidenceAndStaysInRange) {
  for (const EffectMeasure measure : kMeasures) {
    Interval last{1, 1};
    bool first = true;
    for (const double confidence : {0.1, 0.5, 0.9, 0.99, 0.9999999}) {
      const auto interval = score_interval({3, 40}, {9, 38}, {.measure = measure, .confidence = confidence});
      if (!first) {
        EXPECT_LT(interval->lower, last.lower);
        EXPECT_GT(interval->upper, last.upper);
      }
      first = false;
      last = *interval;
    }
    EXPECT_GE(last.lower, measure == EffectMeasure::Difference ? -1 : 0);
  }
}

TEST(ScoreInterval, OpenEndsForRatiosWithoutSuccesses) {
  const auto none = score_interval({0, 50}, {4, 50}, {.measure = EffectMeasure::Ratio});
  EXPECT_TRUE(std::isinf(none->upper));
  EXPECT_GT(none->lower, 0);
  EXPECT_EQ(score_interval({4, 50}, {0, 50}, {.measure = EffectMeasure::Ratio})->lower, 0);
  EXPECT_FALSE(score_interval({0, 50}, {0, 50}, {.measure = EffectMeasure::Ratio}).has_value());
  EXPECT_FALSE(score_interval({50, 50}, {50, 50}, {.measure = EffectMeasure::OddsRatio}).has_value());
  EXPECT_TRUE(score_interval({0, 50}, {0, 50}).has_value());
}

TEST(ScoreInterval, AgreesWithWaldForMillionsOfUnits) {
  const auto score = score_interval({20'000'000, 1'000'000'000}, {20'010'000, 1'000'000'000});
  const auto wald = wald_interval({20'000'000, 1'000'000'000}, {20'010'000, 1'000'000'000});
  EXPECT_NEAR(score->lower, wald->lower, 1e-5 * wald->width());
  EXPECT_NEAR(score->upper, wald->upper, 1e-5 * wald->width());
}

TEST(ScoreTest, OfNoDifferenceIsThePooledZ) {
  const SuccessCount control{120, 1000}, treatment{150, 900};
  const auto pooled = proportion_z_test(control, treatment);
  const ScoreTestOptions manning{.variance = ScoreVariance::FarringtonManning};
  EXPECT_NEAR(score_test(control, treatment, 0, manning)->statistic, pooled->statistic, 1e-12);
  EXPECT_NEAR(score_test(control, treatment, 0)->statistic, pooled->statistic * std::sqrt(1899.0 / 1900),
              1e-12);
  for (const EffectMeasure measure : {EffectMeasure::Ratio, EffectMeasure::OddsRatio}) {
    const ScoreTestOptions ratio{measure, ScoreVariance::FarringtonManning};
    EXPECT_NEAR(score_test(control, treatment, 1, ratio)->statistic, pooled->statistic, 1e-10);
  }
}

TEST(ScoreTest, SidesAndMargins) {
  const SuccessCount control{300, 1000}, treatment{295, 1000};
  const auto inferior = score_test(control, treatment, -0.05, {.alternative = Alternative::Greater});
  const auto other = score_test(control, treatment, -0.05, {.alternative = Alternative::Less});
  EXPECT_NEAR(inferior->p_value + other->p_value, 1, 1e-13);
  EXPECT_LT(inferior->p_value, 0.025);
  // A test at half of 1 - confidence rejects the margins that the interval leaves out.
  const auto interval = score_interval(control, treatment);
  EXPECT_NEAR(score_test(control, treatment, interval->lower, {.alternative = Alternative::Greater})->p_value,
              0.025, 1e-9);
  const auto equivalent = equivalence_test(control, treatment, -0.05, 0.05);
  EXPECT_EQ(equivalent->p_value, inferior->p_value);
  EXPECT_GT(equivalence_test(control, treatment, 0.01, 0.05)->p_value, 0.5);
}

TEST(ScoreTest, RefusesWhatCannotBeTested) {
  EXPECT_FALSE(score_test({1, 5}, {2, 5}, 1).has_value());
  EXPECT_FALSE(score_test({1, 5}, {2, 5}, std::nan("")).has_value());
  EXPECT_FALSE(score_test({1, 5}, {2, 5}, 0, {.measure = EffectMeasure::Ratio}).has_value());
  EXPECT_FALSE(score_test({0, 5}, {0, 5}, 2, {.measure = EffectMeasure::Ratio}).has_value());
  EXPECT_FALSE(score_test({0, 0}, {0, 5}, 0).has_value());
  EXPECT_FALSE(equivalence_test({1, 5}, {2, 5}, 0.1, -0.1).has_value());
  EXPECT_EQ(score_test({0, 5}, {0, 5}, 0)->p_value, 1);  // equal arms differ in nothing
}

}  // namespace
}  // namespace splitplot::stats
