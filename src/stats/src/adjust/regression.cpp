#include <splitplot/stats/adjust/regression.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include <Eigen/Dense>

namespace splitplot::stats {
namespace {

using Eigen::Index;
constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
// Of a column of length one, what is left after those before it have been taken out: less is rounding.
constexpr double kSmallestNewPart = 1e-10;
// A spread below this multiple of the mean is what rounding leaves of a constant.
constexpr double kRoundingSpread = 1e-13;
constexpr double kLeverageOfOne = 1 - 1e-10;
constexpr Index kRowsPerBlock = 512;

/// A column as largest * (mean + spread * unit), where `unit` has mean 0 and length 1. Two factors, since their product may overflow.
struct Standardised {
  double largest = 0;
  double mean = 0;
  double spread = 0;    ///< 0 for a constant column
  double rounding = 0;  ///< length of what rounding of the values may have put into `unit`
};

/// Fills `unit`; nothing where a value is not finite.
std::optional<Standardised> standardise(const ColumnView& column, Eigen::Ref<Eigen::VectorXd> unit) {
  Standardised result;
  const Index n = unit.size();
  for (Index i = 0; i < n; ++i) {
    const double x = column[static_cast<std::size_t>(i)];
    if (!std::isfinite(x)) return std::nullopt;
    unit[i] = x;
    result.largest = std::max(result.largest, std::abs(x));
  }
  if (result.largest == 0) return result;
  unit /= result.largest;
  result.mean = unit.mean();
  unit.array() -= result.mean;
  const double correction = unit.mean();
  result.mean += correction;
  unit.array() -= correction;
  const double root_n = std::sqrt(static_cast<double>(n));
  const double length = unit.norm();
  if (length <= kRoundingSpread * std::abs(result.mean) * root_n) return result;
  result.spread = length;
  result.rounding = kEpsilon * root_n / length;
  unit /= length;
  return result;
}

/// Orthonormal columns that span the centred regressors, and the triangle that leads back to them.
struct Orthogonal {
  Eigen::MatrixXd q;         // n x rank in the first columns
  Eigen::MatrixXd triangle;  // rank x rank, upper
  std::vector<std::size_t> kept;
  std::vector<Standardised> scales;  // of the kept
  std::vector<std::size_t> left_out;
};

std::optional<Orthogonal> orthogonalise(std::span<const ColumnView> regressors, Index n) {
  Orthogonal result;
  const Index columns = static_cast<Index>(regressors.size());
  result.q.resize(n, columns);
  result.triangle = Eigen::MatrixXd::Zero(columns, columns);
  Index rank = 0;
  for (std::size_t j = 0; j < regressors.size(); ++j) {
    auto unit = result.q.col(rank);
    const std::optional<Standardised> scale = standardise(regressors[j], unit);
    if (!scale) return std::nullopt;
    if (scale->spread > 0) {
      const auto before = result.q.leftCols(rank);
      Eigen::VectorXd parts = before.transpose() * unit;
      unit.noalias() -= before * parts;
      const Eigen::VectorXd again = before.transpose() * unit;
      unit.noalias() -= before * again;
      parts += again;
      const double left = unit.norm();
      if (left > std::max(kSmallestNewPart, 32 * scale->rounding)) {
        unit /= left;
        result.triangle.col(rank).head(rank) = parts;
        result.triangle(rank, rank) = left;
        result.kept.push_back(j);
        result.scales.push_back(*scale);
        ++rank;
        continue;
      }
    }
    result.left_out.push_back(j);
  }
  return result;
}

/// Sums over units of weight^2 times what each estimator puts there, one column a coefficient.
struct ErrorSums {
  Eigen::ArrayXXd sums;  // 4 x coefficients: plain, e^2, e^2 / (1 - h), e^2 / (1 - h)^2
  double largest_leverage = 0;
};

/// A coefficient is sum_i weight_i y_i. Weights are q times the inverse triangle; those of the intercept 1 / n less the others' times
/// the regressors' means (`relative_means`, in units of their spread).
ErrorSums sum_errors(const Orthogonal& design, const Eigen::VectorXd& residuals,
                     const Eigen::VectorXd& relative_means) {
  const Index n = residuals.size();
  const Index rank = static_cast<Index>(design.kept.size());
  const double share = 1 / static_cast<double>(n);
  Eigen::MatrixXd inverse = Eigen::MatrixXd::Identity(rank, rank);
  design.triangle.topLeftCorner(rank, rank).triangularView<Eigen::Upper>().solveInPlace(inverse);
  ErrorSums result;
  result.sums = Eigen::ArrayXXd::Zero(4, rank + 1);
  Eigen::MatrixXd weights;
  Eigen::MatrixXd factors;
  for (Index first = 0; first < n; first += kRowsPerBlock) {
    const Index rows = std::min(kRowsPerBlock, n - first);
    const auto q = design.q.block(first, 0, rows, rank);
    weights.resize(rows, rank + 1);
    weights.leftCols(rank).noalias() = q * inverse.transpose();
    weights.col(rank) = Eigen::VectorXd::Constant(rows, share) - weights.leftCols(rank) * relative_means;
    weights = weights.cwiseAbs2();
    const Eigen::ArrayXd leverage = q.rowwise().squaredNorm().array() + share;
    result.largest_leverage = std::max(result.largest_leverage, leverage.maxCoeff());
    // What a leverage of one leaves is not a number to divide by; the caller learns of it from the largest leverage.
    const Eigen::ArrayXd freedom = (leverage > kLeverageOfOne).select(1.0, 1 - leverage);
    factors.resize(4, rows);
    factors.row(0).setOnes();
    factors.row(1) = residuals.segment(first, rows).array().square().matrix().transpose();
    factors.row(2) = (factors.row(1).transpose().array() / freedom).matrix().transpose();
    factors.row(3) = (factors.row(2).transpose().array() / freedom).matrix().transpose();
    result.sums += (factors * weights).array();
  }
  return result;
}

CoefficientErrors errors_from(const Eigen::ArrayXd& sums, double residual_variance, double hc1_factor,
                              double unit) {
  return {std::sqrt(residual_variance * sums[0]) * unit, std::sqrt(sums[1]) * unit,
          std::sqrt(sums[1] * hc1_factor) * unit, std::sqrt(sums[2]) * unit, std::sqrt(sums[3]) * unit};
}

}  // namespace

double CoefficientErrors::of(CovarianceEstimator estimator) const {
  switch (estimator) {
    case CovarianceEstimator::Classical:
      return classical;
    case CovarianceEstimator::HC0:
      return hc0;
    case CovarianceEstimator::HC1:
      return hc1;
    case CovarianceEstimator::HC2:
      return hc2;
    case CovarianceEstimator::HC3:
      return hc3;
  }
  return hc2;
}

Estimated<double> Regression::standard_error(std::size_t regressor, CovarianceEstimator estimator) const {
  if (std::find(left_out.begin(), left_out.end(), regressor) != left_out.end()) {
    return not_estimable("the regressor is constant or explained by those before it");
  }
  const bool needs_leverage = estimator == CovarianceEstimator::HC2 || estimator == CovarianceEstimator::HC3;
  if (needs_leverage && largest_leverage > kLeverageOfOne) {
    return not_estimable(
        "one unit alone decides a coefficient (leverage 1), so that HC2 and HC3 do not exist");
  }
  return errors.at(regressor).of(estimator);
}

Estimated<Regression> least_squares(ColumnView outcome, std::span<const ColumnView> regressors) {
  for (const ColumnView& column : regressors) {
    if (column.size() != outcome.size()) return not_estimable("the columns are of unequal length");
  }
  const Index n = static_cast<Index>(outcome.size());
  if (n < 2) return not_estimable("there are fewer than two units");
  Eigen::VectorXd residuals(n);
  const std::optional<Standardised> y = standardise(outcome, residuals);
  const std::optional<Orthogonal> design = orthogonalise(regressors, n);
  if (!y || !design) return not_estimable("a value is not a finite number");
  const Index rank = static_cast<Index>(design->kept.size());
  const double degrees = static_cast<double>(n - 1 - rank);
  if (degrees < 1) return not_estimable("there are no more units than coefficients");

  const auto q = design->q.leftCols(rank);
  Eigen::VectorXd solution = Eigen::VectorXd::Zero(rank);
  if (y->spread == 0) residuals.setZero();
  for (int pass = 0; pass < 2; ++pass) {
    const Eigen::VectorXd parts = q.transpose() * residuals;
    residuals.noalias() -= q * parts;
    solution += parts;
  }
  if (residuals.norm() <= std::max(kRoundingSpread, 32 * y->rounding)) residuals.setZero();
  design->triangle.topLeftCorner(rank, rank).triangularView<Eigen::Upper>().solveInPlace(solution);
  Eigen::VectorXd relative_means(rank);
  for (Index j = 0; j < rank; ++j) {
    const Standardised& scale = design->scales[static_cast<std::size_t>(j)];
    relative_means[j] = scale.mean / scale.spread;
  }

  const ErrorSums errors = sum_errors(*design, residuals, relative_means);
  const double variance = residuals.squaredNorm() / degrees;
  const double hc1_factor = static_cast<double>(n) / degrees;
  Regression result;
  result.count = static_cast<std::uint64_t>(n);
  result.degrees_of_freedom = degrees;
  result.left_out = design->left_out;
  result.largest_leverage = std::min(1.0, errors.largest_leverage);
  result.residual_sd = std::sqrt(variance) * y->spread * y->largest;
  result.coefficients.assign(regressors.size(), 0.0);
  result.errors.assign(regressors.size(), CoefficientErrors{});
  result.intercept = (y->mean - y->spread * solution.dot(relative_means)) * y->largest;
  result.intercept_errors = errors_from(errors.sums.col(rank), variance, hc1_factor, y->spread * y->largest);
  bool in_range = std::isfinite(result.intercept) && std::isfinite(result.intercept_errors.hc3);
  for (Index j = 0; j < rank; ++j) {
    const std::size_t place = design->kept[static_cast<std::size_t>(j)];
    const Standardised& scale = design->scales[static_cast<std::size_t>(j)];
    const double unit = y->spread / scale.spread * (y->largest / scale.largest);
    result.coefficients[place] = solution[j] * unit;
    result.errors[place] = errors_from(errors.sums.col(j), variance, hc1_factor, unit);
    in_range =
        in_range && std::isfinite(result.coefficients[place]) && std::isfinite(result.errors[place].hc3);
  }
  if (!in_range || !std::isfinite(result.residual_sd)) {
    return not_estimable(
        "the values of the outcome or of a regressor are too large or too small to be worked with");
  }
  return result;
}

}  // namespace splitplot::stats
