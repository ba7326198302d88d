#include "compare/judge.hpp"

#include <splitplot/stats/adjust/post_stratification.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

namespace splitplot::stats {
namespace {

// A sum below this share of its terms' sizes is what rounding leaves of zero.
constexpr double kRoundingShare = 1e-14;

std::uint64_t units_of(const Moments& arm) {
  return arm.count;
}
std::uint64_t units_of(const CrossMoments& arm) {
  return arm.count();
}

template <typename Stratum>
std::uint64_t units_of(const Stratum& stratum) {
  return units_of(stratum.control) + units_of(stratum.treatment);
}

template <typename Stratum>
bool sparse(const Stratum& stratum) {
  return units_of(stratum.control) < 2 || units_of(stratum.treatment) < 2;
}

template <typename Stratum>
struct Strata {
  std::vector<Stratum> list;
  std::size_t merged = 0;
};

/// The strata that can be estimated from: those with units, sparse ones refused or merged.
template <typename Stratum>
Estimated<Strata<Stratum>> usable(std::span<const Stratum> given, SparseStrata policy) {
  std::vector<Stratum> dense;
  std::vector<Stratum> pending;
  for (const Stratum& stratum : given) {
    if (units_of<Stratum>(stratum) == 0) continue;
    (sparse(stratum) ? pending : dense).push_back(stratum);
  }
  if (dense.empty() && pending.empty()) return not_estimable("no stratum has units");
  if (!pending.empty() && policy == SparseStrata::Refuse) {
    return not_estimable("a stratum has fewer than two units in an arm");
  }
  Strata<Stratum> result;
  if (!pending.empty()) {
    std::stable_sort(dense.begin(), dense.end(), [](const Stratum& a, const Stratum& b) {
      return units_of<Stratum>(a) > units_of<Stratum>(b);
    });
    Stratum rest;
    for (const Stratum& stratum : pending) {
      rest.control.merge(stratum.control);
      rest.treatment.merge(stratum.treatment);
    }
    result.merged = pending.size();
    while (sparse(rest) && !dense.empty()) {
      rest.control.merge(dense.back().control);
      rest.treatment.merge(dense.back().treatment);
      dense.pop_back();
      ++result.merged;
    }
    if (sparse(rest)) return not_estimable("an arm has fewer than two units");
    dense.push_back(std::move(rest));
  }
  result.list = std::move(dense);
  return result;
}

template <typename Stratum>
double total_units(const std::vector<Stratum>& strata) {
  double total = 0;
  for (const Stratum& stratum : strata) total += static_cast<double>(units_of<Stratum>(stratum));
  return total;
}

Estimated<StratifiedEffect> judged(StratifiedEffect effect, double variance, double units,
                                   const PostStratification& options) {
  effect.value = effect.treatment - effect.control;
  effect.standard_error = std::sqrt(variance);
  effect.degrees_of_freedom = units - 2 * static_cast<double>(effect.strata);
  const Estimated<Judgement> verdict = judge(effect.value, effect.standard_error, effect.degrees_of_freedom,
                                             options.confidence, options.alternative);
  if (!verdict) return tl::unexpected<NotEstimable>(verdict.error());
  effect.interval = verdict->interval;
  effect.p_value = verdict->p_value;
  effect.assumptions = {Assumption::IndependentUnits, Assumption::RandomisedUnits, Assumption::OneLook,
                        Assumption::LargeSample, Assumption::KnownStrata};
  if (units < 20 * static_cast<double>(effect.strata)) effect.concerns.insert(Concern::FewUnits);
  return effect;
}

/// One arm's post-stratified ratio and its variance.
struct ArmRatio {
  double ratio = 0;
  double variance = 0;
  std::string refusal;
};

ArmRatio ratio_of(const std::vector<RatioStratum>& strata, CrossMoments RatioStratum::*arm, double units) {
  double numerator = 0;
  double denominator = 0;
  for (const RatioStratum& stratum : strata) {
    const double weight = static_cast<double>(units_of<RatioStratum>(stratum)) / units;
    numerator += weight * (stratum.*arm).mean(0);
    denominator += weight * (stratum.*arm).mean(1);
  }
  ArmRatio result;
  result.ratio = numerator / denominator;
  if (denominator == 0 || !std::isfinite(result.ratio)) {
    result.refusal = "the mean of a denominator is zero";
    return result;
  }
  for (const RatioStratum& stratum : strata) {
    const CrossMoments& moments = stratum.*arm;
    const double weight = static_cast<double>(units_of<RatioStratum>(stratum)) / units / denominator;
    const double own = moments.covariance(0, 0) + result.ratio * result.ratio * moments.covariance(1, 1);
    const double spread = own - 2 * result.ratio * moments.covariance(0, 1);
    if (!std::isfinite(spread)) {
      result.refusal = "the values are too large to be worked with";
      return result;
    }
    // What the subtraction leaves of a numerator that the denominator explains completely is rounding, not spread.
    if (spread <= kRoundingShare * own) continue;
    result.variance += weight * weight * spread / static_cast<double>(moments.count());
  }
  return result;
}

}  // namespace

Estimated<StratifiedEffect> post_stratified_effect(std::span<const MeanStratum> strata,
                                                   const PostStratification& options) {
  const Estimated<Strata<MeanStratum>> used = usable(strata, options.sparse);
  if (!used) return tl::unexpected<NotEstimable>(used.error());
  const double units = total_units(used->list);
  StratifiedEffect effect;
  effect.strata = used->list.size();
  effect.merged_strata = used->merged;
  double variance = 0;
  for (const MeanStratum& stratum : used->list) {
    const double weight = static_cast<double>(units_of<MeanStratum>(stratum)) / units;
    effect.control += weight * stratum.control.mean;
    effect.treatment += weight * stratum.treatment.mean;
    variance += weight * weight * (stratum.control.variance_of_mean() + stratum.treatment.variance_of_mean());
  }
  return judged(effect, variance, units, options);
}

Estimated<StratifiedEffect> post_stratified_ratio_effect(std::span<const RatioStratum> strata,
                                                         const PostStratification& options) {
  for (const RatioStratum& stratum : strata) {
    for (const CrossMoments* arm : {&stratum.control, &stratum.treatment}) {
      if (arm->count() > 0 && arm->dimensions() != 2) {
        return not_estimable("an aggregate does not hold a numerator and a denominator");
      }
    }
  }
  const Estimated<Strata<RatioStratum>> used = usable(strata, options.sparse);
  if (!used) return tl::unexpected<NotEstimable>(used.error());
  const double units = total_units(used->list);
  const ArmRatio control = ratio_of(used->list, &RatioStratum::control, units);
  const ArmRatio treatment = ratio_of(used->list, &RatioStratum::treatment, units);
  if (!control.refusal.empty()) return not_estimable(control.refusal);
  if (!treatment.refusal.empty()) return not_estimable(treatment.refusal);
  StratifiedEffect effect;
  effect.strata = used->list.size();
  effect.merged_strata = used->merged;
  effect.control = control.ratio;
  effect.treatment = treatment.ratio;
  return judged(effect, control.variance + treatment.variance, units, options);
}

}  // namespace splitplot::stats
