/// Quantiles: one, or a treatment's against the control's (the 99th percentile of a load time). Intervals come from order statistics
/// and the binomial distribution, so that they assume nothing of how values are distributed; ties make them wider than promised, never
/// narrower. Pure functions, thread-safe.
///
/// Values are given sorted, ascending and finite; anything else is refused (checked in O(n)).
#pragma once

#include <splitplot/stats/assumptions.hpp>
#include <splitplot/stats/compare/difference.hpp>
#include <splitplot/stats/estimate.hpp>

#include <cstdint>
#include <optional>
#include <span>

namespace splitplot::stats {

/// The nine definitions of a sample quantile, numbered as by Hyndman & Fan (1996, American Statistician 50(4)) and in R: Type1 is the
/// inverse of the empirical distribution function, Type7 R's and NumPy's default, Type8 about unbiased for the median of its
/// distribution whatever the values' distribution.
enum class QuantileType { Type1 = 1, Type2, Type3, Type4, Type5, Type6, Type7, Type8, Type9 };

/// The quantile at `probability` in [0, 1]. O(1) besides the check. Not estimable: no values, values that are not sorted and finite, a
/// probability outside [0, 1].
[[nodiscard]] Estimated<double> sample_quantile(std::span<const double> sorted, double probability,
                                                QuantileType type = QuantileType::Type7);

/// Between which order statistics (counted from 1) a quantile lies.
struct QuantileRanks {
  std::uint64_t lower = 0;  ///< 0: there is no lower end
  std::uint64_t upper = 0;  ///< n + 1: there is no upper end
  double coverage =
      0;  ///< P(X_(lower) <= quantile < X_(upper)) for values without ties: F(upper - 1) - F(lower - 1)
};

/// Distribution-free interval of a quantile (Conover 1999, Practical Nonparametric Statistics, section 3.2): lower is the
/// (1 - confidence) / 2 quantile of Binomial(n, probability), upper one more than its (1 + confidence) / 2 quantile. The coverage is
/// at least `confidence`. Not estimable: n = 0, a probability or confidence outside (0, 1).
[[nodiscard]] Estimated<QuantileRanks> quantile_interval_ranks(std::uint64_t n, double probability,
                                                               double confidence = 0.95);

struct QuantileEstimate {
  double value = 0;
  Interval interval;  ///< an end is infinite where too few values lie beyond the quantile
  QuantileRanks ranks;
  Assumptions assumptions;
  Concerns concerns;
};

[[nodiscard]] Estimated<QuantileEstimate> quantile_interval(std::span<const double> sorted,
                                                            double probability, double confidence = 0.95,
                                                            QuantileType type = QuantileType::Type7);

/// How two arms' intervals make one for the difference.
enum class QuantileDifferenceInterval {
  /// Each arm's one-sided distances squared and added (Zou & Donner 2008, Statistics in Medicine 27, "MOVER"): close to the confidence
  /// asked for.
  SquareAndAdd,
  /// Ends of the two arms' intervals subtracted, each arm at the root of the confidence: covers at least as often as asked for, whatever
  /// the distributions, and is 1.6 times as wide for equal arms.
  Box,
};

struct QuantileComparison {
  double confidence = 0.95;
  Alternative alternative = Alternative::TwoSided;
  QuantileType type = QuantileType::Type7;
  QuantileDifferenceInterval interval = QuantileDifferenceInterval::SquareAndAdd;
};

struct QuantileDifference {
  double value = 0;  ///< treatment - control
  double control = 0;
  double treatment = 0;
  Interval interval;   ///< an end may be infinite
  double p_value = 1;  ///< the largest level whose interval holds zero
  Assumptions assumptions;
  Concerns concerns;
};

/// Difference of the same quantile of two independent arms. O(log n) besides the check. Not estimable: as for one quantile, fewer than
/// two values in an arm.
[[nodiscard]] Estimated<QuantileDifference> compare_quantiles(std::span<const double> sorted_control,
                                                              std::span<const double> sorted_treatment,
                                                              double probability,
                                                              const QuantileComparison& options = {});

/// What is kept of an arm where values are not: a quantile with an interval of order statistics.
struct QuantileSummary {
  double units = 0;  ///< randomised units
  double rows = 0;   ///< values that the interval was made for: as many as units, unless a unit has several
  double quantile = 0;
  Interval interval;
};

/// The unit of a prior: the metric's own, or the control's quantile (a variance: its square).
enum class QuantilePriorUnit { Metric, ControlQuantile };

/// A normal prior of the difference.
struct QuantilePrior {
  double mean = 0;
  double variance = 0;  ///< positive
  QuantilePriorUnit unit = QuantilePriorUnit::Metric;
};

struct QuantileSummaryComparison {
  double interval_confidence = 0.95;   ///< of the summaries' intervals
  double confidence = 0.95;            ///< of the answer
  std::optional<QuantilePrior> prior;  ///< none: flat
};

struct QuantilePosterior {
  double mean = 0;  ///< of treatment - control; the plain difference under the flat prior
  double sd = 0;
  Interval interval;
  double chance_above_zero = 0.5;
  Assumptions assumptions;
};

/// Difference of quantiles with a variance that the widths of their intervals tell: of one arm (rows / units) (units - 1) / units
/// ((upper - lower) / (2 z))^2 (Price & Bonett 2001 take a standard error from order statistics the same way; the factors are
/// GrowthBook's). Normal posterior. Not estimable: fewer than two units, an interval that is not finite or has no width, a prior variance
/// that is not positive, a relative prior where the control's quantile is zero.
[[nodiscard]] Estimated<QuantilePosterior> compare_quantile_summaries(
    const QuantileSummary& control, const QuantileSummary& treatment,
    const QuantileSummaryComparison& options = {});

}  // namespace splitplot::stats
