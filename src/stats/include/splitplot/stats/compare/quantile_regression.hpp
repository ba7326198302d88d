/// A conditional quantile as a linear function of regressors (Koenker & Bassett 1978, Econometrica 46(1)): the effect of a treatment on
/// a quantile with covariates beside it. Pure functions, thread-safe.
#pragma once

#include <splitplot/stats/assumptions.hpp>
#include <splitplot/stats/column_view.hpp>
#include <splitplot/stats/estimate.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace splitplot::stats {

/// Whether other coefficients reach the same smallest loss.
enum class QuantileSolution { Unique, OneOfMany };

struct QuantileRegression {
  double intercept = 0;
  std::vector<double> coefficients;  ///< in the order of the regressors
  double loss = 0;                   ///< smallest sum of rho(residual), rho(r) = r (probability - [r < 0])
  QuantileSolution solution = QuantileSolution::Unique;
  std::uint64_t pivots = 0;  ///< steps of the simplex method
  Assumptions assumptions;
};

/// The exact minimum of sum rho(outcome - intercept - regressors' coefficients) by the simplex method with steps to the weighted median
/// along an edge (Barrodale & Roberts 1973, SIAM J. Numerical Analysis 10(5); Koenker & d'Orey 1987, Applied Statistics 36(3)). The
/// plane found passes through as many units as there are coefficients; of many solutions one corner is answered, always the same.
/// O(n k) a pivot, some tens of pivots for few regressors. No standard errors. Not estimable: a probability outside (0, 1), columns
/// of unequal length, values that are not finite, no more units than coefficients, a regressor that is constant or explained by
/// those before it, values beyond the range of a double.
[[nodiscard]] Estimated<QuantileRegression> quantile_regression(ColumnView outcome,
                                                                std::span<const ColumnView> regressors,
                                                                double probability);

}  // namespace splitplot::stats
