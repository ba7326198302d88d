/// Quantiles of rows that hang together within a randomised unit (the 90th percentile over all page loads, where users load many
/// pages): the distribution function at the quantile gets a standard error that sees units, and order statistics turn it into an
/// interval without estimating a density (Deng, Knoblich & Lu 2018, KDD, section 4.2; Liu, Sun, Varshney & Xu 2019). Pure functions,
/// thread-safe.
#pragma once

#include <splitplot/stats/compare/quantiles.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace splitplot::stats {

/// One unit's rows, and how many of them lie at or below a value.
struct ClusterCount {
  double rows = 0;
  double at_or_below = 0;
};

/// Share of all rows at or below a value.
struct ClusteredShare {
  double share = 0;           ///< F
  double standard_error = 0;  ///< by the delta method on units' counts
};

/// Var(F) = (Var(b) - 2 F Cov(b, r) + F^2 Var(r)) / (units mean(r)^2), b the rows at or below, r the rows of a unit. Not estimable:
/// fewer than two units, no rows, counts that are negative or not finite, more rows at or below than rows.
[[nodiscard]] Estimated<ClusteredShare> clustered_share(std::span<const ClusterCount> clusters);

/// Outer order statistics: floor(rows (probability - z s)) and floor(rows (probability + z s)) + 1, counted from 1, s the standard error
/// of the share; cut to 0 and rows + 1, which mean that there is no end. `coverage` is the confidence asked for (large samples). Not
/// estimable: no rows, a probability or confidence outside (0, 1), a standard error that is negative or not finite.
[[nodiscard]] Estimated<QuantileRanks> clustered_quantile_ranks(std::uint64_t rows, double probability,
                                                                double standard_error_of_share,
                                                                double confidence = 0.95);

/// Rows in any order, with the unit each belongs to.
struct ClusteredRows {
  std::span<const double> values;
  std::span<const std::uint64_t> units;  ///< any numbers that tell units apart
};

struct ClusteredQuantile {
  double value = 0;
  Interval interval;  ///< an end may be infinite
  QuantileRanks ranks;
  ClusteredShare share;  ///< at `value`
  double independent_standard_error =
      0;                     ///< sqrt(q (1 - q) / rows): what the share would have if rows were independent
  double design_effect = 0;  ///< ratio of the two variances: how many rows are worth one
  std::uint64_t units = 0;
  Assumptions assumptions;
  Concerns concerns;
};

/// O(n log n) in rows. Not estimable: spans of unequal length, values that are not finite, fewer than two units, a probability or
/// confidence outside (0, 1).
[[nodiscard]] Estimated<ClusteredQuantile> clustered_quantile(const ClusteredRows& rows, double probability,
                                                              double confidence = 0.95,
                                                              QuantileType type = QuantileType::Type1);

/// Difference of the same quantile of two arms by their clustered intervals, combined as `options.interval` says.
[[nodiscard]] Estimated<QuantileDifference> compare_clustered_quantiles(
    const ClusteredRows& control, const ClusteredRows& treatment, double probability,
    const QuantileComparison& options = {});

}  // namespace splitplot::stats
