#include "adjust/normal_equations.hpp"
#include "compare/judge.hpp"

#include <splitplot/stats/adjust/lin.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

namespace splitplot::stats {
namespace {

constexpr double kUnitsPerCoefficient = 10;

Assumptions assumptions_of_adjustment() {
  return {Assumption::IndependentUnits, Assumption::RandomisedUnits, Assumption::OneLook,
          Assumption::LargeSample, Assumption::CovariateBeforeExposure};
}

/// Completes an effect whose value, standard error and degrees of freedom are set.
Estimated<AdjustedEffect> judged(AdjustedEffect effect, double confidence, Alternative alternative,
                                 std::uint64_t units_in_smaller_arm, double coefficients_per_arm) {
  if (!(effect.unadjusted_standard_error > 0) || !std::isfinite(effect.unadjusted_standard_error)) {
    return not_estimable("the values are too large or too small to be worked with");
  }
  const Estimated<Judgement> verdict =
      judge(effect.value, effect.standard_error, effect.degrees_of_freedom, confidence, alternative);
  if (!verdict) return tl::unexpected<NotEstimable>(verdict.error());
  effect.interval = verdict->interval;
  effect.p_value = verdict->p_value;
  effect.assumptions.insert(assumptions_of_adjustment());
  if (static_cast<double>(units_in_smaller_arm) < kUnitsPerCoefficient * coefficients_per_arm) {
    effect.concerns.insert(Concern::FewUnits);
  }
  return effect;
}

/// The raw outcome of both arms, and the reason why they cannot be compared, if there is one.
struct RawArms {
  Moments control, treatment;
  std::string refusal;
};

RawArms raw_arms(const ColumnView& outcome, std::span<const Assignment> assignment) {
  RawArms raw;
  if (outcome.size() != assignment.size()) {
    raw.refusal = "the columns are of unequal length";
    return raw;
  }
  for (std::size_t i = 0; i < assignment.size(); ++i) {
    if (!std::isfinite(outcome[i])) {
      raw.refusal = "a value is not a finite number";
      return raw;
    }
    (assignment[i] == Assignment::Treatment ? raw.treatment : raw.control).add(outcome[i]);
  }
  if (raw.control.count < 2 || raw.treatment.count < 2) raw.refusal = "an arm has fewer than two units";
  return raw;
}

/// The effect is the coefficient of regressor 0.
Estimated<AdjustedEffect> effect_of_fit(const Regression& fit, const RawArms& raw,
                                        const RegressionAdjustment& options, double coefficients_per_arm) {
  if (fit.residual_sd == 0) {
    return not_estimable("no spread is left after the adjustment, so there is nothing to judge by");
  }
  const Estimated<double> standard_error = fit.standard_error(0, options.estimator);
  if (!standard_error) return tl::unexpected<NotEstimable>(standard_error.error());
  AdjustedEffect effect;
  effect.value = fit.coefficients[0];
  effect.standard_error = *standard_error;
  effect.degrees_of_freedom = fit.degrees_of_freedom;
  effect.errors = fit.errors[0];
  effect.unadjusted_value = raw.treatment.mean - raw.control.mean;
  effect.unadjusted_standard_error =
      std::sqrt(raw.control.variance_of_mean() + raw.treatment.variance_of_mean());
  effect.left_out = fit.left_out.size();
  if (options.estimator == CovarianceEstimator::Classical) {
    effect.assumptions.insert(Assumption::EqualVariances);
  }
  return judged(std::move(effect), options.confidence, options.alternative,
                std::min(raw.control.count, raw.treatment.count), coefficients_per_arm);
}

std::vector<double> indicator(std::span<const Assignment> assignment) {
  std::vector<double> column(assignment.size());
  std::transform(assignment.begin(), assignment.end(), column.begin(),
                 [](Assignment arm) { return arm == Assignment::Treatment ? 1.0 : 0.0; });
  return column;
}

double mean_of(const ColumnView& column) {
  double mean = 0;
  for (std::size_t i = 0; i < column.size(); ++i) mean += (column[i] - mean) / static_cast<double>(i + 1);
  return mean;
}

std::string refusal_of_moments(const CrossMoments& control, const CrossMoments& treatment) {
  if (control.count() < 2 || treatment.count() < 2) return "an arm has fewer than two units";
  if (control.dimensions() != treatment.dimensions()) {
    return "the arms were not observed with the same covariates";
  }
  if (control.dimensions() < 2) return "there is no covariate";
  return {};
}

AdjustedEffect raw_effect(const CrossMoments& control, const CrossMoments& treatment) {
  AdjustedEffect effect;
  effect.unadjusted_value = treatment.mean(0) - control.mean(0);
  effect.unadjusted_standard_error =
      std::sqrt(control.covariance(0, 0) / static_cast<double>(control.count()) +
                treatment.covariance(0, 0) / static_cast<double>(treatment.count()));
  return effect;
}

/// One arm's mean where its covariates have the means of both arms.
struct ArmFit {
  double mean = 0;
  double variance_of_mean = 0;
  double degrees_of_freedom = 0;
  std::vector<double> slopes;
  std::size_t left_out = 0;
};

ArmFit fit_arm(const CrossMoments& arm, const CrossMoments& other) {
  const NormalEquations equations({&arm, 1}, arm.dimensions());
  const double n = static_cast<double>(arm.count());
  const double share_of_other = static_cast<double>(other.count()) / (n + static_cast<double>(other.count()));
  ArmFit fit;
  fit.slopes = equations.slopes();
  fit.left_out = fit.slopes.size() - equations.rank();
  fit.degrees_of_freedom = n - 1 - static_cast<double>(equations.rank());
  std::vector<double> shift(fit.slopes.size());
  fit.mean = arm.mean(0);
  for (std::size_t i = 0; i < shift.size(); ++i) {
    shift[i] = (arm.mean(i + 1) - other.mean(i + 1)) * share_of_other;
    fit.mean -= fit.slopes[i] * shift[i];
  }
  fit.variance_of_mean =
      equations.residual_sum() / fit.degrees_of_freedom * (1 / n + equations.leverage_of(shift));
  return fit;
}

}  // namespace

double AdjustedEffect::variance_reduction() const {
  const double share = standard_error / unadjusted_standard_error;
  return 1 - share * share;
}

Estimated<AdjustedEffect> ancova_effect(ColumnView outcome, std::span<const Assignment> assignment,
                                        std::span<const ColumnView> covariates,
                                        const RegressionAdjustment& options) {
  const RawArms raw = raw_arms(outcome, assignment);
  if (!raw.refusal.empty()) return not_estimable(raw.refusal);
  const std::vector<double> treated = indicator(assignment);
  std::vector<ColumnView> columns{treated};
  columns.insert(columns.end(), covariates.begin(), covariates.end());
  const Estimated<Regression> fit = least_squares(outcome, columns);
  if (!fit) return tl::unexpected<NotEstimable>(fit.error());
  Estimated<AdjustedEffect> effect =
      effect_of_fit(*fit, raw, options, static_cast<double>(covariates.size()) / 2 + 1);
  if (!effect) return effect;
  effect->slopes_in_control.assign(fit->coefficients.begin() + 1, fit->coefficients.end());
  effect->slopes_in_treatment = effect->slopes_in_control;
  return effect;
}

Estimated<AdjustedEffect> lin_effect(ColumnView outcome, std::span<const Assignment> assignment,
                                     std::span<const ColumnView> covariates,
                                     const RegressionAdjustment& options) {
  const RawArms raw = raw_arms(outcome, assignment);
  if (!raw.refusal.empty()) return not_estimable(raw.refusal);
  const std::size_t rows = outcome.size();
  const std::vector<double> treated = indicator(assignment);
  std::vector<std::vector<double>> interactions(covariates.size(), std::vector<double>(rows, 0.0));
  for (std::size_t j = 0; j < covariates.size(); ++j) {
    if (covariates[j].size() != rows) return not_estimable("the columns are of unequal length");
    const double centre = mean_of(covariates[j]);
    for (std::size_t i = 0; i < rows; ++i) {
      if (assignment[i] == Assignment::Treatment) interactions[j][i] = covariates[j][i] - centre;
    }
  }
  std::vector<ColumnView> columns{treated};
  columns.insert(columns.end(), covariates.begin(), covariates.end());
  columns.insert(columns.end(), interactions.begin(), interactions.end());
  const Estimated<Regression> fit = least_squares(outcome, columns);
  if (!fit) return tl::unexpected<NotEstimable>(fit.error());
  Estimated<AdjustedEffect> effect =
      effect_of_fit(*fit, raw, options, static_cast<double>(covariates.size() + 1));
  if (!effect) return effect;
  for (std::size_t j = 0; j < covariates.size(); ++j) {
    const double slope = fit->coefficients[1 + j];
    effect->slopes_in_control.push_back(slope);
    effect->slopes_in_treatment.push_back(slope + fit->coefficients[1 + covariates.size() + j]);
  }
  return effect;
}

Estimated<AdjustedEffect> mlrate_effect(ColumnView outcome, std::span<const Assignment> assignment,
                                        ColumnView predictions, const RegressionAdjustment& options) {
  return lin_effect(outcome, assignment, {&predictions, 1}, options);
}

Estimated<AdjustedEffect> ancova_effect(const CrossMoments& control, const CrossMoments& treatment,
                                        const MomentAdjustment& options) {
  const std::string refusal = refusal_of_moments(control, treatment);
  if (!refusal.empty()) return not_estimable(refusal);
  const std::array<CrossMoments, 2> arms{control, treatment};
  const NormalEquations equations(arms, control.dimensions());
  const double n_c = static_cast<double>(control.count());
  const double n_t = static_cast<double>(treatment.count());
  AdjustedEffect effect = raw_effect(control, treatment);
  effect.value = effect.unadjusted_value;
  effect.slopes_in_control = effect.slopes_in_treatment = equations.slopes();
  effect.left_out = equations.slopes().size() - equations.rank();
  std::vector<double> shift(equations.slopes().size());
  for (std::size_t i = 0; i < shift.size(); ++i) {
    shift[i] = treatment.mean(i + 1) - control.mean(i + 1);
    effect.value -= equations.slopes()[i] * shift[i];
  }
  effect.degrees_of_freedom = n_c + n_t - 2 - static_cast<double>(equations.rank());
  if (effect.degrees_of_freedom < 1) return not_estimable("there are no more units than coefficients");
  effect.standard_error = std::sqrt(equations.residual_sum() / effect.degrees_of_freedom *
                                    (1 / n_c + 1 / n_t + equations.leverage_of(shift)));
  effect.assumptions.insert(Assumption::EqualVariances);
  return judged(std::move(effect), options.confidence, options.alternative,
                std::min(control.count(), treatment.count()), static_cast<double>(shift.size()) / 2 + 1);
}

Estimated<AdjustedEffect> lin_effect(const CrossMoments& control, const CrossMoments& treatment,
                                     const MomentAdjustment& options) {
  const std::string refusal = refusal_of_moments(control, treatment);
  if (!refusal.empty()) return not_estimable(refusal);
  const ArmFit control_fit = fit_arm(control, treatment);
  const ArmFit treatment_fit = fit_arm(treatment, control);
  if (control_fit.degrees_of_freedom < 1 || treatment_fit.degrees_of_freedom < 1) {
    return not_estimable("an arm has no more units than coefficients");
  }
  AdjustedEffect effect = raw_effect(control, treatment);
  effect.value = treatment_fit.mean - control_fit.mean;
  effect.slopes_in_control = control_fit.slopes;
  effect.slopes_in_treatment = treatment_fit.slopes;
  effect.left_out = control_fit.left_out + treatment_fit.left_out;
  const double variance = control_fit.variance_of_mean + treatment_fit.variance_of_mean;
  effect.standard_error = std::sqrt(variance);
  const double share = control_fit.variance_of_mean / variance;
  effect.degrees_of_freedom = 1 / (share * share / control_fit.degrees_of_freedom +
                                   (1 - share) * (1 - share) / treatment_fit.degrees_of_freedom);
  return judged(std::move(effect), options.confidence, options.alternative,
                std::min(control.count(), treatment.count()), static_cast<double>(control.dimensions()));
}

}  // namespace splitplot::stats
