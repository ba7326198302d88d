/// Score tests of two proportions against any difference, ratio or odds ratio, and the intervals that invert them. The rates in the
/// variance are those most likely under the value tested, so that tables with empty cells need no exception. Pure functions, thread-safe.
#pragma once

#include <splitplot/stats/assumptions.hpp>
#include <splitplot/stats/compare/difference.hpp>
#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/moments.hpp>

namespace splitplot::stats {

/// What a score interval is for; treatment minus control, or treatment over control.
enum class EffectMeasure { Difference, Ratio, OddsRatio };

/// Whether the variance carries the factor n / (n - 1), n the units of both arms.
enum class ScoreVariance {
  MiettinenNurminen,  ///< with it (Miettinen & Nurminen 1985, Statistics in Medicine 4:213-226)
  FarringtonManning,  ///< without it (Mee 1984; Farrington & Manning 1990, Statistics in Medicine 9:1447-1454)
};

struct ScoreOptions {
  EffectMeasure measure = EffectMeasure::Difference;
  ScoreVariance variance = ScoreVariance::MiettinenNurminen;
  double confidence = 0.95;
};

/// Values of the measure that the two-sided score test does not reject. Ends may be 0 or infinite for ratios, -1 or 1 for differences.
/// Not estimable: arms that make no table, a confidence outside (0, 1); for a ratio or an odds ratio also no success in either arm; for
/// an odds ratio no failure in either.
[[nodiscard]] Estimated<Interval> score_interval(const SuccessCount& control, const SuccessCount& treatment,
                                                 const ScoreOptions& options = {});

/// The rates most likely given the data where the measure has the value `null_value`.
struct RestrictedRates {
  double control = 0;
  double treatment = 0;
};

/// Closed forms of Miettinen & Nurminen (1985), the cubic of the difference polished by Newton's method. Domain as `score_test`.
[[nodiscard]] Estimated<RestrictedRates> restricted_rates(const SuccessCount& control,
                                                          const SuccessCount& treatment, double null_value,
                                                          EffectMeasure measure = EffectMeasure::Difference);

struct ScoreTest {
  double statistic = 0;  ///< z; positive where the measure lies above the value tested
  double p_value = 1;
  Assumptions assumptions;
};

struct ScoreTestOptions {
  EffectMeasure measure = EffectMeasure::Difference;
  ScoreVariance variance = ScoreVariance::MiettinenNurminen;
  Alternative alternative = Alternative::TwoSided;
};

/// Tests whether the measure is `null_value`. Non-inferiority with a margin of 0.02 where more is better: null_value -0.02, alternative
/// Greater. Domain: -1 < null_value < 1 for a difference, 0 < null_value < infinity for ratios. Not estimable: outside it, and where the
/// variance under the null is zero (a ratio or odds ratio of arms without any success).
[[nodiscard]] Estimated<ScoreTest> score_test(const SuccessCount& control, const SuccessCount& treatment,
                                              double null_value, const ScoreTestOptions& options = {});

/// Two one-sided score tests (Schuirmann 1987): is the measure above `lower` and below `upper`? p_value is the larger of the two, the
/// statistic is that test's. Domain: lower < upper, each as in `score_test`.
[[nodiscard]] Estimated<ScoreTest> equivalence_test(const SuccessCount& control,
                                                    const SuccessCount& treatment, double lower, double upper,
                                                    const ScoreTestOptions& options = {});

}  // namespace splitplot::stats
