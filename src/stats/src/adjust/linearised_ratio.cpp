#include "compare/judge.hpp"

#include <splitplot/stats/adjust/linearised_ratio.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

namespace splitplot::stats {
namespace {

constexpr std::uint64_t kFewUnits = 30;
// A sum below this share of its terms' sizes is what rounding leaves of zero.
constexpr double kRoundingShare = 1e-14;
// A mean below this multiple of the spread is what rounding leaves of zero.
constexpr double kRoundingMean = 1e-13;
constexpr std::array<RatioOf, 2> kMetricAndCovariate{RatioOf{0, 1}, RatioOf{2, 3}};

/// weight . x of one linearised variable: numerator / denominator_mean - ratio x denominator / denominator_mean.
struct LinearForm {
  std::size_t numerator = 0;
  std::size_t denominator = 0;
  double numerator_weight = 1;
  double denominator_weight = 0;  ///< 0 where there is no denominator

  /// Sum of products with another form; 0 where only rounding is left of its four terms.
  [[nodiscard]] double product(const CrossMoments& arm, const LinearForm& other) const {
    // In this order a weight meets a cross product first, so that units far apart neither over- nor underflow on the way.
    const std::array<double, 4> terms{
        numerator_weight * arm.comoment(numerator, other.numerator) * other.numerator_weight,
        numerator_weight * arm.comoment(numerator, other.denominator) * other.denominator_weight,
        denominator_weight * arm.comoment(denominator, other.numerator) * other.numerator_weight,
        denominator_weight * arm.comoment(denominator, other.denominator) * other.denominator_weight};
    double sum = 0;
    double size = 0;
    for (const double term : terms) {
      sum += term;
      size += std::abs(term);
    }
    return std::abs(sum) <= kRoundingShare * size ? 0 : sum;
  }
};

double degrees_for(const AdjustedRatios& ratios, const AdjustedComparison& comparison) {
  return comparison.reference == ReferenceDistribution::Normal ? std::numeric_limits<double>::infinity()
                                                               : ratios.degrees_of_freedom;
}

Estimated<AdjustedRatios> adjusted_by(const std::vector<double>& coefficient, double centre,
                                      const CrossMoments& control, const CrossMoments& treatment,
                                      const AdjustedComparison& comparison) {
  const std::array<double, 1> at{centre};
  AdjustedRatios result;
  result.coefficient = coefficient[0];
  result.control = adjust_mean(control, coefficient, at);
  result.treatment = adjust_mean(treatment, coefficient, at);
  result.unadjusted_control = control.mean(0);
  const double n = static_cast<double>(control.count());
  result.variance_of_unadjusted_control = control.covariance(0, 0) / n;
  result.covariance_of_controls =
      (control.covariance(0, 0) - result.coefficient * control.covariance(0, 1)) / n;
  Estimated<Difference> difference = compare_adjusted(result.control, result.treatment, comparison);
  if (!difference) return tl::unexpected<NotEstimable>(difference.error());
  result.difference = *difference;
  result.degrees_of_freedom = adjusted_degrees_of_freedom(result.control, result.treatment);
  result.difference.assumptions = {Assumption::IndependentClusters, Assumption::RandomisedUnits,
                                   Assumption::OneLook, Assumption::LargeSample,
                                   Assumption::CovariateBeforeExposure};
  if (std::min(control.count(), treatment.count()) < kFewUnits)
    result.difference.concerns = {Concern::FewClusters};
  return result;
}

}  // namespace

Estimated<CrossMoments> linearised_ratios(const CrossMoments& arm, std::span<const RatioOf> variables) {
  if (arm.count() == 0) return not_estimable("an arm has no units");
  std::vector<LinearForm> forms;
  std::vector<double> means;
  for (const RatioOf& variable : variables) {
    if (variable.numerator >= arm.dimensions() || variable.denominator.value_or(0) >= arm.dimensions()) {
      return not_estimable("the aggregate has no such dimension");
    }
    LinearForm form{variable.numerator, variable.numerator, 1, 0};
    double mean = arm.mean(variable.numerator);
    if (variable.denominator) {
      const double denominator_mean = arm.mean(*variable.denominator);
      const double spread = std::sqrt(arm.comoment(*variable.denominator, *variable.denominator) /
                                      static_cast<double>(arm.count()));
      if (std::abs(denominator_mean) <= kRoundingMean * spread) {
        return not_estimable("the mean of a denominator is zero");
      }
      mean /= denominator_mean;
      form = {variable.numerator, *variable.denominator, 1 / denominator_mean, -mean / denominator_mean};
    }
    if (!std::isfinite(mean) || !std::isfinite(form.numerator_weight) ||
        !std::isfinite(form.denominator_weight)) {
      return not_estimable("the mean of a denominator is too small or too large to be worked with");
    }
    forms.push_back(form);
    means.push_back(mean);
  }
  std::vector<double> products(forms.size() * forms.size());
  for (std::size_t i = 0; i < forms.size(); ++i) {
    for (std::size_t j = i; j < forms.size(); ++j) {
      const double product = forms[i].product(arm, forms[j]);
      if (!std::isfinite(product)) return not_estimable("the values are too large to be worked with");
      products[i * forms.size() + j] = products[j * forms.size() + i] =
          i == j ? std::max(0.0, product) : product;
    }
  }
  return CrossMoments::from_parts(arm.count(), std::move(means), std::move(products));
}

Estimated<AdjustedRatios> compare_ratios_with_covariate(const CrossMoments& control,
                                                        const CrossMoments& treatment,
                                                        const RatioAdjustment& options) {
  if (control.count() > 0 && treatment.count() > 0 && control.dimensions() != treatment.dimensions()) {
    return not_estimable("the arms were not observed with the same covariates");
  }
  CrossMoments everyone = control;
  everyone.merge(treatment);
  const Estimated<CrossMoments> all = linearised_ratios(everyone, kMetricAndCovariate);
  const Estimated<CrossMoments> in_control = linearised_ratios(control, kMetricAndCovariate);
  const Estimated<CrossMoments> in_treatment = linearised_ratios(treatment, kMetricAndCovariate);
  for (const Estimated<CrossMoments>* part : {&in_control, &in_treatment, &all}) {
    if (!*part) return tl::unexpected<NotEstimable>(part->error());
  }
  const Estimated<std::vector<double>> coefficient =
      options.coefficient == RatioCoefficient::AllUnits
          ? cuped_coefficients({&*all, 1})
          : cuped_coefficients(std::array<CrossMoments, 2>{*in_control, *in_treatment});
  if (!coefficient) return tl::unexpected<NotEstimable>(coefficient.error());
  return adjusted_by(*coefficient, all->mean(1), *in_control, *in_treatment, options.comparison);
}

Estimated<AdjustedLift> lift_over_unadjusted_control(const AdjustedRatios& ratios,
                                                     const AdjustedComparison& comparison) {
  const double base = ratios.unadjusted_control;
  if (base == 0) return not_estimable("the control's ratio is zero, so that nothing can be relative to it");
  AdjustedLift lift;
  lift.value = ratios.difference.value / base;
  const double spread = ratios.difference.standard_error / base;
  // Relative variances, so that squares of the data do not leave the range of a double.
  const double variance = spread * spread +
                          lift.value * lift.value * (ratios.variance_of_unadjusted_control / base / base) +
                          2 * lift.value * (ratios.covariance_of_controls / base / base);
  if (!(variance > 0)) return not_estimable("the delta method gives the lift no variance");
  lift.standard_error = std::sqrt(variance);
  const Estimated<Judgement> verdict = judge(lift.value, lift.standard_error, degrees_for(ratios, comparison),
                                             comparison.confidence, comparison.alternative);
  if (!verdict) return tl::unexpected<NotEstimable>(verdict.error());
  lift.interval = verdict->interval;
  lift.p_value = verdict->p_value;
  return lift;
}

Estimated<AdjustedLift> lift_on_log_scale(const AdjustedRatios& ratios,
                                          const AdjustedComparison& comparison) {
  const double factor = ratios.treatment.mean / ratios.control.mean;
  if (!(factor > 0) || !std::isfinite(factor)) {
    return not_estimable("the adjusted ratios are not of one sign, so that their quotient has no logarithm");
  }
  AdjustedLift lift;
  lift.value = factor - 1;
  lift.standard_error =
      std::sqrt(ratios.control.variance_of_mean / ratios.control.mean / ratios.control.mean +
                ratios.treatment.variance_of_mean / ratios.treatment.mean / ratios.treatment.mean);
  const Estimated<Judgement> verdict =
      judge(std::log(factor), lift.standard_error, degrees_for(ratios, comparison), comparison.confidence,
            comparison.alternative);
  if (!verdict) return tl::unexpected<NotEstimable>(verdict.error());
  lift.interval = {std::expm1(verdict->interval.lower), std::expm1(verdict->interval.upper)};
  lift.p_value = ratios.difference.p_value;
  return lift;
}

}  // namespace splitplot::stats
