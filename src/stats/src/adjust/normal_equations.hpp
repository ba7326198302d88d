/// Slopes of one variable on others from centred cross products alone. Private to `stats`; a solved system is immutable.
#pragma once

#include <splitplot/stats/moments.hpp>

#include <span>
#include <vector>

#include <Eigen/Dense>

namespace splitplot::stats {

/// The normal equations of variable 0 on variables 1.. of some aggregates, whose centred sums are added without centring over
/// aggregates: differences between arms are the effect, not noise. Solved in correlations, so that units of 1e-9 and 1e9 may be mixed,
/// by Cholesky's method in the order of the covariates; one that is constant, or that the ones before it explain, is left out and gets
/// the slope 0.
class NormalEquations {
 public:
  /// `dimensions` is that of every aggregate with units, at least 2.
  NormalEquations(std::span<const CrossMoments> arms, std::size_t dimensions);

  /// One for each covariate; not finite where the data are beyond the range of a double.
  [[nodiscard]] const std::vector<double>& slopes() const { return slopes_; }
  /// Covariates that were not left out.
  [[nodiscard]] std::size_t rank() const { return kept_.size(); }
  /// d' S_xx^-1 d over the covariates that were not left out: what a shift `d` of the covariates' means adds to the variance of an
  /// adjusted mean, in units of the residual variance.
  [[nodiscard]] double leverage_of(std::span<const double> shift) const;
  /// S_yy less what the slopes explain: the residual sum of squares; 0 where only rounding is left.
  [[nodiscard]] double residual_sum() const { return residual_sum_; }

 private:
  std::vector<std::size_t> kept_;
  std::vector<double> scale_;  // roots of the kept covariates' sums of squares
  Eigen::MatrixXd lower_;      // of the kept covariates' correlations
  std::vector<double> slopes_;
  double residual_sum_ = 0;
};

}  // namespace splitplot::stats
