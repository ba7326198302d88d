/// Least squares with standard errors that need no equal variances: what adjustment by rows is made of. Pure functions, thread-safe.
#pragma once

#include <splitplot/stats/column_view.hpp>
#include <splitplot/stats/estimate.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace splitplot::stats {

/// How the variance of a coefficient is estimated. HC0 to HC3 allow every unit its own variance (MacKinnon & White 1985, J.
/// Econometrics 29): HC0 weighs by e^2, HC1 by e^2 n / (n - k), HC2 by e^2 / (1 - h), HC3 by e^2 / (1 - h)^2, where e is the
/// residual, h the leverage and k the number of coefficients.
enum class CovarianceEstimator { Classical, HC0, HC1, HC2, HC3 };

/// Standard errors of one coefficient, each by its own estimator.
struct CoefficientErrors {
  double classical = 0;
  double hc0 = 0;
  double hc1 = 0;
  double hc2 =
      0;  ///< meaningless, as is `hc3`, where a unit has leverage 1: see `Regression::standard_error`
  double hc3 = 0;

  [[nodiscard]] double of(CovarianceEstimator estimator) const;
};

/// An ordinary least squares fit of an outcome on an intercept and regressors.
struct Regression {
  double intercept = 0;
  CoefficientErrors intercept_errors;
  std::vector<double> coefficients;       ///< in the order of the regressors; 0 for one that is left out
  std::vector<CoefficientErrors> errors;  ///< in the same order
  std::vector<std::size_t> left_out;      ///< regressors that are constant, or explained by those before them
  double residual_sd = 0;                 ///< sqrt(RSS / degrees_of_freedom); 0 where the fit is perfect
  double degrees_of_freedom = 0;          ///< n less the coefficients that were estimated
  double largest_leverage = 0;            ///< in (0, 1]
  std::uint64_t count = 0;

  /// Standard error of the coefficient of regressor `regressor`. Not estimable: the regressor is left out, or HC2 or HC3 where one
  /// unit has leverage 1 (its residual is zero whatever its value, so that its variance cannot be seen).
  [[nodiscard]] Estimated<double> standard_error(std::size_t regressor, CovarianceEstimator estimator) const;
};

/// Least squares on an intercept and `regressors`, by orthogonalising centred and scaled columns in their order, twice each
/// (Gram-Schmidt with reorthogonalisation: Giraud, Langou & Rozloznik 2005), so that columns of any unit may be mixed. O(n k^2) time,
/// n k doubles of memory. Not estimable: columns of unequal length, a value that is not finite, no more units than coefficients, values
/// whose coefficients are beyond the range of a double.
[[nodiscard]] Estimated<Regression> least_squares(ColumnView outcome, std::span<const ColumnView> regressors);

}  // namespace splitplot::stats
