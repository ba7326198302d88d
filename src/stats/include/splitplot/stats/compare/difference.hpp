/// A difference between two arms, and how it came about: what every comparison of a treatment with a control answers. An
/// effect is always treatment minus control, on the absolute scale. Pure values, thread-safe.
#pragma once

#include <splitplot/stats/estimate.hpp>

#include <string_view>

namespace splitplot::stats {

/// Which departures from "no difference" a test looks for; the effect is treatment minus control.
enum class Alternative { TwoSided, Greater, Less };

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

}  // namespace splitplot::stats
