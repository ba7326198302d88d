/// A difference between two arms, and how it came about: what every comparison of a treatment with a control answers. An
/// effect is always treatment minus control, on the absolute scale. Pure values, thread-safe.
#pragma once

#include <splitplot/stats/assumptions.hpp>
#include <splitplot/stats/estimate.hpp>

#include <limits>
#include <string_view>

namespace splitplot::stats {

/// Which departures from "no difference" a test looks for; the effect is treatment minus control.
enum class Alternative { TwoSided, Greater, Less };

/// What a difference over its standard error is compared with.
enum class ReferenceDistribution { StudentT, Normal };

/// How a p-value came about.
enum class TestMethod {
  PooledZ,             ///< two proportions, z with the pooled variance
  FisherExact,         ///< two proportions, conditional exact test
  WelchT,              ///< two means, unequal variances
  AdjustedT,           ///< two covariate-adjusted means
  ConfidenceSequence,  ///< always-valid, asymptotic confidence sequence
  StudentT,            ///< two means, one variance pooled over both arms
  MeansZ,              ///< two means, normal distribution
  PairedT,             ///< the mean of differences within pairs
  DeltaMethodZ,        ///< two ratios of totals, delta method, normal distribution
  DeltaMethodT,        ///< the same with Student's t
  Boschloo,            ///< two proportions, unconditional exact test ordered by Fisher's p-value
  BarnardPooled,       ///< two proportions, unconditional exact test ordered by the pooled z
  BarnardUnpooled,     ///< two proportions, unconditional exact test ordered by the unpooled z
  UnpooledZ,           ///< two proportions, z with the arms' own variances
  MiettinenNurminen,   ///< two proportions, score test
};

/// How an interval for the difference came about. One a line.
enum class IntervalMethod {
  Newcombe,
  WelchT,
  AdjustedT,
  ConfidenceSequence,
  StudentT,
  MeansZ,
  PairedT,
  DeltaMethodZ,
  DeltaMethodT,
  MiettinenNurminen,
};

/// The field's name for a method, as it stands beside a number ("Welch t").
[[nodiscard]] std::string_view name_of(TestMethod method);
[[nodiscard]] std::string_view name_of(IntervalMethod method);

/// The same as a word for programs, which never changes ("welch_t").
[[nodiscard]] std::string_view code_of(TestMethod method);
[[nodiscard]] std::string_view code_of(IntervalMethod method);

/// A difference of two arms.
struct Difference {
  double value = 0;           ///< treatment - control
  double standard_error = 0;  ///< unpooled
  Interval interval;   ///< at the confidence asked for; one end is infinite for a one-sided alternative
  double p_value = 1;  ///< of "no difference", against the alternative asked for (two-sided unless said)
  TestMethod test = TestMethod::WelchT;
  IntervalMethod interval_method = IntervalMethod::WelchT;
  Assumptions assumptions{};  ///< what the numbers take for granted
  Concerns concerns{};        ///< what in the data speaks against it
  /// Of Student's t; infinite where the test is not a t test.
  double degrees_of_freedom = std::numeric_limits<double>::infinity();
};

}  // namespace splitplot::stats
