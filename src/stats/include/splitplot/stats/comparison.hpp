/// Fixed-horizon comparison of a treatment with a control: two proportions, two means, and the relative lift.
/// An effect is always treatment minus control, on the absolute scale. Pure functions, thread-safe.
#pragma once

#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/moments.hpp>

#include <string_view>

namespace splitplot::stats {

/// How a p-value came about.
enum class TestMethod {
  PooledZ,             ///< two proportions, z with the pooled variance
  FisherExact,         ///< two proportions, conditional exact test
  WelchT,              ///< two means, unequal variances
  AdjustedT,           ///< two covariate-adjusted means
  ConfidenceSequence,  ///< always-valid, asymptotic confidence sequence
};

/// How an interval for the difference came about.
enum class IntervalMethod { Newcombe, WelchT, AdjustedT, ConfidenceSequence };

/// The field's name for a method, as it stands beside a number ("Welch t").
[[nodiscard]] std::string_view name_of(TestMethod method);
[[nodiscard]] std::string_view name_of(IntervalMethod method);

/// A difference of two arms.
struct Difference {
  double value = 0;           ///< treatment - control
  double standard_error = 0;  ///< unpooled
  Interval interval;          ///< at the confidence asked for
  double p_value = 1;         ///< two-sided, of "no difference"
  TestMethod test = TestMethod::WelchT;
  IntervalMethod interval_method = IntervalMethod::WelchT;
};

/// Wilson's score interval of one proportion (Wilson 1927, JASA 22). Always answers for units > 0.
[[nodiscard]] Estimated<Interval> wilson_interval(const SuccessCount& arm, double confidence = 0.95);

/// Difference of two proportions. Interval: Newcombe's hybrid score, method 10 of Newcombe (1998), Statistics
/// in Medicine 17:873-890, which answers for every table with units in both arms. p-value: pooled z, or
/// Fisher's exact test (two-sided by summing tables at most as likely, Fisher 1935) when an expected cell is
/// below 10. Domain: successes <= units, 0 < confidence < 1. Not estimable: an arm without units.
[[nodiscard]] Estimated<Difference> compare_proportions(const SuccessCount& control,
                                                        const SuccessCount& treatment,
                                                        double confidence = 0.95);

/// Fisher's exact test, two-sided. O(range of the table) time.
[[nodiscard]] double fisher_exact_p_value(const SuccessCount& control, const SuccessCount& treatment);

/// Difference of two means by Welch's t (Welch 1947, Biometrika 34) with Satterthwaite's degrees of freedom.
/// Not estimable: fewer than two units in an arm, or all values of both arms equal to one constant per arm
/// (no spread).
[[nodiscard]] Estimated<Difference> compare_means(const Moments& control, const Moments& treatment,
                                                  double confidence = 0.95);

/// Satterthwaite's degrees of freedom of the Welch statistic.
[[nodiscard]] double welch_degrees_of_freedom(const Moments& control, const Moments& treatment);

/// Student's t interval of one mean. Not estimable: fewer than two units.
[[nodiscard]] Estimated<Interval> mean_interval(const Moments& arm, double confidence = 0.95);

/// Relative lift treatment / control - 1 with Fieller's interval (Fieller 1954, JRSS B 16) for independent
/// arms. `critical_value` is the two-sided quantile (1.96 for 95 %, or Student's). Not estimable: the control
/// mean cannot be told from zero at this confidence (the set would be unbounded), or is zero. A negative
/// control mean keeps the sign of the change: lift = (treatment - control) / |control|.
[[nodiscard]] Estimated<Estimate> fieller_lift(double control_mean, double control_variance_of_mean,
                                               double treatment_mean, double treatment_variance_of_mean,
                                               double critical_value);

}  // namespace splitplot::stats
