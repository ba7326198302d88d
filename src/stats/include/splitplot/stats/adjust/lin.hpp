/// An effect adjusted by regression on covariates from before the experiment: with one slope for both arms (ANCOVA, which is CUPED's
/// coefficient), or with a slope for each arm and covariates centred at their mean over both arms (Lin 2013, Annals of Applied
/// Statistics 7(1)), which in large samples is never less precise than no adjustment. From rows with standard errors that need no
/// equal variances, or from aggregates alone, so that it may be had inside every segment. Pure functions, thread-safe.
#pragma once

#include <splitplot/stats/adjust/regression.hpp>
#include <splitplot/stats/assumptions.hpp>
#include <splitplot/stats/column_view.hpp>
#include <splitplot/stats/compare/difference.hpp>
#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/moments.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace splitplot::stats {

/// Which arm a row belongs to.
enum class Assignment : std::uint8_t { Control, Treatment };

struct RegressionAdjustment {
  CovarianceEstimator estimator = CovarianceEstimator::HC2;
  double confidence = 0.95;
  Alternative alternative = Alternative::TwoSided;
};

/// A treatment's effect after adjustment, treatment - control at the covariates' mean over both arms.
struct AdjustedEffect {
  double value = 0;
  double standard_error = 0;  ///< by the estimator asked for
  Interval interval;          ///< one-sided: open on the alternative's side
  double p_value = 1;         ///< of "no effect", by Student's t
  double degrees_of_freedom = 0;
  std::optional<CoefficientErrors> errors;  ///< by every estimator; nothing where only aggregates were given
  std::vector<double> slopes_in_control;    ///< of the outcome on each covariate
  std::vector<double> slopes_in_treatment;  ///< the same numbers where one slope serves both arms
  double unadjusted_value = 0;              ///< difference of the raw means
  double unadjusted_standard_error = 0;     ///< unpooled
  std::size_t left_out = 0;  ///< regressors that are constant, or explained by those before them
  Assumptions assumptions;
  Concerns concerns;

  /// Share of the unadjusted variance that the adjustment removed; negative where it added some.
  [[nodiscard]] double variance_reduction() const;
};

/// ANCOVA from rows: the coefficient of the treatment in outcome ~ 1 + treatment + covariates. One entry of `assignment` a row.
/// Complexity as `least_squares`. Not estimable: as `least_squares`, columns of unequal length, fewer than two units in an arm, no
/// spread left, an effect that the covariates explain, HC2 or HC3 asked for where a unit has leverage 1.
[[nodiscard]] Estimated<AdjustedEffect> ancova_effect(ColumnView outcome,
                                                      std::span<const Assignment> assignment,
                                                      std::span<const ColumnView> covariates,
                                                      const RegressionAdjustment& options = {});

/// Lin's estimator from rows: the coefficient of the treatment in outcome ~ 1 + treatment + x + treatment x, x the covariates less
/// their mean over both arms. A column that varies in the control alone takes the control's slope in both arms.
[[nodiscard]] Estimated<AdjustedEffect> lin_effect(ColumnView outcome, std::span<const Assignment> assignment,
                                                   std::span<const ColumnView> covariates,
                                                   const RegressionAdjustment& options = {});

/// MLRATE (Guo, Coey, Konutgan, Li, Schoener & Goldman 2021, NeurIPS): Lin's estimator with one covariate, a prediction of the outcome
/// that was learnt from data before exposure. Domain: predictions are cross-fitted, that is no unit's own outcome went into its
/// prediction; otherwise the interval is too narrow.
[[nodiscard]] Estimated<AdjustedEffect> mlrate_effect(ColumnView outcome,
                                                      std::span<const Assignment> assignment,
                                                      ColumnView predictions,
                                                      const RegressionAdjustment& options = {});

struct MomentAdjustment {
  double confidence = 0.95;
  Alternative alternative = Alternative::TwoSided;
};

/// ANCOVA from each arm's aggregates, dimension 0 the outcome and 1.. the covariates: value and standard error are those of
/// `ancova_effect` with the classical estimator. Not estimable: as there, or arms of different dimensions, or no covariate.
[[nodiscard]] Estimated<AdjustedEffect> ancova_effect(const CrossMoments& control,
                                                      const CrossMoments& treatment,
                                                      const MomentAdjustment& options = {});

/// Lin's estimator from each arm's aggregates. The value is that of the rows. The variance is the sum over arms of
/// s^2 (1 / n + d' S_xx^-1 d), s^2 the arm's residual variance, d its covariates' means less those of both arms: it lets arms differ in
/// variance, and is the rows' HC error where within an arm squared residuals do not hang together with covariates. Degrees of freedom:
/// Satterthwaite's over the arms. A covariate that does not vary in an arm takes no part there (slope 0), unlike with rows.
[[nodiscard]] Estimated<AdjustedEffect> lin_effect(const CrossMoments& control, const CrossMoments& treatment,
                                                   const MomentAdjustment& options = {});

}  // namespace splitplot::stats
