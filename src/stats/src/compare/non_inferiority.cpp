#include "judge.hpp"

#include <splitplot/stats/compare/non_inferiority.hpp>

#include <algorithm>
#include <cmath>

namespace splitplot::stats {
namespace {

bool is_significance(double x) {
  return x > 0 && x < 0.5;
}

constexpr const char* kBadSignificance = "the significance level must lie between 0 and one half";

}  // namespace

Estimated<NonInferiority> non_inferiority_of_means(const Moments& control, const Moments& treatment,
                                                   double margin, const NonInferiorityOptions& options) {
  if (!(margin >= 0) || !std::isfinite(margin)) return not_estimable("the margin is negative or not finite");
  if (!is_significance(options.significance)) return not_estimable(kBadSignificance);
  const bool lower_is_harmful = options.harmful == HarmfulDirection::Lower;
  const Alternative alternative = lower_is_harmful ? Alternative::Greater : Alternative::Less;
  const auto difference = compare_means(
      control, treatment,
      MeansOptions{1 - options.significance, alternative, options.variance, options.distribution});
  if (!difference) return tl::unexpected(difference.error());
  const double shifted = difference->value + (lower_is_harmful ? margin : -margin);
  const double error = difference->standard_error;
  const auto judgement =
      judge(shifted, error, difference->degrees_of_freedom, 1 - options.significance, alternative);
  if (!judgement) return tl::unexpected(judgement.error());
  NonInferiority result;
  result.difference = difference->value;
  result.standard_error = error;
  result.degrees_of_freedom = difference->degrees_of_freedom;
  result.statistic = shifted / error;
  result.p_value = judgement->p_value;
  result.interval = difference->interval;
  result.shown = result.p_value <= options.significance;
  result.assumptions = difference->assumptions;
  result.concerns = difference->concerns;
  return result;
}

Estimated<Equivalence> equivalence_of_means(const Moments& control, const Moments& treatment,
                                            Interval margins, const EquivalenceOptions& options) {
  if (!std::isfinite(margins.lower) || !std::isfinite(margins.upper) || !(margins.lower < margins.upper)) {
    return not_estimable("the margins are not finite, or not in order");
  }
  if (!is_significance(options.significance)) return not_estimable(kBadSignificance);
  const auto difference = compare_means(control, treatment,
                                        MeansOptions{1 - 2 * options.significance, Alternative::TwoSided,
                                                     options.variance, options.distribution});
  if (!difference) return tl::unexpected(difference.error());
  const double error = difference->standard_error;
  const double degrees = difference->degrees_of_freedom;
  const auto above = judge(difference->value - margins.lower, error, degrees, 1 - options.significance,
                           Alternative::Greater);
  const auto below =
      judge(difference->value - margins.upper, error, degrees, 1 - options.significance, Alternative::Less);
  if (!above) return tl::unexpected(above.error());
  if (!below) return tl::unexpected(below.error());
  Equivalence result;
  result.difference = difference->value;
  result.standard_error = error;
  result.degrees_of_freedom = difference->degrees_of_freedom;
  result.p_value_above_lower = above->p_value;
  result.p_value_below_upper = below->p_value;
  result.p_value = std::max(result.p_value_above_lower, result.p_value_below_upper);
  result.interval = difference->interval;
  result.shown = result.p_value <= options.significance;
  result.assumptions = difference->assumptions;
  result.concerns = difference->concerns;
  return result;
}

}  // namespace splitplot::stats
