#include "adjust/normal_equations.hpp"
#include "compare/judge.hpp"

#include <splitplot/stats/adjust/covariate.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <limits>

namespace splitplot::stats {
namespace {

// Below this many units in an arm, coefficients from the same units make the interval noticeably narrow.
constexpr std::uint64_t kFewUnits = 20;

}  // namespace

Estimated<std::vector<double>> cuped_coefficients(std::span<const CrossMoments> arms) {
  std::size_t dimensions = 0;
  for (const CrossMoments& arm : arms) dimensions = std::max(dimensions, arm.dimensions());
  if (dimensions < 2) return not_estimable("there is no covariate");
  for (const CrossMoments& arm : arms) {
    if (arm.count() > 0 && arm.dimensions() != dimensions) {
      return not_estimable("the arms were not observed with the same covariates");
    }
  }
  double units = 0;
  for (const CrossMoments& arm : arms) units += static_cast<double>(arm.count());
  if (units < static_cast<double>(dimensions + 2)) {
    return not_estimable("there are too few units to estimate the covariates' coefficients");
  }
  const NormalEquations equations(arms, dimensions);
  if (equations.rank() == 0) return not_estimable("no covariate varies within the arms");
  for (const double slope : equations.slopes()) {
    if (!std::isfinite(slope)) {
      return not_estimable(
          "the values of the metric or of a covariate are too large or too small to be worked with");
    }
  }
  return equations.slopes();
}

AdjustedMean adjust_mean(const CrossMoments& arm, std::span<const double> coefficients,
                         std::span<const double> centre) {
  const std::size_t size = coefficients.size();
  AdjustedMean result;
  result.covariates = size;
  if (arm.count() == 0) return result;  // an arm without units has no dimensions either
  assert(arm.dimensions() == size + 1 && centre.size() == size);
  result.count = arm.count();
  result.mean = arm.mean(0);
  double spread = arm.comoment(0, 0);
  for (std::size_t i = 0; i < size; ++i) {
    result.mean -= coefficients[i] * (arm.mean(i + 1) - centre[i]);
    spread -= 2 * coefficients[i] * arm.comoment(i + 1, 0);
    for (std::size_t j = 0; j < size; ++j) {
      spread += coefficients[i] * arm.comoment(i + 1, j + 1) * coefficients[j];
    }
  }
  // What the subtraction leaves of a metric that the covariates explain completely is rounding, not spread.
  if (spread < 1e-13 * arm.comoment(0, 0)) spread = 0;
  if (arm.count() > 1) {
    const double n = static_cast<double>(arm.count());
    result.variance_of_mean = spread / (n - 1) / n;
  }
  return result;
}

std::vector<double> covariate_centre(std::span<const CrossMoments> arms) {
  std::vector<double> centre;
  double units = 0;
  for (const CrossMoments& arm : arms) {
    if (arm.count() == 0 || arm.dimensions() == 0) continue;
    centre.resize(arm.dimensions() - 1, 0.0);
    const double n = static_cast<double>(arm.count());
    units += n;
    for (std::size_t i = 0; i < centre.size(); ++i) centre[i] += (arm.mean(i + 1) - centre[i]) * (n / units);
  }
  if (centre.empty() && !arms.empty() && arms.front().dimensions() > 1)
    centre.resize(arms.front().dimensions() - 1, 0.0);
  return centre;
}

double adjusted_degrees_of_freedom(const AdjustedMean& control, const AdjustedMean& treatment) {
  const double total = control.variance_of_mean + treatment.variance_of_mean;
  auto part = [&](const AdjustedMean& arm) {
    const double share = arm.variance_of_mean / total;
    return arm.count < 2 ? 0.0 : share * share / static_cast<double>(arm.count - 1);
  };
  return 1 / (part(control) + part(treatment)) - static_cast<double>(control.covariates);
}

Estimated<Difference> compare_adjusted(const AdjustedMean& control, const AdjustedMean& treatment,
                                       const AdjustedComparison& comparison) {
  if (control.count < 2 || treatment.count < 2) return not_estimable("an arm has fewer than two units");
  const double variance = control.variance_of_mean + treatment.variance_of_mean;
  if (variance == 0)
    return not_estimable("no spread is left after the adjustment, so there is nothing to judge by");
  const double degrees = comparison.reference == ReferenceDistribution::Normal
                             ? std::numeric_limits<double>::infinity()
                             : adjusted_degrees_of_freedom(control, treatment);
  Difference result;
  result.value = treatment.mean - control.mean;
  result.standard_error = std::sqrt(variance);
  const Estimated<Judgement> judged =
      judge(result.value, result.standard_error, degrees, comparison.confidence, comparison.alternative);
  if (!judged) return tl::unexpected<NotEstimable>(judged.error());
  result.interval = judged->interval;
  result.p_value = judged->p_value;
  result.test = TestMethod::AdjustedT;
  result.interval_method = IntervalMethod::AdjustedT;
  result.degrees_of_freedom = degrees;
  result.assumptions = {Assumption::IndependentUnits, Assumption::RandomisedUnits, Assumption::OneLook,
                        Assumption::LargeSample, Assumption::CovariateBeforeExposure};
  if (std::min(control.count, treatment.count) < kFewUnits) result.concerns.insert(Concern::FewUnits);
  return result;
}

Estimated<Difference> compare_adjusted(const AdjustedMean& control, const AdjustedMean& treatment,
                                       double confidence) {
  AdjustedComparison comparison;
  comparison.confidence = confidence;
  return compare_adjusted(control, treatment, comparison);
}

}  // namespace splitplot::stats
